"""Small valid inputs for every public loss, with the faults that it documents.

A new loss is one row here; the files `test_every_*.py` do the rest.
The inputs lie off all corners, so that derivatives can be compared with differences.
"""

import inspect

import numpy as np
import pytest

import funloss as fl
from tests.row import Row

__all__ = ["ROWS", "rows"]

X = [[0.5, -1.25], [2.0, 0.25], [-0.75, 1.5]]
Y = [[0.25, 1.0], [-0.5, 0.75], [1.25, -1.5]]
Z = [[1.5, 0.5], [0.75, -2.0], [-1.0, 0.375]]
P = [[0.25, 0.5], [0.75, 0.125], [0.375, 0.875]]
Q = [[0.5, 0.75], [0.25, 0.625], [0.875, 0.25]]
LOG_P = np.log([[0.25, 0.75], [0.5, 0.5], [0.125, 0.875]]).tolist()
SCORES = [
    [0.5, -1.25, 2.0, -0.375],
    [0.25, -0.875, 1.5, 0.625],
    [-0.5, 1, 0.125, -1.75],
]
LABELS = [2, 0, 1]
SIGNS = [[1, -1], [-1, -1], [1, 1]]
GRID = (3, 2)

SHARES = [[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1], [0.3, 0.1, 0.5, 0.1]]
LOG_SHARES = np.log(SHARES).tolist()


def adaptive_log_softmax_with_loss(
    input, target, head_weight, first, second, **options
):
    """Return the loss alone, of an adaptive softmax with one cluster."""
    return fl.adaptive_log_softmax_with_loss(
        input, target, head_weight, [(first, second)], cutoffs=[2], **options
    ).loss


# What the options are is asked of the signature.
adaptive_log_softmax_with_loss.__signature__ = inspect.Signature(
    [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY)
        for name in ("reduction", "where", "dtype")
    ]
)

UNEQUAL = (
    {"input": (3, 1), "target": (3,)},
    "shapes must be equal, got input (3, 1), target (3,)",
)
APART = {"input": (3,), "target": (2,)}
NO_BROADCAST = (APART, "shapes must broadcast, got input (3,), target (2,)")


def bad_labels(shape):
    """Return labels just out of range on each side, and torch's -100."""
    place = (1,) * len(shape)
    return tuple(
        ("target", place, label, f"target must be in 0..3, got {label} at {place}")
        for label in (4, -1, -100)
    )


def not_above(name, bound, rule=">"):
    """Return an option below its bound, and one that is nan."""
    rule = f"{name} must be {rule} {bound}, got"
    return (({name: bound - 1.0}, f"{rule} {bound - 1.0}"), ({name: np.nan}, rule))


SMOOTHING = "label_smoothing must be >= 0 and <= 1, got"
BAD_SMOOTHING = (
    ({"label_smoothing": -0.5}, f"{SMOOTHING} -0.5"),
    ({"label_smoothing": 1.5}, f"{SMOOTHING} 1.5"),
)
OUTSIDE = tuple(
    (name, (1, 0), value, f"{name} must be in 0..1, got {value!r} at (1, 0)")
    for name in ("input", "target")
    for value in (1.5, -0.25, np.nan)
)
XY = {"input": X, "target": Y}
ROW_MISFIT = (
    {"input": (3, 2), "target": (3, 1)},
    "target must have shape (3,), that of input (3, 2) without axis 1, got (3, 1)",
)
TRIPLET = {"anchor": X, "positive": Y, "negative": Z}
TRIPLET_MISFIT = (
    {"anchor": (3, 2), "positive": (3, 2), "negative": (2,)},
    "numbers of dimensions must be equal, got anchor (3, 2), positive (3, 2)",
)

