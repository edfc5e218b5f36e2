"""The hinge of the best wrong class against its formula."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64, ints
from parity.examples.arrays import CLASSES, ONE_ROW, ROW_MISFIT, SCORES, bad_labels
from parity.examples.lines import FIRST_OF_3
from parity.info import LossInfo
from parity.losses.hinge import NO_MARGIN
from parity.references.hinges import multiclass_hinge
from parity.row import Row


def plain(rng):
    input = rng.standard_normal((5, 4))
    # At a margin of 1, two rivals that tie, all tied, and far ahead.
    input[0], input[1], input[2] = [1, 0, -2, -1], [0.5, 2, 0, 2], 0.0
    input[3] = [9.0, 0.0, 1.0, 2.0]
    return {"input": input, "target": np.asarray([0, 0, 3, 0, 2])}


def masked(rng):
    inputs = plain(rng) | {"weight": rng.random(4) + 0.5}
    inputs["where"] = np.asarray([True, False, True, False, True])
    inputs["input"][1], inputs["target"][3] = np.nan, 9
    return inputs


def last_axis(rng):
    input = rng.standard_normal((2, 3, 4))
    return {"input": input, "target": rng.integers(0, 4, (2, 3), dtype=np.int32)}


def row(rng):
    return {"input": rng.standard_normal(4), "target": np.asarray(1)}


def extreme(rng):
    # Digits of a difference of large scores, and classes that are none.
    input = np.asarray([[1e4, 1e4 - 8, 0.0], [-np.inf, 2.0, 1.0], [0.5, -np.inf, 0.0]])
    return {"input": input, "target": np.asarray([1, 2, 0])}


def with_margin(rng):
    return plain(rng) | {"margin": np.asarray(0.375)}


LOSS = fl.multiclass_hinge_loss
GRID = {"reduction": ["none", "mean", "sum"]}
NONE = {"reduction": ["none"]}

CASES = [
    Case(LOSS, multiclass_hinge, plain, [GRID, NONE | {"margin": [0.0, 2.0]}]),
    Case(LOSS, multiclass_hinge, masked, GRID, ("input", "weight")),
    Case(LOSS, multiclass_hinge, last_axis, NONE | {"axis": [-1]}),
    Case(LOSS, multiclass_hinge, row, NONE),
    Case(LOSS, multiclass_hinge, extreme, NONE, orders=1),
    Case(LOSS, multiclass_hinge, with_margin, NONE, ("input", "margin")),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.multiclass_hinge_loss,
        cases=CASES,
        rows=[
            Row(
                {"input": SCORES, "target": CLASSES},
                reals={"margin": 0.8125},
                misfit=ROW_MISFIT,
                bad_options=NO_MARGIN,
                bad_values=bad_labels("N"),
            )
        ],
        gates=[
            Gate(
                ("f32[4096,1000]", "i32[4096]"),
                Limit(9.1, 4.0),
                Limit(33),
                Limit(79),
                reason="the true class is left out by a selection, and XLA "
                "writes a select out",
            )
        ],
        curve=Curve(
            "score of the true class",
            (-2.0, 4.0),
            "two other classes with scores 0 and 1; margin 1",
            {"input": f64([0.0, 0.0, 1.0]), "target": ints(0)},
            {"input": FIRST_OF_3},
            reference=multiclass_hinge,
        ),
        no_number=ONE_ROW,
    ),
]
