"""Smoothed labels against their formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import NO_DISTRIBUTION, SHARES
from parity.examples.lines import ONE
from parity.examples.shapes import LABELLED
from parity.info import LossInfo
from parity.references.odds import smooth_labels
from parity.row import Row


def plain(rng):
    return {"target": rng.dirichlet(np.ones(4), 3), "label_smoothing": np.asarray(0.25)}


def sure(rng):
    return {"target": np.eye(4)[[2, 0]], "label_smoothing": np.asarray(1.0)}


def masked(rng):
    inputs = plain(rng)
    inputs["where"] = np.asarray([[True, True, False, True], [True] * 4, [False] * 4])
    inputs["target"][0, 2], inputs["target"][2] = np.nan, np.inf
    return inputs


BOTH = ("target", "label_smoothing")

CASES = [
    Case(fl.smooth_labels, smooth_labels, plain, {"axis": [-1, 0]}, BOTH),
    Case(fl.smooth_labels, smooth_labels, sure, {}, BOTH),
    Case(fl.smooth_labels, smooth_labels, masked, {}, BOTH),
]


INFOS = [
    LossInfo(
        fl.smooth_labels,
        cases=CASES,
        rows=[
            Row(
                {"target": SHARES, "label_smoothing": 0.25},
                mask=(3, 4),
                samples={"label_smoothing": None},
                lists=("label_smoothing",),
            )
        ],
        gates=[
            Gate(
                LABELLED[:1],
                Limit(1.5, 1.5),
                Limit(0.0),
                Limit(10),
                options={"label_smoothing": 0.1},
            )
        ],
        curve=Curve(
            "mass of one class",
            (0.0, 1.0),
            "that class alone; smoothing 0.25",
            {"target": f64(0.0)},
            {"target": ONE["input"]},
            {"label_smoothing": 0.25},
            reference=smooth_labels,
        ),
        no_number=NO_DISTRIBUTION,
    ),
]
