"""Distillation of linear scores of many classes."""

import math
from collections.abc import Mapping
from typing import Any

import funloss._algorithms as algorithms
from funloss._core.arrays import promote_arrays
from funloss._core.checks import check_integer
from funloss._core.loss import loss
from funloss._core.options import positive
from funloss._core.time_steps import TimeSteps, time_steps
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.distribution._distillation import is_end, share_option
from funloss.distribution._mixtures import KL, MIXED

__all__ = ["linear_distillation_loss"]


@loss
def linear_distillation_loss(
    input: Array,
    linear_weight: ArrayLike,
    teacher_input: ArrayLike,
    teacher_weight: ArrayLike,
    *,
    linear_bias: ArrayLike | None = None,
    teacher_bias: ArrayLike | None = None,
    beta: int | Real = 0.0,
    temperature: Real = 1.0,
    chunk_size: int | None = None,
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Linear distillation loss: distillation of linear layers, without storing logits.

    It is `distillation_loss` of the scores ``input @ linear_weight.T + linear_bias``
    of a student and ``teacher_input @ teacher_weight.T + teacher_bias`` of a teacher.
    Where there are many they never exist at once: the loss goes over blocks of rows,
    and the derivative computes the scores again, as many at a time.

    Args:
        input: Features of the student, shape ``(*, D)``, floating, such as ``(B, T,
            D)``.
        linear_weight: Shape ``(C, D)`` for scores of shape ``(*, C)``.
        teacher_input: Features of the teacher, shape ``(*, E)``; E may differ from D.
            All of the teacher is constant: its gradient is 0.
        teacher_weight: Shape ``(C, E)``.
        linear_bias: Shape ``(C)``. -inf rules a class out.
        teacher_bias: Shape ``(C)``.
        beta: As that of `distillation_loss`: 0 for ``KL(teacher || student)``, 1 for
            ``KL(student || teacher)``, between them a Jensen-Shannon divergence.
        temperature: As that of `distillation_loss`.
        chunk_size: Rows of scores at a time, >= 1; of all rows or more, all at once.
            None chooses by the sizes: all at once up to four million scores, else
            about as many. Without effect on torch and Dask.
        weight: Factor on each row's loss, shape of the losses or a number. The mean
            still divides by the number of rows.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to the rows. A False row has loss 0, gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of features, weights and biases if
            None.

    Returns:
        Loss in nats, one a row for ``"none"``, else ``()``; inf and nan as
        `distillation_loss`. The mean of no rows is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not match, `reduction` is unknown, or an option is out of
            its range (in an array on JAX: nan in value and gradient; see
            `debug_values`).

    Peers:
        Liger's `LigerFusedLinearJSDFunction` with only its soft loss, which goes over
        blocks of rows as well and keeps the gradients instead of computing again. It
        pads the scores of the student with zeros if the teacher has more classes.

    Numerics:
        16-bit factors are multiplied exactly and summed in float32.

    Examples:
        >>> import numpy as np
        >>> student, teacher = np.ones((1, 1)), np.asarray([[1.0, 0.0]])
        >>> layer, other = np.zeros((2, 1)), np.log([[3.0, 9.0], [1.0, 5.0]])
        >>> print(linear_distillation_loss(student, layer, teacher, other).round(4))
        0.1308

    References:
        R. Agarwal et al., On-policy distillation of language models: Learning from
        self-generated mistakes, 2024.
    """
    named = {"input": input, "linear_weight": linear_weight}
    named |= {"teacher_input": teacher_input, "teacher_weight": teacher_weight}
    biases = {"linear_bias": linear_bias, "teacher_bias": teacher_bias}
    named |= {name: bias for name, bias in biases.items() if bias is not None}
    xp, out, wide = promote_arrays(dtype, **named)
    converted = dict(zip(named, wide, strict=True))
    shape = _check_shapes(converted)
    rows = time_steps(
        input=converted["input"],
        teacher_input=converted["teacher_input"],
        layout=lambda _: shape,
        inner={"input": 1, "teacher_input": 1},
        options={"temperature": positive(temperature), "beta": share_option(beta)},
        weight=weight,
        where=where,
        dtype=out,
    )
    student = _layer(rows, named, converted, "input", "linear")
    teacher = _layer(rows, named, converted, "teacher_input", "teacher")
    held = (None if x is None else xp.stop_gradient(x) for x in teacher[:3])
    sides = student, (*held, teacher[3])
    losses = _losses(rows, sides, beta, chunk_size)
    return rows.reduce(xp.reshape(losses, shape), reduction)


def _check_shapes(arrays: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the shape of the losses, or raise."""
    shapes = {name: tuple(x.shape) for name, x in arrays.items()}
    input, weight = shapes["input"], shapes["linear_weight"]
    if not input:
        msg = "input must have shape (*, D), got ()"
        raise ValueError(msg)
    for name in ("linear_weight", "teacher_weight"):
        if len(shapes[name]) != 2 or shapes[name][0] == 0:
            own = shapes[name]
            msg = f"{name} must have shape (C, {'DE'[name[0] == 't']}), got {own}"
            raise ValueError(msg)
    teacher, classes = shapes["teacher_weight"], weight[0]
    expected = {
        "linear_weight": (classes, input[-1]),
        "teacher_input": (*input[:-1], teacher[1]),
        "teacher_weight": (classes, teacher[1]),
        "linear_bias": (classes,),
        "teacher_bias": (classes,),
    }
    for name, shape in expected.items():
        if shapes.get(name, shape) != shape:
            msg = f"{name} must have shape {shape}, got {shapes[name]}"
            raise ValueError(msg)
    return input[:-1]


def _layer(
    rows: TimeSteps, given: Any, converted: Any, features: str, side: str
) -> tuple[Any, Any, Any, bool]:
    """Return the features as a matrix, the weight, the bias, and if both are narrow."""
    xp, x = rows.xp, rows.arrays[features]
    # The matrix stays in its own dtype: it is widened a block at a time.
    matrix = given[f"{side}_weight"]
    half = given[features].dtype == matrix.dtype != x.dtype == xp.float32
    x = xp.reshape(x, (math.prod(rows.shape), x.shape[-1]))
    return x, matrix, converted.get(f"{side}_bias"), half


def _losses(rows: TimeSteps, sides: Any, beta: Any, given: int | None) -> Any:
    """Return the loss of each row, all at once or in blocks of rows."""
    if given is not None:
        check_integer(low=1, chunk_size=given)
    xp, (heat, share) = rows.xp, rows.options
    reverse, ends = is_end(beta) and beta == 1, is_end(beta)
    divergence, options = (KL, (heat,)) if ends else (MIXED, (heat, share))
    (x, weight, *_), narrow = sides[0], tuple(side[3] for side in sides)
    chunk = count = x.shape[0]
    if xp.blockwise and xp.known(count):
        chunk = given or algorithms.choose_rows(count, weight.shape[0])
    how = {"divergence": divergence, "reverse": reverse, "narrow": narrow}
    blocks = algorithms.LinearPair(xp, **how, chunk=chunk)
    student, teacher = (side[:3] for side in sides)
    if not xp.known(count) or chunk >= count:
        pair = blocks.scores(student, teacher)
        return divergence.losses(xp, *pair, heat, 1, *options[1:])
    like = {"dtype": x.dtype, **xp.device_kw(x)}
    options = tuple(xp.asarray(each, **like) for each in options)
    arrays = *student, *teacher, *options
    return xp.derivative_along(blocks.losses, blocks.along, *arrays)
