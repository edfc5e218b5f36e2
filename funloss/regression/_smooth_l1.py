"""Smooth L1 loss."""

from typing import Any

from funloss._array import Namespace
from funloss._core.elements import difference_partials, elements
from funloss._core.loss import loss
from funloss._core.options import is_zero, positive
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.regression._l1 import absolute_error

__all__ = ["smooth_l1_loss"]


@loss
def smooth_l1_loss(
    input: Array,
    target: ArrayLike,
    *,
    reduction: Reduction = "mean",
    beta: Real = 1.0,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Smooth L1 loss: Huber loss over `beta`, with derivative 1 far from zero.

    As `huber_loss` with ``delta=beta``, over `beta`: the loss of an element is ``e**2
    / (2 * beta)`` up to ``abs(e) == beta`` and ``abs(e) - beta / 2`` beyond, so that
    the derivative far from zero is 1 whatever `beta`. ``beta=0`` is `l1_loss`.

    Args:
        input: Predictions, shape ``(*)``, real.
        target: True values, same shape, or a number. One of the two is floating.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        beta: Error, in units of `input`, where the loss turns linear; a number
            >= 0, or a 0-d array > 0.
        where: As for `huber_loss`.
        dtype: As for `huber_loss`.

    Returns:
        Loss in units of `input`, shape ``(*)`` for ``"none"``, else ``()``. The
        mean of no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, ``beta < 0`` or `reduction` is unknown.

    Torch:
        `torch.nn.functional.smooth_l1_loss`, except that unequal shapes raise
        (torch warns and broadcasts). `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> x = np.asarray([0.5, 3.0])
        >>> print(smooth_l1_loss(x, np.zeros(2), reduction="none", beta=2.0))
        [0.0625 2.    ]

    References:
        R. Girshick, Fast R-CNN, 2015.
    """
    batch = elements(
        input=input,
        target=target,
        where=where,
        dtype=dtype,
        options=None if is_zero(beta) else {"beta": positive(beta)},
    )
    if is_zero(beta):
        losses = batch.map(absolute_error)
    else:
        partials = (*difference_partials(_smooth_l1_d_input), _smooth_l1_d_beta)
        losses = batch.map(_smooth_l1, partials)
    return batch.reduce(losses, reduction)


def _smooth_l1(xp: Namespace, input: Any, target: Any, beta: Any) -> Any:
    size = xp.absolute(input - target)
    if xp.fused:
        return xp.where(size < beta, size / beta * (0.5 * size), size - 0.5 * beta)
    inner = xp.clamp_max(size, beta)
    return inner / beta * (size - 0.5 * inner)


def _smooth_l1_d_input(xp: Namespace, input: Any, target: Any, beta: Any) -> Any:
    error = input - target
    outside = xp.where(error >= beta, 1.0, error / beta)
    return xp.where(error <= -beta, -1.0, outside)


def _smooth_l1_d_beta(xp: Namespace, input: Any, target: Any, beta: Any) -> Any:
    size = xp.absolute(input - target)
    return xp.where(size < beta, -0.5 * xp.square(size / beta), -0.5)
