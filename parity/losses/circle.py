"""The circle loss against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.examples.arrays import ONE_ROW, X
from parity.info import LossInfo
from parity.losses.ntxent import (
    BATCH,
    TURNED,
    all_labels,
    masked,
    one_label,
    plain,
    zeros,
)
from parity.references.circle import circle
from parity.row import Row


def corners(rng):
    # Cosines of 0, 1 and -1: far pairs have no weight at margin 0.
    input = np.asarray([[1.0, 0.0], [2.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, 3.0]])
    return {"input": input, "target": np.asarray([0, 0, 1, 1, 1])}


def with_options(rng):
    options = {"margin": np.asarray(0.375), "gamma": np.asarray(4.0)}
    return plain(rng) | options


GRID = {"reduction": ["none", "mean"]}
FREE = {"constant_weights": [False]}

CASES = [
    # gamma is 80 and its square is in the curvature: so is the rounding of cosines.
    Case(fl.circle_loss, circle, plain,
         [{"reduction": ["none", "mean", "sum"]}, {"dtype": ["float32"]}], orders=1),
    Case(fl.circle_loss, circle, plain,
         [{"margin": [0.4], "gamma": [2.0]}, FREE | {"gamma": [8.0]}]),
    Case(fl.circle_loss, circle, corners,
         {"constant_weights": [True, False], "margin": [0.0, 0.5], "gamma": [4.0]}),
    Case(fl.circle_loss, circle, zeros, {"reduction": ["mean"]}, orders=1),
    Case(fl.circle_loss, circle, one_label, {"reduction": ["mean"]}),
    Case(fl.circle_loss, circle, all_labels, {"reduction": ["none"]}),
    Case(fl.circle_loss, circle, masked, GRID),
    Case(fl.circle_loss, circle, with_options, FREE, ("input", "margin", "gamma")),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.circle_loss,
        cases=CASES,
        rows=[
            Row(
                {"input": X, "target": [0, 0, 1]},
                together=True,
                options={"gamma": 2.0, "constant_weights": False},
                reals={"margin": 0.375, "gamma": 1.5},
                bad_options=(({"gamma": 0.0}, "gamma must be > 0, got 0.0"),),
            )
        ],
        gates=[Gate(BATCH, None, Limit(35, 200), Limit(331))],
        curve=Curve(
            **TURNED,
            options={"gamma": 4.0, "constant_weights": False},
            reference=circle,
        ),
        no_number=ONE_ROW,
        idle={"constant_weights": "documented: of the gradient alone"},
    ),
]
