"""Hinge and sparsemax of binary labels against their formulas."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, PLUS_MINUS, UNEQUAL, X
from parity.examples.lines import ONE
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.references.hinges import binary_sparsemax, hinge
from parity.row import Row

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

HINGE_CASES = [
    Case(HINGE, hinge, signed, [GRID, NONE | {"margin": [0.0, 0.25], "p": [1, 2]}]),
    Case(HINGE, hinge, binary, NONE | BINARY | {"p": [1, 2]}),
    Case(HINGE, hinge, masked, [GRID, NONE | {"p": [2]}], ("input", "weight")),
    Case(HINGE, hinge, extreme, NONE, orders=1),
    Case(HINGE, hinge, with_margin, NONE | {"p": [1, 2]}, ("input", "margin")),
]  # fmt: skip
BINARY_SPARSEMAX_CASES = [
    Case(SPARSE, binary_sparsemax, binary, GRID),
    Case(SPARSE, binary_sparsemax, signed, NONE | SIGNED),
    Case(SPARSE, binary_sparsemax, masked, GRID | SIGNED, ("input", "weight")),
    Case(SPARSE, binary_sparsemax, far, NONE, orders=1),
]  # fmt: skip

NO_MARGIN = (({"margin": -1.0}, "margin must be >= 0, got -1.0"),)

INFOS = [
    LossInfo(
        fl.hinge_loss,
        cases=HINGE_CASES,
        rows=[
            Row(
                {"input": X, "target": PLUS_MINUS},
                ELEMENTS,
                reals={"margin": 0.8125},
                misfit=UNEQUAL,
                bad_options=(
                    *NO_MARGIN,
                    ({"p": 3}, "p must be 1 or 2, got 3"),
                    (
                        {"labels": "both"},
                        "labels must be 'signed' or 'binary', got 'both'",
                    ),
                ),
                bad_values=(
                    (
                        "target",
                        (1, 0),
                        0,
                        (
                            "target must be -1 or 1, got 0.0 at (1, 0), or "
                            "pass labels='binary'"
                        ),
                    ),
                ),
            )
        ],
        gates=[Gate(2 * MILLION, Limit(4.0, 4.0), Limit(4.2), Limit(25))],
        curve=Curve(
            "score",
            (-3.0, 3.0),
            "label 1; margin 1",
            {"input": f64(0.0), "target": f64(1.0)},
            ONE,
            reference=hinge,
        ),
        number=-1.0,
    ),
    LossInfo(
        fl.binary_sparsemax_loss,
        cases=BINARY_SPARSEMAX_CASES,
        rows=[
            Row(
                {"input": X, "target": [[1, 0], [0, 0], [1, 1]]},
                ELEMENTS,
                misfit=UNEQUAL,
                bad_values=(
                    (
                        "target",
                        (1, 0),
                        2,
                        (
                            "target must be 0 or 1, got 2.0 at (1, 0), or "
                            "pass labels='signed'"
                        ),
                    ),
                ),
            )
        ],
        gates=[
            Gate(
                2 * MILLION,
                Limit(4.0, 4.0),
                Limit(4.2),
                Limit(36),
            )
        ],
        curve=Curve(
            "score",
            (-3.0, 3.0),
            "label 1",
            {"input": f64(0.0), "target": f64(1.0)},
            ONE,
            reference=binary_sparsemax,
        ),
        number=1.0,
    ),
]
