"""Rows of the losses of class scores and probabilities."""

import inspect

import numpy as np

import funloss as fl
from tests.row import Row
from tests.rows.arrays import (
    BAD_SMOOTHING,
    GRID,
    LABELS,
    OUTSIDE,
    ROW_MISFIT,
    SCORES,
    SHARES,
    SIGNS,
    UNEQUAL,
    P,
    Q,
    X,
    Y,
    bad_labels,
)

__all__ = ["ROWS"]

OUTSIDE_TARGET = tuple(fault for fault in OUTSIDE if fault[0] == "target")


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


def half_square(x):
    """Return half the squared length of each row."""
    return 0.5 * fl.array_namespace(x).sum(x * x, axis=-1)


NO_MARGIN = (({"margin": -1.0}, "margin must be >= 0, got -1.0"),)

ROWS = [
    Row(
        fl.hinge_loss,
        {"input": X, "target": SIGNS},
        GRID,
        reals={"margin": 0.8125},
        misfit=UNEQUAL,
        bad_options=(
            *NO_MARGIN,
            ({"p": 3}, "p must be 1 or 2, got 3"),
            ({"labels": "both"}, "labels must be 'signed' or 'binary', got 'both'"),
        ),
        bad_values=(
            (
                "target",
                (1, 0),
                0,
                "target must be -1 or 1, got 0.0 at (1, 0), or pass labels='binary'",
            ),
        ),
    ),
    Row(
        fl.binary_sparsemax_loss,
        {"input": X, "target": [[1, 0], [0, 0], [1, 1]]},
        GRID,
        misfit=UNEQUAL,
        bad_values=(
            (
                "target",
                (1, 0),
                2,
                "target must be 0 or 1, got 2.0 at (1, 0), or pass labels='signed'",
            ),
        ),
    ),
    Row(
        fl.multiclass_hinge_loss,
        {"input": SCORES, "target": LABELS},
        reals={"margin": 0.8125},
        misfit=ROW_MISFIT,
        bad_options=NO_MARGIN,
        bad_values=bad_labels("N"),
    ),
    Row(
        fl.entmax_loss,
        {"input": SCORES, "target": LABELS},
        options={"ignore_index": 255},
        misfit=ROW_MISFIT,
        bad_options=(
            ({"alpha": 1}, "alpha must be > 1 and <= 2, got 1: that is cross_entropy"),
            ({"alpha": 2.5}, "alpha must be > 1 and <= 2, got 2.5"),
        ),
        bad_values=bad_labels("N"),
    ),
    Row(
        fl.entmax_loss,
        {"input": SCORES, "target": SHARES},
        options={"alpha": 1.25},
        misfit=UNEQUAL,
    ),
    Row(
        fl.fenchel_young_loss,
        {"input": X, "target": P},
        options={"conjugate": half_square},
        misfit=UNEQUAL,
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
        fl.sigmoid_focal_loss,
        {"input": X, "target": Q},
        GRID,
        reals={"gamma": 1.5, "alpha": 0.25},
        misfit=UNEQUAL,
        bad_options=(
            ({"gamma": -0.5}, "gamma must be >= 0, got -0.5"),
            ({"gamma": np.nan}, "gamma must be >= 0, got nan"),
            ({"alpha": 1.5}, "alpha must be >= 0 and <= 1, got 1.5"),
        ),
        bad_values=OUTSIDE_TARGET,
    ),
    Row(
        fl.softmax_focal_loss,
        {"input": SCORES, "target": LABELS},
        options={"ignore_index": 255},
        reals={"gamma": 1.5},
        misfit=ROW_MISFIT,
        bad_options=(
            ({"gamma": -0.5}, "gamma must be >= 0, got -0.5"),
            ({"gamma": np.nan}, "gamma must be >= 0, got nan"),
            ({"alpha": -0.5}, "alpha must be >= 0, got -0.5"),
        ),
        bad_values=bad_labels("N"),
    ),
    Row(
        fl.softmax_focal_loss,
        {"input": X, "target": P},
        reals={"gamma": 1.5},
        misfit=UNEQUAL,
    ),
    Row(
        fl.poly_loss,
        {"input": SCORES, "target": LABELS},
        options={"ignore_index": 255},
        reals={"epsilon": 0.5},
        misfit=ROW_MISFIT,
        bad_options=(({"epsilon": -1.5}, "epsilon must be >= -1, got -1.5"),),
        bad_values=bad_labels("N"),
    ),
    Row(
        fl.poly_loss,
        {"input": X, "target": P},
        reals={"epsilon": 0.5},
        misfit=UNEQUAL,
    ),
    Row(
        fl.generalized_cross_entropy,
        {"input": SCORES, "target": LABELS},
        options={"ignore_index": 255},
        reals={"q": 0.625},
        misfit=ROW_MISFIT,
        bad_options=(
            ({"q": 0.0}, "q must be > 0 and <= 1, got 0.0"),
            ({"q": 1.5}, "q must be > 0 and <= 1, got 1.5"),
        ),
        bad_values=bad_labels("N"),
    ),
    Row(
        fl.generalized_cross_entropy,
        {"input": X, "target": P},
        reals={"q": 0.625},
        misfit=UNEQUAL,
    ),
    Row(
        fl.smooth_labels,
        {"target": SHARES, "label_smoothing": 0.25},
        mask=(3, 4),
        samples={"label_smoothing": None},
        lists=("label_smoothing",),
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
]
