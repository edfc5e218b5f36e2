"""The expectile loss against its formula."""

import numpy as np

import funloss as fl
from parity.case import Case
from parity.references import kept
from parity.references.regression import expectile as reference


def plain(rng):
    input, target = rng.standard_normal((2, 3, 5))
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


def with_expectile(rng):
    return plain(rng) | {"expectile": np.asarray(0.9375)}


GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
BOTH = ("input", "target")
EXPECTILE = fl.expectile_loss
WHERE = kept(reference, input=None, target=None, weight=None)

CASES = [
    Case(EXPECTILE, reference, plain, [GRID, NONE | {"expectile": [0.1, 0.75]}], BOTH),
    Case(EXPECTILE, WHERE, masked, GRID, (*BOTH, "weight")),
    Case(EXPECTILE, reference, extreme, NONE | {"expectile": [0.25]}, BOTH, orders=1),
    Case(EXPECTILE, reference, with_expectile, {"reduction": ["none", "mean"]},
         (*BOTH, "expectile")),
]  # fmt: skip
