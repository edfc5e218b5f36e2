"""Margin ranking against torch."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, PLUS_MINUS, X, Y
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.later import functional as F
from parity.references import kept, margin_ranking_of_margin
from parity.row import Row

REDUCTION = ["none", "mean", "sum"]
MARGIN = [0.0, 0.5, -0.25]


def plain(rng):
    input1, input2 = rng.standard_normal((2, 4, 6))
    target = rng.choice([-1.0, 1.0], (4, 6))
    input1[0], input2[0] = [0.5, -0.5, 0.25, -0.25, 0.0, 0.0], 0.0  # at each margin
    target[0] = [1.0, -1.0, -1.0, 1.0, 1.0, -1.0]
    input1[1] = input2[1]
    return {"input1": input1, "input2": input2, "target": target}


def other_targets(rng):
    return plain(rng) | {"target": rng.standard_normal((4, 6))}


def integer_targets(rng):
    return plain(rng) | {"target": rng.choice([-1, 1], (4, 6))}


def broadcast(rng):
    input1, input2 = rng.standard_normal((4, 1)), rng.standard_normal((1, 3))
    return {
        "input1": input1,
        "input2": input2,
        "target": np.asarray([[1.0, -1.0, 1.0]]),
    }


def masked(rng):
    inputs = plain(rng) | {"where": rng.random((4, 6)) < 0.5}
    inputs["input1"][2], inputs["where"][2] = np.nan, False
    inputs["target"][3], inputs["where"][3] = np.inf, False
    return inputs


def extreme(rng):
    input1 = np.asarray([1e4, -1e4, np.inf, -np.inf, np.nan])
    target = np.asarray([1.0, 1.0, 1.0, 1.0, -1.0])
    return {"input1": input1, "input2": np.zeros(5), "target": target}


def single(rng):
    input1, input2 = rng.standard_normal(2)
    arrays = {"input1": input1, "input2": input2, "target": 1.0}
    return {name: np.asarray(x) for name, x in arrays.items()}


def many(rng):
    input1, input2 = rng.standard_normal((2, 40, 50))
    return {"input1": input1, "input2": input2, "target": rng.choice([-1, 1], (40, 50))}


def with_margin(rng):
    return plain(rng) | {"margin": np.asarray(0.5)}


def empty(rng):
    return dict.fromkeys(("input1", "input2", "target"), np.zeros((0, 3)))


GRID = {"reduction": REDUCTION, "margin": MARGIN}
SMALL = {"reduction": REDUCTION, "margin": [0.0, 0.5]}
ALL = ("input1", "input2", "target")
SCORES = ("input1", "input2")
WHERE = kept(F.margin_ranking_loss, input1=None, input2=None, target=None)

CASES = [
    Case(fl.margin_ranking_loss, F.margin_ranking_loss, plain,
         [GRID, {"dtype": ["float32", "float64"]}], ALL),
    Case(fl.margin_ranking_loss, F.margin_ranking_loss, other_targets, GRID, ALL),
    Case(fl.margin_ranking_loss, F.margin_ranking_loss, integer_targets, SMALL, SCORES),
    Case(fl.margin_ranking_loss, F.margin_ranking_loss, broadcast, SMALL, ALL),
    Case(fl.margin_ranking_loss, WHERE, masked, SMALL, ALL),
    Case(fl.margin_ranking_loss, F.margin_ranking_loss, extreme, SMALL, SCORES,
         orders=1),
    Case(fl.margin_ranking_loss, F.margin_ranking_loss, single, SMALL, ALL),
    Case(fl.margin_ranking_loss, F.margin_ranking_loss, many,
         {"reduction": ["mean", "sum"]}, SCORES, orders=1),
    Case(fl.margin_ranking_loss, margin_ranking_of_margin, with_margin,
         {"reduction": REDUCTION}, (*ALL, "margin")),
    Case(fl.margin_ranking_loss, F.margin_ranking_loss, empty, SMALL, ALL),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.margin_ranking_loss,
        cases=CASES,
        rows=[
            Row(
                {"input1": X, "input2": Y, "target": PLUS_MINUS},
                ELEMENTS,
                reals={"margin": 0.625},
                misfit=(
                    {"input1": (3, 1), "input2": (3,), "target": (3, 1)},
                    (
                        "numbers of dimensions must be equal, got input1 (3, "
                        "1), input2 (3,)"
                    ),
                ),
            )
        ],
        gates=[
            Gate(
                3 * MILLION,
                Limit(4.0, 4.0),
                Limit(8.4),
                Limit(19),
            )
        ],
        curve=Curve(
            "score that should be larger",
            (-3.0, 3.0),
            "the other score 0; margin 0.5",
            {"input1": f64(0.0), "input2": f64(0.0), "target": f64(1.0)},
            {"input1": f64(1.0)},
            {"margin": 0.5},
        ),
        number=1.0,
    ),
]
