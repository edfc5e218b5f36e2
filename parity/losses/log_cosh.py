"""The log-cosh loss against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.examples.arrays import ELEMENTS, UNEQUAL, XY
from parity.examples.lines import ERROR, ONE, PAIR
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.references import kept
from parity.references.regression import log_cosh
from parity.row import Row


def plain(rng):
    input, target = 2 * rng.standard_normal((2, 3, 5))
    input[0], target[0] = [0.0, 1.0, -1.0, 20.0, -24.0], 0.0
    input[1, 0] = target[1, 0]
    return {"input": input, "target": target}


def masked(rng):
    inputs = plain(rng) | {"weight": rng.random((3, 5)) + 0.5}
    inputs["where"] = rng.random((3, 5)) < 0.75
    inputs["input"][2, 0], inputs["where"][2, 0] = np.nan, False
    inputs["target"][1, 4], inputs["where"][1, 4] = np.inf, False
    return inputs


def extreme(rng):
    input = [1e4, -1e4, np.inf, -np.inf, np.nan, 1e-3, -1e-4, 1e-12, 0.75, 20.5]
    return {"input": np.asarray(input), "target": np.zeros(10)}


GRID = {"reduction": ["none", "mean", "sum"]}
BOTH = ("input", "target")
WHERE = kept(log_cosh, input=None, target=None, weight=None)

CASES = [
    Case(fl.log_cosh_loss, log_cosh, plain, GRID, BOTH),
    Case(fl.log_cosh_loss, WHERE, masked, GRID, (*BOTH, "weight")),
    Case(fl.log_cosh_loss, log_cosh, extreme, {"reduction": ["none"]}, BOTH, orders=1),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.log_cosh_loss,
        cases=CASES,
        rows=[Row(XY, ELEMENTS, misfit=UNEQUAL)],
        gates=[Gate(2 * MILLION, Limit(1.7, 4.0), Limit(0.0), Limit(22))],
        curve=Curve(
            **ERROR,
            fixed="target 0",
            arrays=PAIR,
            along=ONE,
            reference=log_cosh,
        ),
        number=0.5,
    ),
]
