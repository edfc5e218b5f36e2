"""Negative log-likelihood against torch."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64, ints
from parity.examples.arrays import CLASSES, ONE_ROW, ROW_MISFIT, SCORES, bad_labels
from parity.examples.lines import FIRST_OF_3
from parity.examples.shapes import LABELLED
from parity.info import LossInfo
from parity.later import functional as F
from parity.references import kept, on_axis
from parity.row import Row

REDUCTION = ["none", "mean", "sum"]


def plain(rng):
    input = rng.standard_normal((6, 5))  # not checked to be log-probabilities
    return {"input": input, "target": np.asarray([0, 1, 4, 1, 3, 2])}


def weighted(rng):
    return plain(rng) | {"weight": rng.standard_normal(5) + 1}


def ignored(rng):
    inputs = weighted(rng)
    inputs["target"][[1, 4]] = -100
    inputs["input"][1], inputs["input"][4] = np.nan, -np.inf
    return inputs


def void(rng):
    return plain(rng) | {"target": np.asarray([255, 0, 4, 255, 1, 2], np.uint8)}


def all_ignored(rng):
    return weighted(rng) | {"target": np.full(6, -100)}


def weightless(rng):
    return weighted(rng) | {"weight": np.asarray([0.0, 0, 0, 0, 0])}


def spatial(rng):
    target = rng.integers(0, 3, (2, 4, 3), dtype=np.int32)
    return {"input": rng.standard_normal((2, 3, 4, 3)), "target": target}


def sample(rng):
    return {"input": rng.standard_normal(5), "target": np.asarray(3, np.int16)}


def sample_of_one(rng):
    return sample(rng) | {"target": np.asarray([3])}


def last_axis(rng):
    target = rng.integers(0, 3, (2, 4))
    return {"input": rng.standard_normal((2, 4, 3)), "target": target}


def first_axis(rng):
    target = rng.integers(0, 3, (2, 4))
    return {"input": rng.standard_normal((3, 2, 4)), "target": target}


def masked(rng):
    where = np.asarray([True, False, True, True, False, True])
    inputs = weighted(rng) | {"where": where}
    inputs["input"][1], inputs["target"][4] = np.nan, -7  # no class, but masked
    return inputs


def infinite(rng):
    input = rng.standard_normal((4, 3))
    input[0, 0], input[1, 0], input[2, 1] = -np.inf, -np.inf, np.nan
    return {"input": input, "target": np.asarray([0, 1, 0, 2])}


def one_class(rng):
    return {"input": rng.standard_normal((3, 1)), "target": np.zeros(3, dtype=int)}


def many(rng):
    return {"input": rng.standard_normal((500, 4)), "target": rng.integers(0, 4, 500)}


def empty(rng):
    return {"input": np.zeros((0, 3)), "target": np.zeros(0, dtype=int)}


GRID = {"reduction": REDUCTION}
IGNORE = {"reduction": REDUCTION, "ignore_index": [-100, 1]}

CASES = [
    Case(fl.nll_loss, F.nll_loss, plain,
         [IGNORE, {"dtype": ["float32", "float64"]}]),
    Case(fl.nll_loss, F.nll_loss, weighted, IGNORE),
    Case(fl.nll_loss, F.nll_loss, ignored, GRID),
    Case(fl.nll_loss, F.nll_loss, void, GRID | {"ignore_index": [255]}),
    Case(fl.nll_loss, F.nll_loss, all_ignored, GRID),
    Case(fl.nll_loss, F.nll_loss, weightless, GRID, orders=1),
    Case(fl.nll_loss, F.nll_loss, spatial, IGNORE),
    Case(fl.nll_loss, F.nll_loss, sample, GRID),
    Case(fl.nll_loss, F.nll_loss, sample_of_one, GRID, (), orders=0),
    Case(fl.nll_loss, on_axis(F.nll_loss), last_axis, GRID | {"axis": [-1, 2]}),
    Case(fl.nll_loss, on_axis(F.nll_loss), first_axis, GRID | {"axis": [0]}),
    Case(fl.nll_loss, kept(F.nll_loss, input=1, target=None), masked, GRID),
    Case(fl.nll_loss, F.nll_loss, infinite, {"reduction": ["none", "sum"]}),
    Case(fl.nll_loss, F.nll_loss, one_class, GRID),
    Case(fl.nll_loss, F.nll_loss, many, {"reduction": ["mean", "sum"]}, orders=1),
    Case(fl.nll_loss, F.nll_loss, empty, GRID),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.nll_loss,
        cases=CASES,
        rows=[
            Row(
                {"input": SCORES, "target": CLASSES},
                options={"ignore_index": 255},
                misfit=ROW_MISFIT,
                bad_values=bad_labels("N"),
            )
        ],
        gates=[Gate(LABELLED, Limit(4.0, 4.0), Limit(0.1), Limit(53))],
        curve=Curve(
            "log-probability of the true class",
            (-6.0, 0.0),
            "any log-probabilities of the other classes",
            {"input": f64([0.0, -1.0, -2.0]), "target": ints(0)},
            {"input": FIRST_OF_3},
        ),
        no_number=ONE_ROW,
    ),
]
