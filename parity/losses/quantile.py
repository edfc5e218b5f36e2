"""Quantile loss against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.examples.arrays import ELEMENTS, UNEQUAL, XY, X
from parity.examples.lines import ERROR, ONE, PAIR
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.references import kept
from parity.references.quantile import quantile as reference
from parity.row import Row


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


INFOS = [
    LossInfo(
        fl.quantile_loss,
        cases=CASES,
        rows=[
            Row(
                XY,
                ELEMENTS,
                reals={"tau": 0.625},
                misfit=UNEQUAL,
                bad_options=tuple(
                    ({"tau": x}, f"tau must be > 0 and < 1, got {x!r}")
                    for x in (0.0, 1.0, np.nan)
                ),
            ),
            Row(
                {"input": X, "target": [0.25, 1.0, -0.5]},
                ELEMENTS,
                options={"tau": np.asarray([0.25, 0.875])},
            ),
        ],
        gates=[Gate(2 * MILLION, Limit(1.7, 4.0), Limit(0.0), Limit(26))],
        curve=Curve(
            **ERROR,
            fixed="tau 0.8",
            arrays=PAIR,
            along=ONE,
            options={"tau": 0.8},
            reference=reference,
        ),
        number=0.625,
        idle={"axis": "documented: not without levels"},
    ),
]
