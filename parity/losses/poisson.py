"""Poisson negative log-likelihood against torch."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, NO_BROADCAST, P, X
from parity.examples.lines import ONE
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.later import functional as F
from parity.references import kept
from parity.row import Row

REDUCTION = ["none", "mean", "sum"]


def counts(rng):
    # Counts below, at and just above 1, where Stirling's term begins.
    target = rng.poisson(3.0, (4, 5)).astype(np.float64) + 1
    target[0] = [0.5, 1.0, 1.0078125, 1.5, 2.0]
    return {"input": rng.standard_normal((4, 5)), "target": target}


def rates(rng):
    inputs = counts(rng)
    inputs["input"] = np.exp(inputs["input"])
    return inputs


def empty_counts(rng):
    # torch's derivative with respect to a count of 0 is nan with full=True.
    target = np.asarray([0.0, 0.0, 1.0, -1.0])
    return {"input": np.asarray([0.5, 2.0, 0.25, 1.0]), "target": target}


def empty_rates(rng):
    return {"input": np.asarray([0.0, 0.0]), "target": np.asarray([1.0, 0.0])}


def integer_counts(rng):
    return {"input": rng.random((4, 5)), "target": rng.poisson(3.0, (4, 5))}


def broadcast(rng):
    target = rng.poisson(3.0, (2, 1, 3)).astype(np.float64) + 1
    return {"input": rng.random((4, 1)), "target": target}


def masked(rng):
    inputs = rates(rng) | {"where": rng.random((4, 5)) < 0.5}
    inputs["input"][2], inputs["where"][2] = np.nan, False
    inputs["target"][3], inputs["where"][3] = np.inf, False
    return inputs


def extreme(rng):
    input = np.asarray([700.0, 800.0, -1e4, -np.inf, np.inf, np.nan])
    return {"input": input, "target": np.asarray([2.0, 2.0, 2.0, 2.0, 2.0, 2.0])}


def single(rng):
    return {"input": rng.random(()), "target": np.asarray(3.0)}


def many(rng):
    return {"input": rng.random((40, 50)), "target": rng.poisson(3.0, (40, 50)) + 1.0}


def empty(rng):
    return {"input": np.zeros((0, 3)), "target": np.zeros((0, 3))}


POISSON, TORCH = fl.poisson_nll_loss, F.poisson_nll_loss
GRID = {"reduction": REDUCTION}
CROSSED = {"log_input": [True, False], "full": [False, True], "reduction": REDUCTION}
BOTH = ("input", "target")
WHERE = kept(TORCH, input=None, target=None)

CASES = [
    Case(POISSON, TORCH, counts,
         [GRID | {"full": [False, True]}, {"dtype": ["float32", "float64"]}], BOTH),
    Case(POISSON, TORCH, rates, [CROSSED, {"log_input": [False], "eps": [0.25, 0.0]}],
         BOTH),
    Case(POISSON, TORCH, empty_counts, CROSSED),
    Case(POISSON, TORCH, empty_counts, {"log_input": [True, False]}, ("target",)),
    Case(POISSON, TORCH, empty_rates, {"log_input": [False], "reduction": REDUCTION},
         dtypes=("float64", "float32", "bfloat16")),
    # torch takes the logarithm of integer counts, which `full` needs, in float32.
    Case(POISSON, TORCH, integer_counts, {"log_input": [True, False]}),
    Case(POISSON, TORCH, broadcast, CROSSED, BOTH),
    Case(POISSON, WHERE, masked, {"log_input": [True, False], "full": [False, True]},
         BOTH),
    Case(POISSON, TORCH, extreme, GRID | {"full": [False, True]}, BOTH, orders=1,
         dtypes=("float64",)),
    Case(POISSON, TORCH, single, CROSSED, BOTH),
    Case(POISSON, TORCH, many, {"reduction": ["mean", "sum"]}, BOTH, orders=1),
    Case(POISSON, TORCH, empty, GRID, BOTH),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.poisson_nll_loss,
        cases=CASES,
        rows=[
            Row(
                {"input": X, "target": P},
                ELEMENTS,
                misfit=NO_BROADCAST,
            )
        ],
        gates=[Gate(2 * MILLION, Limit(2.5, 2.5), Limit(4.2), Limit(15))],
        curve=Curve(
            "logarithm of the rate",
            (-2.0, 3.0),
            "a count of 3",
            {"input": f64(0.0), "target": f64(3.0)},
            ONE,
        ),
        number=2.0,
        idle={
            "eps": "documented: not beside logarithms, as in torch",
            "full": "counts of the row are below 1, which have no term",
        },
    ),
]
