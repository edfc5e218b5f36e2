"""Entmax losses, sparsemax among them, against a search for the threshold."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64, ints
from parity.examples.arrays import (
    CLASSES,
    NO_DISTRIBUTION,
    ROW_MISFIT,
    SCORES,
    SHARES,
    UNEQUAL,
    bad_labels,
)
from parity.examples.lines import FIRST_OF_3
from parity.info import LossInfo
from parity.references.entmax import entmax
from parity.row import Row


def labelled(rng):
    input = rng.standard_normal((5, 4))
    # Equal scores; one class that leads by far, right and wrong; two that share all.
    input[0], input[1] = 0.5, [9.0, 0.0, 1.0, 2.0]
    input[2], input[3] = [9.0, 0.0, 1.0, 2.0], [4.0, 4.25, 0.0, -3.0]
    return {"input": input, "target": np.asarray([1, 0, 3, 1, 2])}


def shared(rng):
    inputs = labelled(rng)
    target = rng.dirichlet(np.ones(4), 5)
    target[1], target[4] = [1.0, 0.0, 0.0, 0.0], [0.0, 0.5, 0.5, 0.0]
    return inputs | {"target": target}


def masked(rng):
    inputs = labelled(rng) | {"weight": rng.random(4) + 0.5}
    inputs["where"] = np.asarray([True, False, True, True, True])
    inputs["input"][1], inputs["target"][3] = np.nan, 255
    return inputs


def masked_shares(rng):
    inputs = shared(rng) | {"weight": rng.random(4) + 0.5}
    inputs["where"] = np.asarray([True, False, True, True, True])
    inputs["input"][1], inputs["target"][1] = np.nan, np.inf
    return inputs


def first_axis(rng):
    inputs = labelled(rng)
    return inputs | {"input": np.ascontiguousarray(inputs["input"].T)}


def row(rng):
    return {"input": rng.standard_normal(4), "target": np.asarray(1)}


def impossible(rng):
    input = rng.standard_normal((2, 4))
    input[0, 1], input[1] = -np.inf, [1e4, 1e4 - 0.25, -np.inf, 0.0]
    return {"input": input, "target": np.asarray([2, 1])}


ENTMAX = fl.entmax_loss
GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
ALPHA = {"alpha": [1.5, 2.0, 1.25]}

CASES = [
    Case(ENTMAX, entmax, labelled, [GRID, NONE | {"alpha": [2.0, 1.25, 1.75]}]),
    Case(ENTMAX, entmax, shared, NONE | ALPHA, ("input", "target"), orders=1),
    Case(ENTMAX, entmax, masked, GRID | {"ignore_index": [255]}, ("input", "weight")),
    Case(ENTMAX, entmax, masked_shares, {"reduction": ["mean"]} | {"alpha": [2.0]}),
    Case(ENTMAX, entmax, first_axis, NONE | {"axis": [0]}),
    Case(ENTMAX, entmax, row, NONE),
    Case(ENTMAX, entmax, impossible, NONE | ALPHA, orders=1),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.entmax_loss,
        cases=CASES,
        rows=[
            Row(
                {"input": SCORES, "target": CLASSES},
                options={"ignore_index": 255},
                misfit=ROW_MISFIT,
                bad_options=(
                    (
                        {"alpha": 1},
                        "alpha must be > 1 and <= 2, got 1: that is cross_entropy",
                    ),
                    ({"alpha": 2.5}, "alpha must be > 1 and <= 2, got 2.5"),
                ),
                bad_values=bad_labels("N"),
            ),
            Row(
                {"input": SCORES, "target": SHARES},
                options={"alpha": 1.25},
                misfit=UNEQUAL,
            ),
        ],
        gates=[
            Gate(
                ("f32[4096,1000]", "i32[4096]"),
                None,
                Limit(83),
                Limit(176),
            )
        ],
        curve=Curve(
            "score of the true class",
            (-3.0, 4.0),
            "two other classes with scores 0 and 1; alpha 1.5",
            {"input": f64([0.0, 0.0, 1.0]), "target": ints(0)},
            {"input": FIRST_OF_3},
            reference=entmax,
        ),
        no_number=NO_DISTRIBUTION,
    ),
]
