"""Triplet margin against torch."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import TRIPLET, TRIPLET_MISFIT, not_above
from parity.examples.lines import FIRST_OF_2
from parity.examples.shapes import VECTORS
from parity.info import LossInfo
from parity.later import functional as F
from parity.references import kept
from parity.row import Row

REDUCTION = ["none", "mean", "sum"]
NAMES = ("anchor", "positive", "negative")


def plain(rng):
    return dict(zip(NAMES, rng.standard_normal((3, 5, 4)), strict=True))


def degenerate(rng):
    # eps keeps the equal rows apart: their difference points along (1, ..., 1).
    inputs = plain(rng)
    inputs["positive"][0] = inputs["anchor"][0]
    inputs["negative"][1] = inputs["anchor"][1]
    inputs["positive"][2] = inputs["negative"][2]
    inputs["positive"][3] = inputs["negative"][3] = inputs["anchor"][3]
    return inputs


def corners(rng):
    # Rows: at the hinge; equal; a swap tie; tied coordinates; a zero coordinate.
    anchor = np.asarray([[0.0, 0.0], [1.0, 2.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    positive = np.asarray([[3.0, 0.0], [1.0, 2.0], [4.0, 0.0], [1.0, 1.0], [1.0, 0.0]])
    negative = np.asarray([[0.0, 4.0], [1.0, 2.0], [2.0, 1.0], [-1.0, 1.0], [0.0, 1.0]])
    return {"anchor": anchor, "positive": positive, "negative": negative}


def broadcast(rng):
    shapes = [(2, 1, 3), (1, 4, 3), (2, 4, 1)]
    return dict(zip(NAMES, map(rng.standard_normal, shapes), strict=True))


def row(rng):
    return dict(zip(NAMES, rng.standard_normal((3, 4)), strict=True))


def masked(rng):
    where = np.asarray([True, False, True, False, True])
    inputs = plain(rng) | {"where": where}
    inputs["anchor"][1], inputs["negative"][3] = np.nan, np.inf
    return inputs


def large(rng):
    return {name: 1e4 * array for name, array in plain(rng).items()}


def many(rng):
    return dict(zip(NAMES, rng.standard_normal((3, 300, 4)), strict=True))


def featureless(rng):
    return dict.fromkeys(NAMES, np.zeros((3, 0)))


def empty(rng):
    return dict.fromkeys(NAMES, np.zeros((0, 3)))


OURS, TORCH = fl.triplet_margin_loss, F.triplet_margin_loss
GRID = {"reduction": REDUCTION}
SWAP = [False, True]
ORDERS = [1.0, 2.0, 3.0, float("inf")]
WHERE = kept(TORCH, anchor=-1, positive=-1, negative=-1)

CASES = [
    Case(OURS, TORCH, plain,
         [{"swap": SWAP, "p": ORDERS, "eps": [1e-6, 0.25, 0.0], "reduction": ["mean"]},
          {"swap": SWAP, "margin": [1.0, 0.25], "reduction": ["none", "sum"]},
          {"p": [0.5, 1.5, -1.0], "eps": [0.0]},
          {"dtype": ["float32", "float64"]}], NAMES),
    Case(OURS, TORCH, degenerate,
         {"swap": SWAP, "p": ORDERS, "reduction": ["none"]}, NAMES,
         dtypes=("float64", "float32")),
    Case(OURS, TORCH, corners,
         {"swap": SWAP, "p": ORDERS, "eps": [0.0], "reduction": ["none"]}, NAMES,
         orders=1),
    Case(OURS, TORCH, broadcast, GRID | {"swap": SWAP}, NAMES),
    Case(OURS, TORCH, row, GRID | {"swap": SWAP}, NAMES),
    Case(OURS, WHERE, masked, GRID | {"swap": SWAP}, NAMES),
    Case(OURS, TORCH, large, {"p": ORDERS}, NAMES),
    Case(OURS, TORCH, many, {"reduction": ["mean", "sum"]}, NAMES, orders=1),
    Case(OURS, TORCH, featureless, GRID, NAMES),
    Case(OURS, TORCH, empty, GRID, NAMES),
]  # fmt: skip

CORNERED = {
    "anchor": f64([0.0, 0.5]),
    "positive": f64([0.0, 0.0]),
    "negative": f64([2.0, 0.0]),
}

INFOS = [
    LossInfo(
        fl.triplet_margin_loss,
        cases=CASES,
        rows=[
            Row(
                TRIPLET,
                reals={"margin": 2.5},
                misfit=TRIPLET_MISFIT,
                bad_options=not_above("margin", 0),
            ),
            Row(
                TRIPLET,
                options={"p": 3.0, "swap": True, "margin": 2.5},
                bad_options=(({"p": np.nan}, "p must be a number, got nan"),),
            ),
        ],
        gates=[
            Gate(
                3 * VECTORS,
                Limit(4.0, 4.0),
                Limit(35),
                Limit(82),
                # The sums of squares, and whether a scale could change them.
                cpu_temporaries=Limit(36),
            )
        ],
        curve=Curve(
            "one coordinate of the anchor",
            (-2.0, 4.0),
            "its other coordinate 0.5; positive (0, 0), negative (2, 0); margin 1",
            CORNERED,
            {"anchor": FIRST_OF_2},
        ),
    ),
]
