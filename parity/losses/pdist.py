"""Distances of all pairs of rows against torch."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import X
from parity.info import LossInfo
from parity.later import functional as F
from parity.references import pdist_composed
from parity.row import Row


def plain(rng):
    return {"input": rng.standard_normal((5, 3))}


def distinct(rng):
    return plain(rng)


def corners(rng):
    # Two equal rows, tied coordinates, zero coordinates.
    rows = [[0.0, 0.0], [2.0, -2.0], [0.0, 0.0], [1.0, 0.0]]
    return {"input": np.asarray(rows)}


def large(rng):
    return {"input": 1e4 * rng.standard_normal((4, 3))}


def many(rng):
    # More differences than are computed at once.
    return {"input": rng.standard_normal((150, 100))}


def one_row(rng):
    return {"input": rng.standard_normal((1, 3))}


def no_rows(rng):
    return {"input": np.zeros((0, 3))}


def featureless(rng):
    return {"input": np.zeros((3, 0))}


P = {"p": [0.0, 1.0, 1.5, 2.0, 3.0, float("inf")]}
SMALL = {"p": [1.0, 2.0]}

# torch's own has no second derivative, and its first kills the process where there are
# no rows or features; the composed one has both.
CASES = [
    Case(fl.pdist, F.pdist, plain, [P, {"dtype": ["float32", "float64"]}],
         orders=1),
    Case(fl.pdist, pdist_composed, distinct, {"p": [1.0, 2.0, 3.0]}),
    Case(fl.pdist, F.pdist, corners, P, orders=1),
    Case(fl.pdist, F.pdist, large, P, orders=1),
    Case(fl.pdist, F.pdist, many, SMALL, orders=1, dtypes=("float64", "float32")),
    Case(fl.pdist, pdist_composed, one_row, SMALL),
    Case(fl.pdist, pdist_composed, no_rows, SMALL),
    Case(fl.pdist, pdist_composed, featureless, SMALL),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.pdist,
        cases=CASES,
        rows=[Row({"input": X}, together=True)],
        gates=[
            Gate(
                ("f32[512,64]",),
                None,
                Limit(2.7),
                Limit(92),
                # On a CPU a matrix of all pairs, twice each, and its gradient.
                cpu_temporaries=Limit(4.1),
            )
        ],
        curve=Curve(
            "one coordinate of a row",
            (-3.0, 3.0),
            "its other coordinate 0.5; the other row (0, 0)",
            {"input": f64([0.0, 0.5], [0.0, 0.0])},
            {"input": f64([1.0, 0.0], [0.0, 0.0])},
        ),
    ),
]
