"""Absolute and squared errors against torch: what they are tried with is the same."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.examples.arrays import ELEMENTS, UNEQUAL, XY
from parity.examples.lines import ERROR, ONE, PAIR
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.later import functional as F
from parity.references import kept
from parity.row import Row

REDUCTION = ["none", "mean", "sum"]


def plain(rng):
    input, target = rng.standard_normal((2, 4, 5))
    input[0], target[0] = [0.0, 1.0, -1.0, 0.25, -0.25], 0.0
    input[1] = target[1]  # exact fits
    return {"input": input, "target": target}


def weighted(rng):
    weight = rng.standard_normal((4, 5)) + 1
    weight[2] = 0.0
    return plain(rng) | {"weight": weight}


def masked(rng):
    inputs = plain(rng) | {"where": rng.random((4, 5)) < 0.5}
    inputs["input"][2], inputs["where"][2] = np.nan, False
    inputs["target"][3], inputs["where"][3] = np.inf, False
    return inputs


def masked_rows(rng):
    return weighted(rng) | {"where": np.asarray([[True], [False], [True], [False]])}


def all_masked(rng):
    return weighted(rng) | {"where": np.zeros((4, 5), dtype=bool)}


def extreme(rng):
    return {
        "input": np.asarray([1e4, -1e4, np.inf, -np.inf, np.inf, np.nan, 1.0]),
        "target": np.asarray([-1e4, -1e4, 1.0, 1.0, np.inf, 0.0, -np.inf]),
    }


def single(rng):
    return {"input": rng.standard_normal(()), "target": rng.standard_normal(())}


def number(rng):
    return {"input": rng.standard_normal((2, 1, 3)), "target": np.asarray(0.5)}


def many(rng):
    return {"input": rng.standard_normal((40, 50)), "target": np.zeros((40, 50))}


def empty(rng):
    return {"input": np.zeros((0, 3)), "target": np.zeros((0, 3))}


BOTH = ("input", "target")
WEIGHT = ("input", "target", "weight")


def info(loss, reference, equations):
    where = kept(reference, input=None, target=None)
    where_weight = kept(reference, input=None, target=None, weight=None)
    every, total = {"reduction": REDUCTION}, {"reduction": ["mean", "sum"]}
    each = {"reduction": ["none", "sum"]}
    dtypes = {"dtype": ["float32", "float64"]}
    cases = [
        Case(loss, reference, plain, [every, dtypes], BOTH),
        Case(loss, reference, weighted, every, WEIGHT),
        Case(loss, where, masked, every, BOTH),
        Case(loss, where_weight, masked_rows, every, WEIGHT),
        Case(loss, where_weight, all_masked, every, WEIGHT),
        Case(loss, reference, extreme, each, BOTH, orders=1),
        Case(loss, reference, single, every, BOTH),
        Case(loss, reference, number, every, BOTH),
        Case(loss, reference, many, total, BOTH, orders=1),
        Case(loss, reference, empty, every, BOTH),
    ]
    return LossInfo(
        loss,
        cases=cases,
        rows=[Row(XY, ELEMENTS, misfit=UNEQUAL)],
        gates=[Gate(2 * MILLION, Limit(2.0, 2.0), Limit(0.0), Limit(equations))],
        curve=Curve(**ERROR, fixed="target 0", arrays=PAIR, along=ONE),
        number=0.5,
    )


INFOS = [info(fl.l1_loss, F.l1_loss, 13), info(fl.mse_loss, F.mse_loss, 9)]
