"""Shapes that torch broadcasts and funloss refuses, and the reverse."""

import numpy as np

from parity.deviation import Deviation, Gives, Raises, Warns
from parity.differences.arrays import f64, ints

LOG2 = 0.6931471805599453

BROADCAST = [
    Deviation(
        loss,
        {"input": f64([1.0], [2.0], [3.0]), "target": f64(1.0, 2.0, 3.0)},
        reference=Warns("Using a target size"),
        ours=Raises(ValueError, "shapes must be equal, got input (3, 1), target (3,)"),
        why="a (3, 1) meeting a (3,) is nearly always a forgotten squeeze",
    )
    for loss in ("l1_loss", "mse_loss", "smooth_l1_loss", "huber_loss")
]
BROADCAST += [
    Deviation(
        "multilabel_soft_margin_loss",
        {"input": f64(0.0, 0.0, 0.0), "target": f64([1.0, 0.0, 1.0], [0.0, 0.0, 0.0])},
        options={"reduction": "none"},
        reference=Gives([2 * LOG2 / 3] * 3),
        ours=Raises(ValueError, "shapes must be equal, got input (3,), target (2, 3)"),
        why="torch adds up the wrong axis of what it has broadcast",
    ),
    Deviation(
        "cosine_embedding_loss",
        {
            "input1": f64([1.0], [1.0]),
            "input2": f64([1.0, 1.0, 1.0]),
            "target": ints(1),
        },
        reference=Gives(1 - 3**0.5, digits=9),
        ours=Raises(ValueError, "shapes must be equal, got input1 (2, 1), input2"),
        why="torch broadcasts in the product and not in the norms: a cosine of 1.7",
    ),
]
BROADCAST += [
    Deviation(
        "linear_cross_entropy",
        {
            "input": np.zeros((1, 3, 2)),
            "linear_weight": np.zeros((4, 2)),
            "target": ints([0, 1, 2]),
        },
        reference=Raises(RuntimeError, "expected input with dimensionality 1 or 2"),
        ours=Gives(2 * LOG2, {"input": np.zeros((1, 3, 2))}),
        why="batch and time are both axes of rows, as in cross_entropy",
    ),
]
BROADCAST += [
    Deviation(
        "gaussian_nll_loss",
        {
            "input": np.zeros((1, 2, 2)),
            "target": np.full((1, 2, 2), 2.0),
            "var": var,
        },
        options={"reduction": "sum"},
        reference=Raises(ValueError, "var is of incorrect size"),
        ours=Gives(5 + LOG2 * 2, {"var": gradient}),
        why="variances of a channel, or of all, broadcast as other arrays do",
    )
    for var, gradient in [
        (np.asarray([[[1.0], [4.0]]])[0], [[-3.0], [0.0]]),
        (np.asarray([1.0, 4.0]), [-3.0, 0.0]),
    ]
]

_ONE_FOR_ALL = "one target may stand for all, as in mse_loss"
BROADCAST += [
    Deviation(
        loss,
        {**inputs, "target": np.asarray(1.0)},
        reference=Raises(error, text),
        ours=Gives(value, {next(iter(inputs)): gradient}, digits=9),
        why=_ONE_FOR_ALL,
    )
    for loss, inputs, error, text, value, gradient in [
        (
            "binary_cross_entropy",
            {"input": f64(0.5, 0.5)},
            ValueError,
            "Using a target size",
            LOG2,
            [-1.0, -1.0],
        ),
        (
            "binary_cross_entropy_with_logits",
            {"input": f64(0.0, 0.0)},
            ValueError,
            "Target size (torch.Size([])) must be the same as input size",
            LOG2,
            [-0.25, -0.25],
        ),
        (
            "margin_ranking_loss",
            {"input1": f64(0.0, 3.0), "input2": f64(2.0, 0.0)},
            RuntimeError,
            "All input tensors should have same dimension",
            1.0,
            [-0.5, 0.0],
        ),
        (
            "cosine_embedding_loss",
            {"input1": f64([1.0, 0.0]), "input2": f64([0.0, 1.0])},
            RuntimeError,
            "0D target tensor expects 1D input tensors",
            1.0,
            [0.0, -1.0],
        ),
    ]
]
