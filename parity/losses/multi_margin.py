"""Multi-class and multi-label margin against torch."""

import numpy as np

import funloss as fl
from benchmarks.gate import Gate, Limit
from parity.case import Case
from parity.curve import Curve
from parity.differences.arrays import f64, ints
from parity.examples.arrays import CLASSES, ONE_ROW, ROW_MISFIT, SCORES, bad_labels
from parity.examples.lines import FIRST_OF_3
from parity.info import LossInfo
from parity.later import functional as F
from parity.references import (
    kept,
    multi_margin_composed,
    multilabel_margin_composed,
    multilabel_margin_last_axis,
    on_axis,
)
from parity.row import Row

REDUCTION = ["none", "mean", "sum"]


def plain(rng):
    input = rng.standard_normal((5, 4))
    input[0], input[1] = [1.0, 0.0, 0.0, 2.0], 0.0  # at a margin of 1; all tied
    return {"input": input, "target": np.asarray([0, 1, 3, 2, 0])}


def weighted(rng):
    return plain(rng) | {"weight": rng.standard_normal(4)}


def row(rng):
    return {"input": rng.standard_normal(4), "target": np.asarray(2)}


def row_of_one(rng):
    return {"input": rng.standard_normal(4), "target": np.asarray([2])}


def number(rng):
    return {"input": rng.standard_normal(()), "target": np.asarray(0)}


def broken(rng):
    # A nan score costs nothing.
    input = rng.standard_normal((3, 3))
    input[0, 1], input[1, 0], input[2, 2] = np.nan, np.nan, np.inf
    return {"input": input, "target": np.asarray([0, 0, 1])}


def extreme(rng):
    return {"input": 1e4 * rng.standard_normal((3, 4)), "target": np.asarray([0, 3, 1])}


def masked(rng):
    inputs = weighted(rng) | {"where": np.asarray([True, False, True, False, True])}
    inputs["input"][1], inputs["target"][3] = np.nan, 9  # no class, but masked
    return inputs


def last_axis(rng):
    input = rng.standard_normal((2, 3, 4))
    return {"input": input, "target": rng.integers(0, 4, (2, 3), dtype=np.int32)}


def many(rng):
    return {"input": rng.standard_normal((500, 4)), "target": rng.integers(0, 4, 500)}


def empty(rng):
    return {"input": np.zeros((0, 3)), "target": np.zeros(0, dtype=int)}


def lists(rng):
    input = rng.standard_normal((6, 4))
    input[0], input[1] = [1.0, 0.0, 0.0, 2.0], 0.0
    target = np.asarray(
        [
            [0, -1, 0, 0],
            [3, 1, -1, 2],
            [-1, 1, 2, 3],  # no label
            [0, 1, 2, 3],  # every label
            [2, 2, -1, -1],  # the same twice
            [1, 0, 3, -1],
        ]
    )
    return {"input": input, "target": target}


def long_lists(rng):
    # Scores that tie, and lie on hinges, among many classes. torch adds 1 / C up as
    # often as a hinge is active, which is exact for a power of two.
    input = np.round(4 * rng.standard_normal((4, 256))) / 4
    target = rng.integers(0, 256, (4, 256))
    for row, length in enumerate([1, 50, 120, 256]):
        target[row, length:] = -1
    return {"input": input, "target": target}


def far_lists(rng):
    return long_lists(rng) | {"input": 1e4 + rng.standard_normal((4, 256))}


def infinite_lists(rng):
    inputs = lists(rng)
    inputs["input"][0, 1:3] = [np.inf, -np.inf]
    inputs["input"][1, 2:4] = [-np.inf, np.inf]
    inputs["input"][5, 0:2] = -np.inf
    return inputs


def one_list(rng):
    return {"input": rng.standard_normal(4), "target": np.asarray([2, 0, -1, 1])}


def broken_lists(rng):
    input = rng.standard_normal((2, 3))
    input[0, 1], input[1, 2] = np.nan, np.nan
    return {"input": input, "target": np.asarray([[0, -1, -1], [2, -1, -1]])}


def masked_lists(rng):
    where = np.asarray([True, False, True, True, False, True])
    inputs = lists(rng) | {"where": where}
    inputs["input"][1], inputs["target"][4] = np.nan, 9
    return inputs


def columns_of_lists(rng):
    inputs = lists(rng)
    return {name: np.ascontiguousarray(array.T) for name, array in inputs.items()}


MULTI, TORCH = fl.multi_margin_loss, F.multi_margin_loss
LABELS, TORCH_LABELS = fl.multilabel_margin_loss, F.multilabel_margin_loss
GRID = {"reduction": REDUCTION}
P = GRID | {"p": [1, 2]}
CROSSED = P | {"margin": [1.0, 0.5, -0.5]}
DTYPE = {"dtype": ["float32", "float64"]}
NONE_SUM = {"reduction": ["none", "sum"]}