ROWS = [
    Row(fl.l1_loss, XY, GRID, misfit=UNEQUAL),
    Row(fl.mse_loss, XY, GRID, misfit=UNEQUAL),
    Row(
        fl.huber_loss,
        XY,
        GRID,
        reals={"delta": 0.625},
        misfit=UNEQUAL,
        bad_options=not_above("delta", 0),
    ),
    Row(
        fl.smooth_l1_loss,
        XY,
        GRID,
        reals={"beta": 0.625},
        misfit=UNEQUAL,
        bad_options=(({"beta": -1.0}, "beta must be > 0, got -1.0"),),
    ),
    Row(fl.poisson_nll_loss, {"input": X, "target": P}, GRID, misfit=NO_BROADCAST),
    Row(
        fl.gaussian_nll_loss,
        {"input": X, "target": Y, "var": P},
        GRID,
        reals={"eps": 1e-3},
        bad_values=(("var", (1, 0), -0.5, "var must be >= 0, got -0.5 at (1, 0)"),),
    ),
    Row(
        fl.binary_cross_entropy,
        {"input": P, "target": Q},
        GRID,
        misfit=UNEQUAL,
        bad_values=OUTSIDE,
    ),
    Row(
        fl.binary_cross_entropy_with_logits,
        {"input": X, "target": Q},
        GRID,
        misfit=UNEQUAL,
    ),
    Row(
        fl.cross_entropy,
        {"input": SCORES, "target": LABELS},
        options={"ignore_index": 255},
        reals={"label_smoothing": 0.25},
        misfit=ROW_MISFIT,
        bad_options=BAD_SMOOTHING,
        bad_values=bad_labels("N"),
    ),
    Row(
        fl.cross_entropy,
        {"input": X, "target": P},
        reals={"label_smoothing": 0.25},
        misfit=UNEQUAL,
        bad_options=BAD_SMOOTHING,
    ),
    Row(
        fl.nll_loss,
        {"input": SCORES, "target": LABELS},
        options={"ignore_index": 255},
        misfit=ROW_MISFIT,
        bad_values=bad_labels("N"),
    ),
    Row(
        fl.multi_margin_loss,
        {"input": SCORES, "target": LABELS},
        reals={"margin": 0.8125},
        misfit=ROW_MISFIT,
        bad_options=(({"p": 3}, "p must be 1 or 2, got 3"),),
        bad_values=bad_labels("N"),
    ),
    Row(
        fl.multilabel_margin_loss,
        {"input": SCORES, "target": [[2, -1, 0, 0], [0, 1, 3, -1], [1, -1, -1, -1]]},
        bad_values=(
            ("target", (1, 2), 4, "target must be in -1..3, got 4 at (1, 2)"),
            ("target", (1, 2), -2, "target must be in -1..3, got -2 at (1, 2)"),
        ),
    ),
    Row(fl.multilabel_soft_margin_loss, {"input": X, "target": P}, misfit=UNEQUAL),
    Row(fl.soft_margin_loss, {"input": X, "target": SIGNS}, GRID),
    Row(
        fl.hinge_embedding_loss,
        {"input": X, "target": SIGNS},
        GRID,
        reals={"margin": 0.625},
        misfit=NO_BROADCAST,
    ),
    Row(
        fl.cosine_embedding_loss,
        {"input1": X, "input2": Y, "target": [1, -1, 1]},
        reals={"margin": -0.25},
    ),
    Row(fl.cosine_similarity, {"x1": X, "x2": Y}),
    Row(
        fl.margin_ranking_loss,
        {"input1": X, "input2": Y, "target": SIGNS},
        GRID,
        reals={"margin": 0.625},
        misfit=(
            {"input1": (3, 1), "input2": (3,), "target": (3, 1)},
            "numbers of dimensions must be equal, got input1 (3, 1), input2 (3,)",
        ),
    ),
    Row(
        fl.triplet_margin_loss,
        TRIPLET,
        reals={"margin": 2.5},
        misfit=TRIPLET_MISFIT,
        bad_options=not_above("margin", 0),
    ),
    Row(
        fl.triplet_margin_loss,
        TRIPLET,
        options={"p": 3.0, "swap": True, "margin": 2.5},
        bad_options=(({"p": np.nan}, "p must be a number, got nan"),),
    ),
    Row(
        fl.triplet_margin_with_distance_loss,
        TRIPLET,
        reals={"margin": 2.5},
        misfit=TRIPLET_MISFIT,
        bad_options=not_above("margin", 0),
    ),
    Row(
        fl.pairwise_distance,
        {"x1": X, "x2": Y},
        misfit=(
            {"x1": (3, 2), "x2": (3, 3)},
            "shapes must broadcast, got x1 (3, 2), x2 (3, 3)",
        ),
        bad_options=(({"eps": np.nan}, "eps must be a number, got nan"),),
    ),
    Row(fl.pdist, {"input": X}),
    Row(fl.kl_div, {"input": LOG_P, "target": P}, GRID, misfit=NO_BROADCAST),
    Row(
        fl.kl_div,
        {"input": LOG_P, "target": LOG_P[::-1]},
        GRID,
        options={"log_target": True},
    ),
    Row(
        fl.linear_cross_entropy,
        {"input": X, "linear_weight": [*Y, [0.5, 0.25]], "target": LABELS},
        options={"ignore_index": 255},
        samples={"linear_weight": None},
        reals={"label_smoothing": 0.25},
        bad_options=(
            *BAD_SMOOTHING,
            ({"chunk_size": 0}, "chunk_size must be >= 1, got 0"),
        ),
        bad_values=bad_labels("N"),
    ),
    Row(
        adaptive_log_softmax_with_loss,
        {
            "input": X,
            "target": LABELS,
            "head_weight": Y,
            "first": [[0.5, -0.25]],
            "second": [[1.0], [-0.5]],
        },
        samples={"head_weight": None, "first": None, "second": None},
        lists=("first", "second"),
        bad_values=bad_labels("N"),
    ),
    Row(
        fl.ctc_loss,
        {
            "log_probs": [LOG_SHARES] * 5,
            "targets": [[1, 2], [2, 2], [3, 1]],
            "input_lengths": [5, 4, 5],
            "target_lengths": [2, 2, 1],
        },
        samples={"log_probs": 1},
        lists=("input_lengths", "target_lengths"),
        may_be_empty=False,
        bad_options=(({"blank": 4}, "blank must be in 0..3, got 4"),),
        bad_values=(
            (
                "targets",
                (1, 0),
                4,
                "targets must be in 0..3 and not the blank 0, got 4 at (1, 0)",
            ),
        ),
    ),
]
LABELLED = {f"{row.loss.__name__}-{k}": row for k, row in enumerate(ROWS)}


def rows(*parameters, attribute="loss"):
    """Parametrise with the rows that have these parameters and this attribute."""
    chosen = {
        name: row
        for name, row in LABELLED.items()
        if row.has(*parameters) and getattr(row, attribute)
    }
    return pytest.mark.parametrize("row", chosen.values(), ids=chosen)
