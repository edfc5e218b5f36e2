"""The absolute percentage error against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, UNEQUAL, XY, not_above
from parity.examples.lines import ONE
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.references import kept
from parity.references.regression import mean_absolute_percentage_error as reference
from parity.row import Row


def plain(rng):
    input, target = 2 * rng.standard_normal((2, 3, 5))
    # Exact fits, and targets exactly at, below and above an eps of 0.25.
    input[0] = [0.5, -1.0, 0.5, 1.0, -1.0]
    target[0] = [0.5, -1.0, 0.25, -0.125, -0.25]
    return {"input": input, "target": target}


def masked(rng):
    inputs = plain(rng) | {"weight": rng.random((3, 5)) + 0.5}
    inputs["where"] = rng.random((3, 5)) < 0.75
    inputs["input"][2, 0], inputs["where"][2, 0] = np.nan, False
    inputs["target"][1, 4], inputs["where"][1, 4] = 0.0, False
    return inputs


def extreme(rng):
    input = np.asarray([1e4, -1e4, np.inf, np.nan, 1e-4, 0.0])
    return {"input": input, "target": np.asarray([1.0, 1e4, -2.0, 1.0, 0.0, 3.0])}


def with_eps(rng):
    return plain(rng) | {"eps": np.asarray(0.3125)}


GRID = {"reduction": ["none", "mean", "sum"]}
BOTH = ("input", "target")
MAPE = fl.mean_absolute_percentage_error
WHERE = kept(reference, input=None, target=None, weight=None)

CASES = [
    Case(MAPE, reference, plain,
         [{"eps": [1e-7, 0.25], "reduction": ["none"]}, GRID], BOTH),
    Case(MAPE, WHERE, masked, GRID, (*BOTH, "weight")),
    Case(MAPE, reference, extreme, {"reduction": ["none"]}, orders=1),
    Case(MAPE, reference, with_eps, {"reduction": ["none", "mean"]}, (*BOTH, "eps")),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.mean_absolute_percentage_error,
        cases=CASES,
        rows=[
            Row(
                XY,
                ELEMENTS,
                reals={"eps": 0.625},
                misfit=UNEQUAL,
                bad_options=not_above("eps", 0),
            )
        ],
        gates=[
            Gate(
                2 * MILLION,
                Limit(1.7, 4.0),
                Limit(0.0),
                Limit(26),
            )
        ],
        curve=Curve(
            "prediction",
            (-1.0, 5.0),
            "target 2",
            {"input": f64(0.0), "target": f64(2.0)},
            ONE,
            reference=reference,
        ),
        number=0.5,
    ),
]
