"""Quantile loss against its formula."""

import numpy as np

import funloss as fl
from parity.case import Case
from parity.references import kept
from parity.references.quantile import quantile as reference


def plain(rng):
    input, target = rng.standard_normal((2, 3, 5))
    # Exactly on the corners.
    input[0], target[0] = [0.0, 1.0, -1.0, 4.0, -4.0], 0.0
    return {"input": input, "target": target}


def masked(rng):
    inputs = plain(rng) | {"weight": rng.random((3, 5)) + 0.5}
    inputs["where"] = rng.random((3, 5)) < 0.75
    inputs["input"][2, 0], inputs["where"][2, 0] = np.nan, False
    inputs["target"][1, 4], inputs["where"][1, 4] = np.inf, False
    return inputs


def extreme(rng):
    input = np.asarray([100.0, -100.0, np.inf, -np.inf, np.nan, 1e-3])
    return {"input": input, "target": np.zeros(6)}


def with_tau(rng):
    return plain(rng) | {"tau": np.asarray(0.9375)}


def with_levels(rng):
    inputs = plain(rng) | {"tau": np.asarray([0.0625, 0.5, 0.9375])}
    inputs["weight"] = rng.random((3, 5)) + 0.5
    return inputs | {"target": inputs["target"][0]}


GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
BOTH = ("input", "target")
LOSS = fl.quantile_loss
WHERE = kept(reference, input=None, target=None, weight=None)

CASES = [
    Case(LOSS, reference, plain, [GRID, NONE | {"tau": [0.1, 0.75]}], BOTH),
    Case(LOSS, WHERE, masked, GRID | {"tau": [0.75]}, (*BOTH, "weight")),
    Case(LOSS, reference, extreme, NONE | {"tau": [0.25]}, BOTH, orders=1),
    Case(LOSS, reference, with_tau, {"reduction": ["none", "mean"]}, (*BOTH, "tau")),
    Case(LOSS, reference, with_levels, GRID | {"axis": [0]}, (*BOTH, "tau", "weight")),
]
