"""The squared difference of logarithms."""

from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.checks import (
    check_same_shape_or_scalar,
    check_shapes_equal,
    check_values,
)
from funloss._core.loss import loss
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["mean_squared_logarithmic_error"]


@loss
def mean_squared_logarithmic_error(
    input: Array,
    target: ArrayLike,
    *,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Mean squared logarithmic error (MSLE).

    An element costs ``(log(1 + input) - log(1 + target))**2``: of large values it
    is the ratio that counts, and one that is too small costs more than one that is
    as much too large. For counts and sizes that span orders of magnitude.

    Args:
        input: Predictions, shape ``(*)``, real, > -1.
        target: True values, > -1, same shape, or a number. One of the two is
            floating.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each element's cost, same shape. The mean divides by
            the sum of the weights.
        where: Boolean, broadcastable to `input`. A False element costs 0, has
            slope 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Cost in squared nats, shape ``(*)`` for ``"none"``, else ``()``. The mean
        of no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, `reduction` is unknown, or a value is at most
            -1 (on JAX: nan in value and gradient; see `debug_values`).

    Peers:
        `keras.losses.mean_squared_logarithmic_error`, which averages over the last
        axis and raises everything below 1e-7 to it, so that a negative value costs
        as 0 does and has no slope. The functions of torchmetrics and scikit-learn
        are as here. torch has no such loss.

    Examples:
        >>> import numpy as np
        >>> print(mean_squared_logarithmic_error(np.asarray([0.0]), np.e - 1))
        1.0

    References:
        C. Tofallis, A better measure of relative prediction accuracy for model
        selection and model estimation, 2015.
    """
    xp, out, (input, target) = promote_arrays(dtype, input=input, target=target)
    check_same_shape_or_scalar(input=input, target=target)
    (weight,) = cast_like(xp, input, weight=weight)
    check_shapes_equal(input=input, weight=weight)
    where = check_where(xp, input, where, input.shape)
    input, target = fill_masked(xp, where, (input, 0.0), (target, 0.0))
    cost = xp.custom_jvp(_cost, (_slope, _target_slope), input, target)
    # Only to raise: the formula gives nan of itself, in slopes, too.
    for name, x in (("input", input), ("target", target)):
        low = xp.custom_jvp(lambda _, x: x <= -1, None, x)
        check_values(xp, "> -1", **{name: (x, low)})
    return reduce_losses(
        xp, out, cost, reduction, weight=weight, where=where, mean_weights=weight
    )


def _cost(xp: Namespace, x: Any, t: Any) -> Any:
    return xp.square(_distance(xp, x, t))


def _slope(xp: Namespace, x: Any, t: Any) -> Any:
    return 2.0 * _log_ratio(xp, x, t) / (1.0 + x)


def _target_slope(xp: Namespace, x: Any, t: Any) -> Any:
    return -2.0 * _log_ratio(xp, x, t) / (1.0 + t)


def _log_ratio(xp: Namespace, x: Any, t: Any) -> Any:
    """Return ``log((1 + x) / (1 + t))``."""
    slopes = (lambda _, x, _t: 1.0 / (1.0 + x), lambda _, _x, t: -1.0 / (1.0 + t))
    return xp.custom_jvp(
        lambda xp, x, t: xp.sign(x - t) * _distance(xp, x, t), slopes, x, t
    )


def _distance(xp: Namespace, x: Any, t: Any) -> Any:
    # Over the smaller of the two: log1p would lose the digits of a ratio near -1. The
    # second term is 0, or nan of a value that has no logarithm.
    least = 1.0 + xp.minimum(x, t)
    root = xp.sqrt(least)
    return xp.log1p(xp.absolute(x - t) / least) * (root / root)
