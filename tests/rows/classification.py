"""Rows of the losses of class scores and probabilities."""

import inspect

import funloss as fl
from tests.row import Row
from tests.rows.arrays import (
    BAD_SMOOTHING,
    GRID,
    LABELS,
    OUTSIDE,
    ROW_MISFIT,
    SCORES,
    SIGNS,
    UNEQUAL,
    P,
    Q,
    X,
    Y,
    bad_labels,
)

__all__ = ["ROWS"]


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

ROWS = [
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
]
