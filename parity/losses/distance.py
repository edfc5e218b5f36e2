"""Pairwise distance against torch."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import X, Y
from parity.examples.lines import FIRST_OF_2
from parity.examples.shapes import VECTORS
from parity.info import LossInfo
from parity.later import functional as F
from parity.references import pairwise_distance_where
from parity.row import Row


def plain(rng):
    x1, x2 = rng.standard_normal((2, 4, 3))
    return {"x1": x1, "x2": x2}


def equal(rng):
    # eps keeps the equal rows apart: their difference points along (1, ..., 1).
    inputs = plain(rng)
    inputs["x2"][:2] = inputs["x1"][:2]
    return inputs


def corners(rng):
    # Rows: equal; tied coordinates; a zero coordinate.
    x1 = np.asarray([[1.0, 2.0], [1.0, -1.0], [2.0, 0.5]])
    return {"x1": x1, "x2": np.asarray([[1.0, 2.0], [0.0, 0.0], [1.0, 0.5]])}


def broadcast(rng):
    return {"x1": rng.standard_normal((4, 1, 3)), "x2": rng.standard_normal((2, 1))}


def single(rng):
    return {"x1": rng.standard_normal(()), "x2": rng.standard_normal(())}


def masked(rng):
    inputs = plain(rng) | {"where": np.asarray([True, False, True, False])}
    inputs["x1"][1], inputs["x2"][3] = np.nan, np.inf
    return inputs


def large(rng):
    return {name: 1e4 * array for name, array in plain(rng).items()}


def empty(rng):
    return {"x1": np.zeros((0, 3)), "x2": np.zeros((0, 3))}


def featureless(rng):
    return {"x1": np.zeros((3, 0)), "x2": np.zeros((3, 0))}


BOTH = ("x1", "x2")
ORDERS = [1.0, 2.0, 3.0, float("inf")]
KEEPDIM = {"keepdim": [False, True]}

CASES = [
    Case(fl.pairwise_distance, F.pairwise_distance, plain,
         [{"p": ORDERS, "eps": [1e-6, 0.25, 0.0]},
          {"p": [0.0, 0.5, 1.5, -1.0, -float("inf")], "eps": [0.0, 0.25]},
          KEEPDIM | {"dtype": ["float32", "float64"]}], BOTH),
    Case(fl.pairwise_distance, F.pairwise_distance, equal, {"p": ORDERS}, BOTH,
         dtypes=("float64", "float32")),
    Case(fl.pairwise_distance, F.pairwise_distance, corners,
         {"p": [*ORDERS, 0.0], "eps": [0.0]}, BOTH, orders=1),
    Case(fl.pairwise_distance, F.pairwise_distance, broadcast,
         KEEPDIM | {"p": [1.0, 2.0]}, BOTH),
    # One coordinate has no curvature, only the rounding of its zero.
    Case(fl.pairwise_distance, F.pairwise_distance, single, {"p": ORDERS}, BOTH,
         orders=1),
    Case(fl.pairwise_distance, pairwise_distance_where, masked, KEEPDIM, BOTH),
    Case(fl.pairwise_distance, F.pairwise_distance, large, {"p": ORDERS}, BOTH),
    Case(fl.pairwise_distance, F.pairwise_distance, empty, KEEPDIM, BOTH),
    Case(fl.pairwise_distance, F.pairwise_distance, featureless, {"p": [1.0, 2.0]},
         BOTH),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.pairwise_distance,
        cases=CASES,
        rows=[
            Row(
                {"x1": X, "x2": Y},
                misfit=(
                    {"x1": (3, 2), "x2": (3, 3)},
                    "shapes must broadcast, got x1 (3, 2), x2 (3, 3)",
                ),
                bad_options=(({"eps": np.nan}, "eps must be a number, got nan"),),
            )
        ],
        gates=[
            Gate(
                2 * VECTORS,
                Limit(4.0, 4.0),
                Limit(0.79),
                Limit(34),
                cpu_temporaries=Limit(1.1),
            )
        ],
        curve=Curve(
            "one coordinate of a vector",
            (-3.0, 3.0),
            "its other coordinate 0.5; the other vector (0, 0)",
            {"x1": f64([0.0, 0.5]), "x2": f64([0.0, 0.0])},
            {"x1": FIRST_OF_2},
        ),
    ),
]
