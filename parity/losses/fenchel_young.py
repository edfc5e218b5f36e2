"""Fenchel-Young losses of functions that a library is given against their formula."""

from typing import Any

import jax
import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import UNEQUAL, P, X
from parity.info import LossInfo
from parity.references.entmax import fenchel_young
from parity.row import Row


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


def log_mass(x: Any) -> Any:
    return jax.nn.logsumexp(x, -1)


INFOS = [
    LossInfo(
        fl.fenchel_young_loss,
        cases=CASES,
        rows=[
            Row(
                {"input": X, "target": P},
                options={"conjugate": half_square},
                misfit=UNEQUAL,
            )
        ],
        gates=[
            Gate(
                2 * ("f32[4096,256]",),
                Limit(4.4, 4.0),
                Limit(4.3),
                Limit(62),
                reason="logsumexp is differentiated as it stands, and keeps its "
                "exponentials",
                options={"conjugate": log_mass},
            )
        ],
        curve=Curve(
            "score",
            (-3.0, 3.0),
            "a target of 1; half the square as conjugate and as regularizer",
            {"input": f64([0.0]), "target": f64([1.0])},
            {"input": f64([1.0])},
            {"conjugate": half_square, "regularizer": half_square},
            reference=fenchel_young,
        ),
        no_number="a target is a point, which the regularizer takes",
    ),
]
