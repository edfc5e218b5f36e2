"""Triplet margin with a distance of one's own against torch."""

import array_api_compat
import numpy as np
from torch.nn import functional as F

import funloss as fl
from parity.case import Case
from parity.cases.triplet import NAMES, broadcast, empty, large, masked, plain, row
from parity.references import kept

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
