"""Huber and smooth L1 against torch."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.examples.arrays import ELEMENTS, UNEQUAL, XY, not_above
from parity.examples.lines import ERROR, ONE, PAIR
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.later import functional as F
from parity.references import huber_of_delta, kept, smooth_l1_of_beta
from parity.row import Row

REDUCTION = ["none", "mean", "sum"]
CORNERS = [0.25, 1.0, 10.0]


def plain(rng):
    input, target = rng.standard_normal((2, 4, 7))
    input[0] = [0.0, 1.0, -1.0, 0.25, -0.25, 10.0, -10.0]  # exactly on the corners
    target[0] = 0.0
    input[1] = target[1]
    return {"input": input, "target": target}


def weighted(rng):
    return plain(rng) | {"weight": rng.standard_normal((4, 7))}


def masked(rng):
    inputs = plain(rng) | {"where": rng.random((4, 7)) < 0.5}
    inputs["input"][2], inputs["where"][2] = np.nan, False
    inputs["target"][3], inputs["where"][3] = np.inf, False
    return inputs


def masked_weighted(rng):
    return masked(rng) | {"weight": rng.standard_normal((4, 7))}


def extreme(rng):
    input = np.asarray([1e4, -1e4, np.inf, -np.inf, np.nan])
    return {"input": input, "target": np.asarray([-1e4, 1e4, 0.0, 0.0, 0.0])}


def single(rng):
    return {"input": rng.standard_normal(()), "target": rng.standard_normal(())}


def number(rng):
    return {"input": rng.standard_normal((2, 1, 3)), "target": np.asarray(0.5)}


def many(rng):
    return {"input": rng.standard_normal((40, 50)), "target": np.zeros((40, 50))}


def with_delta(rng):
    return plain(rng) | {"delta": np.asarray(0.3125)}


def with_beta(rng):
    return plain(rng) | {"beta": np.asarray(0.3125)}


def empty(rng):
    return {"input": np.zeros((0, 3)), "target": np.zeros((0, 3))}


GRID = {"reduction": REDUCTION}
TOTALS = {"reduction": ["mean", "sum"]}
BOTH = ("input", "target")
WEIGHT = ("input", "target", "weight")
DTYPE = {"dtype": ["float32", "float64"]}
HUBER, SMOOTH = F.huber_loss, F.smooth_l1_loss
WHERE = kept(HUBER, input=None, target=None)
WHERE_WEIGHT = kept(HUBER, input=None, target=None, weight=None)
WHERE_SMOOTH = kept(SMOOTH, input=None, target=None)

HUBER_CASES = [
    Case(fl.huber_loss, HUBER, plain, [GRID | {"delta": CORNERS}, DTYPE], BOTH),
    Case(fl.huber_loss, HUBER, weighted, GRID | {"delta": [0.25, 1.0]}, WEIGHT),
    Case(fl.huber_loss, WHERE, masked, GRID, BOTH),
    Case(fl.huber_loss, WHERE_WEIGHT, masked_weighted, GRID, WEIGHT),
    Case(fl.huber_loss, HUBER, extreme, GRID | {"delta": [0.25, 1.0]}, BOTH, orders=1),
    Case(fl.huber_loss, HUBER, single, GRID, BOTH),
    Case(fl.huber_loss, HUBER, number, GRID, BOTH),
    Case(fl.huber_loss, HUBER, many, TOTALS, BOTH, orders=1),
    Case(fl.huber_loss, huber_of_delta, with_delta, GRID, (*BOTH, "delta")),
    Case(fl.huber_loss, HUBER, empty, GRID, BOTH),
]  # fmt: skip
SMOOTH_L1_CASES = [
    Case(fl.smooth_l1_loss, SMOOTH, plain,
         [GRID | {"beta": [0.0, *CORNERS]}, DTYPE], BOTH),
    Case(fl.smooth_l1_loss, WHERE_SMOOTH, masked, GRID | {"beta": [0.0, 1.0]}, BOTH),
    Case(fl.smooth_l1_loss, SMOOTH, extreme, GRID | {"beta": [0.0, 0.25, 1.0]}, BOTH,
         orders=1),
    Case(fl.smooth_l1_loss, SMOOTH, single, GRID, BOTH),
    Case(fl.smooth_l1_loss, SMOOTH, number, GRID, BOTH),
    Case(fl.smooth_l1_loss, SMOOTH, many, TOTALS, BOTH, orders=1),
    Case(fl.smooth_l1_loss, smooth_l1_of_beta, with_beta, GRID, (*BOTH, "beta")),
    Case(fl.smooth_l1_loss, SMOOTH, empty, GRID, BOTH),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.huber_loss,
        cases=HUBER_CASES,
        rows=[
            Row(
                XY,
                ELEMENTS,
                reals={"delta": 0.625},
                misfit=UNEQUAL,
                bad_options=not_above("delta", 0),
            )
        ],
        gates=[
            Gate(
                2 * MILLION,
                Limit(2.5, 2.5),
                Limit(4.2, 0.0),
                Limit(26),
                reason="XLA's program for a CPU writes the losses out; Keras's as well",
            )
        ],
        curve=Curve(**ERROR, fixed="delta 1", arrays=PAIR, along=ONE),
        number=0.5,
    ),
    LossInfo(
        fl.smooth_l1_loss,
        cases=SMOOTH_L1_CASES,
        rows=[
            Row(
                XY,
                ELEMENTS,
                reals={"beta": 0.625},
                misfit=UNEQUAL,
                bad_options=(({"beta": -1.0}, "beta must be > 0, got -1.0"),),
            )
        ],
        gates=[
            Gate(
                2 * MILLION,
                Limit(2.5, 2.5),
                Limit(4.2, 0.0),
                Limit(26),
                reason="XLA's program for a CPU writes the losses out",
            )
        ],
        curve=Curve(
            **ERROR,
            fixed="beta 0.5",
            arrays=PAIR,
            along=ONE,
            options={"beta": 0.5},
        ),
        number=0.5,
    ),
]
