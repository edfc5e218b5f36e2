"""Huber and smooth L1: quadratic near zero, linear far from it."""

from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.checks import check_same_shape_or_scalar, check_shapes_equal
from funloss._core.loss import loss
from funloss._core.options import check_scalar, is_zero, propagate_nan
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.regression._absolute import absolute_error

__all__ = ["huber_cost", "huber_loss", "smooth_l1_loss"]


@loss
def huber_loss(
    input: Array,
    target: ArrayLike,
    *,
    reduction: Reduction = "mean",
    delta: Real = 1.0,
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Huber loss: quadratic for errors up to `delta`, linear beyond.

    With ``e = input - target``, an element costs ``e**2 / 2`` up to ``abs(e) ==
    delta`` and ``delta * (abs(e) - delta / 2)`` beyond.

    Args:
        input: Predictions, shape ``(*)``, real.
        target: True values, same shape, or a number. One of the two is floating.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        delta: Error, in units of `input`, where the cost turns linear; > 0. A
            number or a 0-d array.
        weight: Factor on each element's cost, same shape. The mean still divides
            by the number of elements, not by the sum of weights.
        where: Boolean, broadcastable to `input`. A False element costs 0, has
            slope 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Cost in squared units of `input`, shape ``(*)`` for ``"none"``, else
        ``()``. The mean of no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, ``delta <= 0`` or `reduction` is unknown.

    Torch:
        `torch.nn.functional.huber_loss`, except that unequal shapes raise (torch
        warns and broadcasts) and that the result has the promoted dtype, not the
        input's. `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> print(huber_loss(np.asarray([0.5, 3.0]), np.zeros(2), reduction="none"))
        [0.125 2.5  ]

    References:
        P. J. Huber, Robust estimation of a location parameter, 1964.
    """
    xp, out, (input, target) = promote_arrays(dtype, input=input, target=target)
    check_same_shape_or_scalar(input=input, target=target)
    delta = check_scalar(xp, input, above=0, delta=delta)
    input = propagate_nan(xp, input, delta)
    (weight,) = cast_like(xp, input, weight=weight)
    check_shapes_equal(input=input, weight=weight)
    where = check_where(xp, input, where, input.shape)
    input, target = fill_masked(xp, where, (input, 0.0), (target, 0.0))
    cost = huber_cost(xp, input, target, delta)
    return reduce_losses(xp, out, cost, reduction, weight=weight, where=where)


def huber_cost(xp: Namespace, input: Any, target: Any, delta: Any) -> Any:
    """Return the costs of checked arguments."""
    slopes = (_huber_slope, _huber_target_slope, _delta_slope)
    return xp.custom_jvp(_huber, slopes, input, target, delta)


def _huber(xp: Namespace, input: Any, target: Any, delta: Any) -> Any:
    size = xp.absolute(input - target)
    inner = xp.clamp_max(size, delta)
    return inner * (size - 0.5 * inner)


def _huber_slope(xp: Namespace, input: Any, target: Any, delta: Any) -> Any:
    # Nested rather than clamped: torch's second derivative is 0 on the corners.
    error = input - target
    return xp.where(error <= -delta, -delta, xp.where(error >= delta, delta, error))


def _huber_target_slope(xp: Namespace, input: Any, target: Any, delta: Any) -> Any:
    return -_huber_slope(xp, input, target, delta)


def _delta_slope(xp: Namespace, input: Any, target: Any, delta: Any) -> Any:
    excess = xp.absolute(input - target) - delta
    return xp.where(excess > 0, excess, 0.0)


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
    """Smooth L1 loss: Huber loss over `beta`, with slope 1 far from zero.

    As `huber_loss` with ``delta=beta``, over `beta`: an element costs ``e**2 / (2
    * beta)`` up to ``abs(e) == beta`` and ``abs(e) - beta / 2`` beyond, so that
    the slope far from zero is 1 whatever `beta`. ``beta=0`` is `l1_loss`.

    Args:
        input: Predictions, shape ``(*)``, real.
        target: True values, same shape, or a number. One of the two is floating.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        beta: Error, in units of `input`, where the cost turns linear; a number
            >= 0, or a 0-d array > 0.
        where: As for `huber_loss`.
        dtype: As for `huber_loss`.

    Returns:
        Cost in units of `input`, shape ``(*)`` for ``"none"``, else ``()``. The
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
    xp, out, (input, target) = promote_arrays(dtype, input=input, target=target)
    check_same_shape_or_scalar(input=input, target=target)
    where = check_where(xp, input, where, input.shape)
    input, target = fill_masked(xp, where, (input, 0.0), (target, 0.0))
    if is_zero(beta):
        cost = xp.custom_jvp(absolute_error, None, input, target)
    else:
        beta = check_scalar(xp, input, above=0, beta=beta)
        input = propagate_nan(xp, input, beta)
        slopes = (_smooth_slope, _smooth_target_slope, _beta_slope)
        cost = xp.custom_jvp(_smooth, slopes, input, target, beta)
    return reduce_losses(xp, out, cost, reduction, where=where)


def _smooth(xp: Namespace, input: Any, target: Any, beta: Any) -> Any:
    size = xp.absolute(input - target)
    inner = xp.clamp_max(size, beta)
    return inner / beta * (size - 0.5 * inner)


def _smooth_slope(xp: Namespace, input: Any, target: Any, beta: Any) -> Any:
    error = input - target
    outside = xp.where(error >= beta, 1.0, error / beta)
    return xp.where(error <= -beta, -1.0, outside)


def _smooth_target_slope(xp: Namespace, input: Any, target: Any, beta: Any) -> Any:
    return -_smooth_slope(xp, input, target, beta)


def _beta_slope(xp: Namespace, input: Any, target: Any, beta: Any) -> Any:
    size = xp.absolute(input - target)
    return xp.where(size < beta, -0.5 * xp.square(size / beta), -0.5)
