"""The squared logarithmic error against its formula."""

import numpy as np

import funloss as fl
from parity.case import Case
from parity.references import kept
from parity.references.regression import mean_squared_logarithmic_error as reference


def plain(rng):
    input, target = np.exp(rng.standard_normal((2, 3, 5))) - 0.5
    input[0] = [0.0, 1.0, -0.5, 100.0, 0.0]
    target[0] = [0.0, 1.0, 3.0, 100.5, -0.75]
    return {"input": input, "target": target}


def masked(rng):
    inputs = plain(rng) | {"weight": rng.random((3, 5)) + 0.5}
    inputs["where"] = rng.random((3, 5)) < 0.75
    inputs["input"][2, 0], inputs["where"][2, 0] = -3.0, False  # no logarithm
    inputs["target"][1, 4], inputs["where"][1, 4] = np.nan, False
    return inputs


def extreme(rng):
    input = np.asarray([1e4, 0.0, np.inf, 0.0, np.nan, 1e-4, 1e4, -0.9375])
    target = np.asarray([0.0, 1e4, 0.0, np.inf, 1.0, 0.0, 10008.0, 1e4])
    return {"input": input, "target": target}


GRID = {"reduction": ["none", "mean", "sum"]}
BOTH = ("input", "target")
MSLE = fl.mean_squared_logarithmic_error
WHERE = kept(reference, input=None, target=None, weight=None)

CASES = [
    Case(MSLE, reference, plain, GRID, BOTH),
    Case(MSLE, WHERE, masked, GRID, (*BOTH, "weight")),
    Case(MSLE, reference, extreme, {"reduction": ["none"]}, orders=1),
]  # fmt: skip