# torch's own have no second derivative; the composed ones have.
MULTI_MARGIN_CASES = [
    Case(MULTI, TORCH, plain, [CROSSED, DTYPE], orders=1),
    Case(MULTI, multi_margin_composed, plain, P),
    Case(MULTI, TORCH, weighted, CROSSED, orders=1),
    Case(MULTI, multi_margin_composed, weighted, P, ("input", "weight")),
    Case(MULTI, TORCH, row, P, orders=1),
    Case(MULTI, TORCH, row_of_one, P, orders=1),
    Case(MULTI, TORCH, number, P, orders=1),
    Case(MULTI, TORCH, broken, P, orders=1),
    Case(MULTI, TORCH, extreme, P, orders=1, dtypes=("float64", "float32", "bfloat16")),
    Case(MULTI, kept(TORCH, input=-1, target=None), masked, P, orders=1),
    Case(MULTI, on_axis(multi_margin_composed), last_axis, P | {"axis": [-1]}),
    Case(MULTI, TORCH, many, {"reduction": ["mean", "sum"]}, orders=1),
    # torch's mean of no rows is whatever was in memory.
    Case(MULTI, TORCH, empty, {"reduction": ["none"]}, orders=1),
    Case(MULTI, multi_margin_composed, empty, {"reduction": ["mean", "sum"]}),
]  # fmt: skip
MULTILABEL_MARGIN_CASES = [
    Case(LABELS, TORCH_LABELS, lists, [GRID, DTYPE], orders=1),
    Case(LABELS, multilabel_margin_composed, lists, NONE_SUM | {"axis": [-1]}),
    Case(LABELS, TORCH_LABELS, long_lists, GRID, orders=1),
    Case(LABELS, multilabel_margin_composed, long_lists, NONE_SUM | {"axis": [-1]}),
    Case(LABELS, TORCH_LABELS, far_lists, GRID, orders=1,
         dtypes=("float64", "float32")),
    Case(LABELS, TORCH_LABELS, infinite_lists, {"reduction": ["none"]}, orders=1),
    Case(LABELS, TORCH_LABELS, one_list, GRID, orders=1),
    Case(LABELS, TORCH_LABELS, broken_lists, GRID, orders=1),
    Case(LABELS, kept(TORCH_LABELS, input=-1, target=-1), masked_lists, GRID, orders=1),
    Case(LABELS, multilabel_margin_last_axis, columns_of_lists, GRID | {"axis": [0]},
         orders=1),
]  # fmt: skip


INFOS = [
    LossInfo(
        fl.multi_margin_loss,
        cases=MULTI_MARGIN_CASES,
        rows=[
            Row(
                {"input": SCORES, "target": CLASSES},
                reals={"margin": 0.8125},
                misfit=ROW_MISFIT,
                bad_options=(({"p": 3}, "p must be 1 or 2, got 3"),),
                bad_values=bad_labels("N"),
            )
        ],
        gates=[
            Gate(
                ("f32[4096,1000]", "i32[4096]"),
                Limit(6.1, 4.0),
                Limit(17),
                Limit(58),
                reason="the formula selects inside, and XLA writes a select out",
            )
        ],
        curve=Curve(
            "score of the true class",
            (-2.0, 4.0),
            "two other classes with scores 0 and 1; margin 1",
            {"input": f64([0.0, 0.0, 1.0]), "target": ints(0)},
            {"input": FIRST_OF_3},
        ),
        no_number=ONE_ROW,
    ),
    LossInfo(
        fl.multilabel_margin_loss,
        cases=MULTILABEL_MARGIN_CASES,
        rows=[
            Row(
                {
                    "input": SCORES,
                    "target": [[2, -1, 0, 0], [0, 1, 3, -1], [1, -1, -1, -1]],
                },
                bad_values=(
                    ("target", (1, 2), 4, "target must be in -1..3, got 4 at (1, 2)"),
                    ("target", (1, 2), -2, "target must be in -1..3, got -2 at (1, 2)"),
                ),
            )
        ],
        gates=[
            Gate(
                ("f32[128,1000]", "i32[128,1000]"),
                Limit(32, 4.0),
                Limit(6.7),
                Limit(240),
                reason="scores are sorted, and looked up among those",
            ),
            Gate(
                ("f32[64,4000]", "i32[64,4000]"),
                Limit(32, 4.0),
                Limit(14),
                Limit(240),
                reason="scores are sorted, and looked up among those",
            ),
        ],
        curve=Curve(
            "score of one label",
            (-2.0, 4.0),
            "the label applies; two others with scores 0 and 1 do not",
            {"input": f64([0.0, 0.0, 1.0]), "target": np.asarray([[0, -1, -1]])},
            {"input": FIRST_OF_3},
        ),
        no_number=ONE_ROW,
    ),
]
