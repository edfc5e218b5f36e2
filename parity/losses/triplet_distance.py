"""Triplet margin with a distance of one's own against torch."""

from typing import Any

import array_api_compat
import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.examples.arrays import TRIPLET, TRIPLET_MISFIT, not_above
from parity.examples.lines import FIRST_OF_2
from parity.examples.shapes import VECTORS
from parity.info import LossInfo
from parity.later import functional as F
from parity.losses.triplet import (
    CORNERED,
    NAMES,
    broadcast,
    empty,
    large,
    masked,
    plain,
    row,
)
from parity.references import kept
from parity.row import Row

REDUCTION = ["none", "mean", "sum"]


def squared(x, y):
    xp = array_api_compat.array_namespace(x, y)
    return xp.sum((x - y) * (x - y), axis=-1)


def corners(rng):
    # Rows: at the hinge; a swap tie; all equal.
    anchor = np.asarray([[0.0, 0.0], [0.0, 0.0], [1.0, 2.0]])
    positive = np.asarray([[1.0, 1.0], [4.0, 0.0], [1.0, 2.0]])
    negative = np.asarray([[1.0, 1.5], [2.0, 1.0], [1.0, 2.0]])
    return {"anchor": anchor, "positive": positive, "negative": negative}


OURS, TORCH = fl.triplet_margin_with_distance_loss, F.triplet_margin_with_distance_loss
GRID = {"reduction": REDUCTION}
SWAP = {"swap": [False, True]}
DISTANCE = {"distance_function": [None, squared]}
SQUARED = {"distance_function": [squared], "margin": [1.25, 1.0]}
WHERE = kept(TORCH, anchor=-1, positive=-1, negative=-1)

CASES = [
    Case(OURS, TORCH, plain,
         [GRID | SWAP | DISTANCE, DISTANCE | {"margin": [0.25, 2.0]},
          {"dtype": ["float32", "float64"]}], NAMES),
    Case(OURS, TORCH, corners, {"reduction": ["none"]} | SWAP | SQUARED, NAMES),
    Case(OURS, TORCH, broadcast, SWAP | DISTANCE, NAMES),
    Case(OURS, TORCH, row, SWAP | DISTANCE, NAMES),
    Case(OURS, WHERE, masked, SWAP | DISTANCE, NAMES),
    Case(OURS, TORCH, large, SWAP, NAMES),
    Case(OURS, TORCH, empty, GRID, NAMES),
]  # fmt: skip


def squared_distance(p: Any, q: Any) -> Any:
    return ((p - q) ** 2).sum(-1)


INFOS = [
    LossInfo(
        fl.triplet_margin_with_distance_loss,
        cases=CASES,
        rows=[
            Row(
                TRIPLET,
                reals={"margin": 2.5},
                misfit=TRIPLET_MISFIT,
                bad_options=not_above("margin", 0),
            )
        ],
        gates=[
            Gate(
                3 * VECTORS,
                Limit(4.0, 4.0),
                Limit(35),
                Limit(30),
                options={"distance_function": squared_distance},
            )
        ],
        curve=Curve(
            "one coordinate of the anchor",
            (-2.0, 4.0),
            "its other coordinate 0.5; positive (0, 0), negative (2, 0); margin 2",
            CORNERED,
            {"anchor": FIRST_OF_2},
            {"margin": 2.0},
        ),
    ),
]
