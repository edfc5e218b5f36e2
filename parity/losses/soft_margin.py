"""Soft margin against torch, for one class and for many."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64
from parity.examples.arrays import ELEMENTS, PLUS_MINUS, UNEQUAL, P, X
from parity.examples.lines import FIRST_OF_2, ONE
from parity.examples.shapes import MILLION
from parity.info import LossInfo
from parity.later import functional as F
from parity.references import (
    kept,
    multilabel_soft_margin_axis,
    soft_margin_with_softplus,
)
from parity.row import Row

REDUCTION = ["none", "mean", "sum"]


def plain(rng):
    input = rng.standard_normal((4, 5)) * 2
    input[0] = 0.0
    return {"input": input, "target": rng.choice([-1.0, 1.0], (4, 5))}


def other_targets(rng):
    return {"input": rng.standard_normal((4, 5)), "target": rng.standard_normal((4, 5))}


def sloping_targets(rng):
    return other_targets(rng)


def integer_targets(rng):
    return plain(rng) | {"target": rng.choice(np.asarray([-1, 1], np.int8), (4, 5))}


def broadcast(rng):
    return plain(rng) | {"target": rng.choice([-1.0, 1.0], (4, 1))}


def extreme(rng):
    # Beyond 700 torch overflows, in float32 beyond 88.
    input = np.asarray([800.0, -800.0, 1e4, -1e4, np.inf, -np.inf, np.nan])
    return {"input": input, "target": np.asarray([1.0, 1.0, -1.0, -1.0, 1.0, 1.0, 1.0])}


def masked(rng):
    inputs = plain(rng) | {"where": rng.random((4, 5)) < 0.5}
    inputs["input"][2], inputs["where"][2] = np.nan, False
    return inputs


def single(rng):
    return {"input": rng.standard_normal(()), "target": np.asarray(-1.0)}


def many(rng):
    target = rng.choice([-1.0, 1.0], (40, 50))
    return {"input": rng.standard_normal((40, 50)), "target": target}


def empty(rng):
    return {"input": np.zeros((0, 3)), "target": np.zeros((0, 3))}


def labels(rng):
    input, target = rng.standard_normal((4, 5)) * 2, rng.random((4, 5))
    input[0], target[0] = 0.0, [0.0, 1.0, 0.5, -1.0, 2.0]  # targets are not checked
    target[1] = (0.0, 1.0, 0.0, 1.0, 1.0)
    return {"input": input, "target": target}


def weighted_labels(rng):
    return labels(rng) | {"weight": rng.standard_normal(5)}


def fully_weighted_labels(rng):
    return labels(rng) | {"weight": rng.standard_normal((4, 5))}


def row_of_labels(rng):
    return {name: array[1] for name, array in labels(rng).items()}


def deep_labels(rng):
    input, target = rng.standard_normal((2, 2, 3, 4))
    return {"input": input, "target": target}


def extreme_labels(rng):
    input = np.asarray([[1e4, 1e4, -1e4, -1e4], [40.0, -40.0, 40.0, -40.0]])
    return {"input": input, "target": np.asarray([[0.0, 1.0, 0.0, 1.0]] * 2)}


def masked_labels(rng):
    where = np.asarray([True, False, True, False])
    inputs = fully_weighted_labels(rng) | {"where": where}
    inputs["input"][1], inputs["target"][3] = np.nan, np.inf
    return inputs


def many_labels(rng):
    return {"input": rng.standard_normal((500, 4)), "target": rng.random((500, 4))}


SOFT, TORCH = fl.soft_margin_loss, F.soft_margin_loss
MULTI, TORCH_MULTI = fl.multilabel_soft_margin_loss, F.multilabel_soft_margin_loss
GRID = {"reduction": REDUCTION}
TOTALS = {"reduction": ["mean", "sum"]}
DTYPE = {"dtype": ["float32", "float64"]}
BOTH = ("input", "target")
ALL = ("input", "target", "weight")
WHERE_MULTI = kept(TORCH_MULTI, input=-1, target=-1, weight=-1)

SOFT_MARGIN_CASES = [
    Case(SOFT, TORCH, plain, [GRID, DTYPE]),
    Case(SOFT, TORCH, other_targets, GRID),
    Case(SOFT, soft_margin_with_softplus, sloping_targets, GRID, BOTH),
    Case(SOFT, TORCH, integer_targets, GRID),
    Case(SOFT, TORCH, broadcast, GRID),
    Case(SOFT, soft_margin_with_softplus, extreme, GRID, orders=1),
    Case(SOFT, kept(TORCH, input=None, target=None), masked, GRID),
    Case(SOFT, TORCH, single, GRID),
    Case(SOFT, TORCH, many, TOTALS, orders=1),
    Case(SOFT, TORCH, empty, GRID),
]  # fmt: skip
MULTILABEL_SOFT_MARGIN_CASES = [
    Case(MULTI, TORCH_MULTI, labels, [GRID, DTYPE], BOTH),
    Case(MULTI, TORCH_MULTI, weighted_labels, GRID, ALL),
    Case(MULTI, TORCH_MULTI, fully_weighted_labels, GRID, ALL),
    Case(MULTI, TORCH_MULTI, row_of_labels, GRID, BOTH),
    Case(MULTI, TORCH_MULTI, deep_labels, GRID, BOTH),
    Case(MULTI, multilabel_soft_margin_axis, deep_labels, GRID | {"axis": [0, 1]},
         BOTH),
    Case(MULTI, TORCH_MULTI, extreme_labels, GRID, BOTH),
    Case(MULTI, WHERE_MULTI, masked_labels, GRID, ALL),
    Case(MULTI, TORCH_MULTI, many_labels, TOTALS, BOTH, orders=1),
    Case(MULTI, TORCH_MULTI, empty, GRID, BOTH),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.soft_margin_loss,
        cases=SOFT_MARGIN_CASES,
        rows=[Row({"input": X, "target": PLUS_MINUS}, ELEMENTS)],
        gates=[Gate(2 * MILLION, Limit(2.5, 2.5), Limit(0.0), Limit(21))],
        curve=Curve(
            "score",
            (-6.0, 6.0),
            "label 1",
            {"input": f64(0.0), "target": f64(1.0)},
            ONE,
        ),
        number=-1.0,
    ),
    LossInfo(
        fl.multilabel_soft_margin_loss,
        cases=MULTILABEL_SOFT_MARGIN_CASES,
        rows=[
            Row(
                {"input": X, "target": P},
                misfit=UNEQUAL,
            )
        ],
        gates=[
            Gate(
                2 * ("f32[4096,256]",),
                Limit(4.0, 4.0),
                Limit(4.2),
                Limit(46),
            )
        ],
        curve=Curve(
            "logit of one label",
            (-6.0, 6.0),
            "the label applies; another with logit 1 does not",
            {"input": f64([0.0, 1.0]), "target": f64([1.0, 0.0])},
            {"input": FIRST_OF_2},
        ),
        number=1.0,
    ),
]
