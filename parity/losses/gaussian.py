"""Gaussian negative log-likelihood against torch."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, P, X, Y
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.later import functional as F
from parity.references import kept
from parity.row import Row

REDUCTION = ["none", "mean", "sum"]


def plain(rng):
    input, target = rng.standard_normal((2, 4, 5))
    var = rng.random((4, 5)) + 0.125
    input[0] = target[0]
    var[1] = [0.25, 0.125, 0.0625, 0.0, 0.5]  # at and below the larger eps
    return {"input": input, "target": target, "var": var}


def floored(rng):
    # The gradient in var flows through the floor as if there were none.
    var = np.asarray([0.0, 0.0, 1e-7, 1e-6, 2e-6])
    target = np.asarray([0.0, 0.5, 0.5, 0.5, 0.5])
    return {"input": np.zeros(5), "target": target, "var": var}


def row_variances(rng):
    return plain(rng) | {"var": rng.random(4) + 0.25}


def column_variances(rng):
    return plain(rng) | {"var": rng.random((1, 5)) + 0.25}


def shared_variance(rng):
    inputs = plain(rng)
    del inputs["var"]
    return inputs


def wide_target(rng):
    input, var = rng.standard_normal((4, 1)), rng.random((4, 1)) + 0.25
    return {"input": input, "target": rng.standard_normal((2, 4, 3)), "var": var}


def masked(rng):
    inputs = plain(rng) | {"where": rng.random((4, 5)) < 0.5}
    inputs["input"][2], inputs["where"][2] = np.nan, False
    inputs["var"][3], inputs["where"][3] = -1.0, False  # no variance, but masked
    return inputs


def extreme(rng):
    input = np.asarray([1e4, np.inf, 1.0, np.nan, 1.0])
    var = np.asarray([1.0, 1.0, np.inf, 1.0, np.nan])
    return {"input": input, "target": np.zeros(5), "var": var}


def single(rng):
    input, target = rng.standard_normal(2)
    arrays = {"input": input, "target": target, "var": 0.5}
    return {name: np.asarray(x) for name, x in arrays.items()}


def many(rng):
    input, target = rng.standard_normal((2, 40, 50))
    return {"input": input, "target": target, "var": rng.random((40, 50)) + 0.25}


def empty(rng):
    return dict.fromkeys(("input", "target", "var"), np.zeros((0, 3)))


GAUSSIAN, TORCH = fl.gaussian_nll_loss, F.gaussian_nll_loss
GRID = {"reduction": REDUCTION}
FULL = GRID | {"full": [False, True]}
BOTH = ("input", "target")
ALL = ("input", "target", "var")
WHERE = kept(TORCH, input=None, target=None, var=None)

CASES = [
    Case(GAUSSIAN, TORCH, plain,
         [FULL | {"eps": [1e-6, 0.25]}, {"dtype": ["float32", "float64"]}], ALL),
    Case(GAUSSIAN, TORCH, floored, GRID, ALL,
         dtypes=("float64", "float32", "bfloat16")),
    Case(GAUSSIAN, TORCH, row_variances, FULL, ALL),
    Case(GAUSSIAN, TORCH, column_variances, FULL, ALL),
    Case(GAUSSIAN, TORCH, shared_variance, GRID | {"var": [0.25, 2.0]}, BOTH),
    Case(GAUSSIAN, TORCH, wide_target, FULL, ALL),
    Case(GAUSSIAN, WHERE, masked, FULL, ALL),
    Case(GAUSSIAN, TORCH, extreme, GRID, BOTH, orders=1),
    Case(GAUSSIAN, TORCH, single, FULL, ALL),
    Case(GAUSSIAN, TORCH, many, {"reduction": ["mean", "sum"]}, ALL, orders=1),
    Case(GAUSSIAN, TORCH, empty, GRID, ALL),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.gaussian_nll_loss,
        cases=CASES,
        rows=[
            Row(
                {"input": X, "target": Y, "var": P},
                ELEMENTS,
                reals={"eps": 1e-3},
                bad_values=(
                    ("var", (1, 0), -0.5, "var must be >= 0, got -0.5 at (1, 0)"),
                ),
            )
        ],
        gates=[Gate(3 * MILLION, Limit(2.5, 2.5), Limit(4.2), Limit(25))],
        curve=Curve(
            "variance",
            (0.25, 4.0),
            "an error of 1",
            {"input": f64(1.0), "target": f64(0.0), "var": f64(0.0)},
            {"var": f64(1.0)},
        ),
        number=0.5,
    ),
]
