"""Hinge embedding against torch."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, NO_BROADCAST, PLUS_MINUS, X
from parity.examples.lines import ONE
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.later import functional as F
from parity.references import hinge_embedding_of_margin, kept
from parity.row import Row

REDUCTION = ["none", "mean", "sum"]
MARGIN = [1.0, 0.25, 0.0, -0.5]


def plain(rng):
    input = rng.standard_normal((4, 6))
    input[0] = [1.0, 0.25, 0.0, -0.5, 1.0, 0.25]  # at each margin
    target = rng.choice([-1.0, 1.0], (4, 6))
    target[0] = -1.0
    return {"input": input, "target": target}


def other_targets(rng):
    # Neither 1 nor -1: both branches count.
    input = rng.standard_normal((3, 4))
    input[0] = [1.0, 0.25, 0.0, -0.5]
    return {"input": input, "target": np.asarray([[0.0], [0.5], [-2.0]])}


def integer_targets(rng):
    return plain(rng) | {"target": rng.choice(np.asarray([-1, 1], np.int8), (4, 6))}


def broadcast(rng):
    target = rng.choice([-1.0, 1.0], (2, 1, 3))
    return {"input": rng.standard_normal((4, 1)), "target": target}


def masked(rng):
    inputs = plain(rng) | {"where": rng.random((4, 6)) < 0.5}
    inputs["input"][2], inputs["where"][2] = np.nan, False
    return inputs


def extreme(rng):
    input = np.asarray([1e4, -1e4, 1e4, -1e4, np.inf, np.inf, -np.inf, np.nan, np.nan])
    target = np.asarray([1.0, 1.0, -1.0, -1.0, 1.0, -1.0, -1.0, 1.0, -1.0])
    return {"input": input, "target": target}


def single(rng):
    return {"input": rng.standard_normal(()), "target": np.asarray(-1.0)}


def many(rng):
    target = rng.choice([-1.0, 1.0], (40, 50))
    return {"input": rng.standard_normal((40, 50)), "target": target}


def with_margin(rng):
    return plain(rng) | {"margin": np.asarray(0.25)}


def empty(rng):
    return {"input": np.zeros((0, 3)), "target": np.zeros((0, 3))}


GRID = {"reduction": REDUCTION, "margin": MARGIN}
SMALL = {"reduction": REDUCTION, "margin": [1.0, 0.25]}
WHERE = kept(F.hinge_embedding_loss, input=None, target=None)

CASES = [
    Case(fl.hinge_embedding_loss, F.hinge_embedding_loss, plain,
         [GRID, {"dtype": ["float32", "float64"]}]),
    Case(fl.hinge_embedding_loss, F.hinge_embedding_loss, other_targets, GRID),
    Case(fl.hinge_embedding_loss, F.hinge_embedding_loss, integer_targets, SMALL),
    Case(fl.hinge_embedding_loss, F.hinge_embedding_loss, broadcast, SMALL),
    Case(fl.hinge_embedding_loss, WHERE, masked, SMALL),
    Case(fl.hinge_embedding_loss, F.hinge_embedding_loss, extreme, SMALL),
    Case(fl.hinge_embedding_loss, F.hinge_embedding_loss, single, SMALL),
    Case(fl.hinge_embedding_loss, F.hinge_embedding_loss, many,
         {"reduction": ["mean", "sum"]}, orders=1),
    Case(fl.hinge_embedding_loss, hinge_embedding_of_margin, with_margin,
         {"reduction": REDUCTION}, ("input", "margin")),
    Case(fl.hinge_embedding_loss, F.hinge_embedding_loss, empty, SMALL),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.hinge_embedding_loss,
        cases=CASES,
        rows=[
            Row(
                {"input": X, "target": PLUS_MINUS},
                ELEMENTS,
                reals={"margin": 0.625},
                misfit=NO_BROADCAST,
            )
        ],
        gates=[
            Gate(
                2 * MILLION,
                Limit(4.0, 4.0),
                Limit(4.2),
                Limit(30),
            )
        ],
        curve=Curve(
            "distance",
            (-1.0, 3.0),
            "label -1; margin 1",
            {"input": f64(0.0), "target": f64(-1.0)},
            ONE,
        ),
        number=-1.0,
    ),
]
