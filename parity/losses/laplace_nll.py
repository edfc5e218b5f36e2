"""Laplace negative log-likelihood against torch's distribution."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, P, X, Y
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.references import kept
from parity.references.likelihoods import laplace_nll
from parity.row import Row


def plain(rng):
    input, target = rng.standard_normal((2, 3, 5))
    scale = rng.random((3, 5)) + 0.125
    input[0] = target[0]
    scale[1] = [0.25, 0.125, 0.0625, 0.0, 0.5]  # at and below the larger eps
    return {"input": input, "target": target, "scale": scale}


def column_scales(rng):
    return plain(rng) | {"scale": rng.random(5) + 0.25, "weight": rng.random((3, 5))}


def masked(rng):
    inputs = plain(rng) | {"where": rng.random((3, 5)) < 0.75}
    inputs["input"][2, 0], inputs["where"][2, 0] = np.nan, False
    inputs["scale"][2, 4], inputs["where"][2, 4] = -1.0, False  # no scale, but masked
    return inputs


def extreme(rng):
    input = np.asarray([1e4, np.inf, np.nan, 1.0])
    return {"input": input, "target": np.zeros(4), "scale": np.asarray([1, 1, 1, 9.0])}


def empty(rng):
    return dict.fromkeys(("input", "target", "scale"), np.zeros((0, 3)))


LOSS, GRID = fl.laplace_nll_loss, {"reduction": ["none", "mean", "sum"]}
BOTH, ALL = ("input", "target"), ("input", "target", "scale")
WHERE = kept(laplace_nll, input=None, target=None, scale=None)

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(
                LOSS,
                laplace_nll,
                plain,
                [GRID, {"eps": [1e-6, 0.25], "full": [True]}],
                ALL,
            ),
            Case(LOSS, laplace_nll, column_scales, GRID, (*ALL, "weight")),
            Case(LOSS, WHERE, masked, GRID, ALL),
            Case(LOSS, laplace_nll, extreme, {"reduction": ["none"]}, BOTH, orders=1),
            Case(LOSS, laplace_nll, empty, {"reduction": ["mean"]}, ALL),
        ],
        rows=[
            Row(
                {"input": X, "target": Y, "scale": P},
                ELEMENTS,
                reals={"eps": 1e-3},
                bad_values=(
                    ("scale", (1, 0), -0.5, "scale must be >= 0, got -0.5 at (1, 0)"),
                ),
            )
        ],
        gates=[Gate(3 * MILLION, Limit(2.5, 2.5), Limit(4.2), Limit(28))],
        curve=Curve(
            "scale",
            (0.25, 4.0),
            "an error of 1",
            {"input": f64(1.0), "target": f64(0.0), "scale": f64(0.0)},
            {"scale": f64(1.0)},
            reference=laplace_nll,
        ),
        number=0.5,
    ),
]
