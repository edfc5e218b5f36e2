"""Continuous ranked probability score of normal distributions against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case, Package
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, P, X, Y
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.packages.forecast import crps_normal_of_scoringrules
from parity.references import kept
from parity.references.forecast import crps_normal
from parity.row import Row


def plain(rng):
    input, target = rng.standard_normal((2, 3, 5))
    scale = rng.random((3, 5)) + 0.25
    input[0], target[0] = [0.0, 1.0, -1.0, 4.0, -4.0], 0.0
    return {"input": input, "target": target, "scale": scale}


def without_scale(rng):
    input, scale = np.asarray([0.0, 2.0, -2.0, 1.0, -8.0]), [0.0, 0.0, 0.0, 0.0625, 0.5]
    return {"input": input, "target": np.zeros(5), "scale": np.asarray(scale)}


def column_scales(rng):
    return plain(rng) | {"scale": rng.random(5) + 0.25, "weight": rng.random((3, 5))}


def masked(rng):
    inputs = plain(rng) | {"where": rng.random((3, 5)) < 0.75}
    inputs["input"][2, 0], inputs["where"][2, 0] = np.nan, False
    inputs["scale"][2, 4], inputs["where"][2, 4] = -1.0, False  # no scale, but masked
    return inputs


def extreme(rng):
    input = np.asarray([1e4, -1e4, 100.0, np.nan, 1e-3])
    return {"input": input, "target": np.zeros(5), "scale": np.ones(5)}


def infinite(rng):
    input = np.asarray([np.inf, -np.inf, 1.0])
    return {"input": input, "target": np.zeros(3), "scale": np.asarray([1, 1, np.inf])}


def empty(rng):
    return dict.fromkeys(("input", "target", "scale"), np.zeros((0, 3)))


LOSS, GRID = fl.crps_normal_loss, {"reduction": ["none", "mean", "sum"]}
NONE, ALL = {"reduction": ["none"]}, ("input", "target", "scale")
WHERE = kept(crps_normal, input=None, target=None, scale=None)

INFOS = [
    LossInfo(
        LOSS,
        cases=[
            Case(
                LOSS,
                crps_normal,
                plain,
                GRID,
                ALL,
                also=[
                    Package(
                        "scoringrules crps_normal",
                        crps_normal_of_scoringrules,
                        tolerance=1e-6,
                        quirk="its constants are of float32",
                    )
                ],
            ),
            Case(LOSS, crps_normal, without_scale, GRID, ALL, orders=1),
            Case(LOSS, crps_normal, column_scales, GRID, (*ALL, "weight")),
            Case(LOSS, WHERE, masked, GRID, ALL),
            Case(LOSS, crps_normal, extreme, NONE, ALL, orders=1),
            Case(LOSS, crps_normal, infinite, NONE, ALL, orders=0),
            Case(LOSS, crps_normal, empty, {"reduction": ["mean"]}, ALL),
        ],
        rows=[
            Row(
                {"input": X, "target": Y, "scale": P},
                ELEMENTS,
                bad_values=(
                    ("scale", (1, 0), -0.5, "scale must be >= 0, got -0.5 at (1, 0)"),
                ),
            )
        ],
        gates=[Gate(3 * MILLION, Limit(4.1), Limit(17), Limit(44))],
        curve=Curve(
            "error",
            (-3.0, 3.0),
            "scale 1",
            {"input": f64(0.0), "target": f64(0.0), "scale": f64(1.0)},
            {"input": f64(1.0)},
            reference=crps_normal,
        ),
        number=0.5,
    ),
]
