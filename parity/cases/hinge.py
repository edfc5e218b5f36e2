"""Hinge and sparsemax of binary labels against their formulas."""

import numpy as np

import funloss as fl
from parity.case import Case
from parity.references.hinges import binary_sparsemax, hinge

# On the margins of 1, 0.25 and 0, and where the parabola ends.
SCORES = np.asarray([1.0, -1.0, 0.25, -0.25, 0.0, 3.0, -3.0, 0.5])
SIGNS = np.asarray([1, -1, 1, -1, 1, -1, 1, 1])


def signed(rng):
    return {"input": np.stack([SCORES, rng.standard_normal(8)]),
            "target": np.stack([SIGNS, rng.permutation(SIGNS)])}  # fmt: skip


def binary(rng):
    inputs = signed(rng)
    return inputs | {"target": inputs["target"] > 0}


def masked(rng):
    inputs = signed(rng) | {"weight": rng.random((2, 8)) + 0.5}
    inputs["where"] = rng.random((2, 8)) < 0.75
    inputs["input"][0, 3], inputs["where"][0, 3] = np.nan, False
    inputs["target"][1, 5], inputs["where"][1, 5] = 7, False
    return inputs


def extreme(rng):
    input = np.asarray([200.0, -200.0, np.inf, -np.inf, np.nan])
    return {"input": input, "target": np.ones(5)}


def far(rng):
    input = np.asarray([200.0, -200.0, np.inf, -np.inf])
    return {"input": input, "target": np.ones(4)}


def with_margin(rng):
    return signed(rng) | {"margin": np.asarray(0.375)}


HINGE, SPARSE = fl.hinge_loss, fl.binary_sparsemax_loss
GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}
BINARY, SIGNED = {"labels": ["binary"]}, {"labels": ["signed"]}

CASES = [
    Case(HINGE, hinge, signed, [GRID, NONE | {"margin": [0.0, 0.25], "p": [1, 2]}]),
    Case(HINGE, hinge, binary, NONE | BINARY | {"p": [1, 2]}),
    Case(HINGE, hinge, masked, [GRID, NONE | {"p": [2]}], ("input", "weight")),
    Case(HINGE, hinge, extreme, NONE, orders=1),
    Case(HINGE, hinge, with_margin, NONE | {"p": [1, 2]}, ("input", "margin")),
    Case(SPARSE, binary_sparsemax, binary, GRID),
    Case(SPARSE, binary_sparsemax, signed, NONE | SIGNED),
    Case(SPARSE, binary_sparsemax, masked, GRID | SIGNED, ("input", "weight")),
    Case(SPARSE, binary_sparsemax, far, NONE, orders=1),
]  # fmt: skip
