"""L1 against torch."""

import numpy as np
from torch.nn import functional as F

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.examples.arrays import ELEMENTS, UNEQUAL, XY
from parity.examples.lines import ERROR, ONE, PAIR
from parity.examples.shapes import MILLION
from parity.info import LossInfo
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
WHERE = kept(F.l1_loss, input=None, target=None)
WHERE_WEIGHT = kept(F.l1_loss, input=None, target=None, weight=None)

CASES = [
    Case(fl.l1_loss, F.l1_loss, plain,
         [{"reduction": REDUCTION}, {"dtype": ["float32", "float64"]}], BOTH),
    Case(fl.l1_loss, F.l1_loss, weighted, {"reduction": REDUCTION}, WEIGHT),
    Case(fl.l1_loss, WHERE, masked, {"reduction": REDUCTION}, BOTH),
    Case(fl.l1_loss, WHERE_WEIGHT, masked_rows, {"reduction": REDUCTION}, WEIGHT),
    Case(fl.l1_loss, WHERE_WEIGHT, all_masked, {"reduction": REDUCTION}, WEIGHT),
    Case(fl.l1_loss, F.l1_loss, extreme, {"reduction": ["none", "sum"]}, BOTH,
         orders=1),
    Case(fl.l1_loss, F.l1_loss, single, {"reduction": REDUCTION}, BOTH),
    Case(fl.l1_loss, F.l1_loss, number, {"reduction": REDUCTION}, BOTH),
    Case(fl.l1_loss, F.l1_loss, many, {"reduction": ["mean", "sum"]}, BOTH, orders=1),
    Case(fl.l1_loss, F.l1_loss, empty, {"reduction": REDUCTION}, BOTH),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.l1_loss,
        cases=CASES,
        rows=[Row(XY, ELEMENTS, misfit=UNEQUAL)],
        gates=[Gate(2 * MILLION, Limit(2.0, 2.0), Limit(0.0), Limit(13))],
        curve=Curve(**ERROR, fixed="target 0", arrays=PAIR, along=ONE),
        number=0.5,
    ),
]
