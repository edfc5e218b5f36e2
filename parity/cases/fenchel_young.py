"""Fenchel-Young losses of functions that a library is given against their formula."""

import numpy as np

import funloss as fl
from parity.case import Case
from parity.references.entmax import fenchel_young


def rows(rng):
    return {"input": rng.standard_normal((3, 4)), "target": rng.random((3, 4))}


def masked(rng):
    inputs = rows(rng) | {"where": np.asarray([True, False, True])}
    inputs["input"][1], inputs["target"][1] = np.nan, np.inf
    return inputs


def half_square(x):
    """Return half the squared length; every library has these operations."""
    return 0.5 * fl.array_namespace(x).sum(x * x, axis=-1)


def softplus(x):
    """Return the sum of softplus, the conjugate of binary entropies."""
    xp = fl.array_namespace(x)
    return xp.sum(xp.softplus(x), axis=-1)


LOSS = fl.fenchel_young_loss
GRID = {"reduction": ["none", "mean", "sum"], "conjugate": [half_square]}
NONE = {"reduction": ["none"]}

CASES = [
    Case(LOSS, fenchel_young, rows,
         [GRID, NONE | {"conjugate": [softplus], "regularizer": [None, half_square],
                        "axis": [0]}], ("input", "target")),
    Case(LOSS, fenchel_young, masked, GRID),
]  # fmt: skip
