"""The absolute percentage error against its formula."""

import numpy as np

import funloss as fl
from parity.case import Case
from parity.references import kept
from parity.references.regression import mean_absolute_percentage_error as reference


def plain(rng):
    input, target = 2 * rng.standard_normal((2, 3, 5))
    # Exact fits, and targets exactly at, below and above an eps of 0.25.
    input[0] = [0.5, -1.0, 0.5, 1.0, -1.0]
    target[0] = [0.5, -1.0, 0.25, -0.125, -0.25]
    return {"input": input, "target": target}


def masked(rng):
    inputs = plain(rng) | {"weight": rng.random((3, 5)) + 0.5}
    inputs["where"] = rng.random((3, 5)) < 0.75
    inputs["input"][2, 0], inputs["where"][2, 0] = np.nan, False
    inputs["target"][1, 4], inputs["where"][1, 4] = 0.0, False
    return inputs


def extreme(rng):
    input = np.asarray([1e4, -1e4, np.inf, np.nan, 1e-4, 0.0])
    return {"input": input, "target": np.asarray([1.0, 1e4, -2.0, 1.0, 0.0, 3.0])}


def with_eps(rng):
    return plain(rng) | {"eps": np.asarray(0.3125)}


GRID = {"reduction": ["none", "mean", "sum"]}
BOTH = ("input", "target")
MAPE = fl.mean_absolute_percentage_error
WHERE = kept(reference, input=None, target=None, weight=None)

CASES = [
    Case(MAPE, reference, plain,
         [{"eps": [1e-7, 0.25], "reduction": ["none"]}, GRID], BOTH),
    Case(MAPE, WHERE, masked, GRID, (*BOTH, "weight")),
    Case(MAPE, reference, extreme, {"reduction": ["none"]}, orders=1),
    Case(MAPE, reference, with_eps, {"reduction": ["none", "mean"]}, (*BOTH, "eps")),
]  # fmt: skip
