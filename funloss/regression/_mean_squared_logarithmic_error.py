"""The squared difference of logarithms."""

from typing import Any

from funloss._array import Namespace
from funloss._core.elements import elements
from funloss._core.loss import loss
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

    The loss of an element is ``(log(1 + input) - log(1 + target))**2``: of large
    values it is the ratio that counts, and one that is too small has a larger loss
    than one that is as much too large. For counts and sizes that span orders of
    magnitude.

    Args:
        input: Predictions, shape ``(*)``, real, > -1.
        target: True values, > -1, same shape, or a number. One of the two is
            floating.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each element's loss, same shape. The mean divides by
            the sum of the weights.
        where: Boolean, broadcastable to `input`. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in squared nats, shape ``(*)`` for ``"none"``, else ``()``. The mean
        of no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, `reduction` is unknown, or a value is at most
            -1 (on JAX: nan in value and gradient; see `debug_values`).

    Peers:
        `keras.losses.mean_squared_logarithmic_error`, which averages over the last
        axis and raises everything below 1e-7 to it, so that a negative value
        counts as 0 and has no derivative. The functions of torchmetrics and
        scikit-learn are as here. torch has no such loss.

    Examples:
        >>> import numpy as np
        >>> print(mean_squared_logarithmic_error(np.asarray([0.0]), np.e - 1))
        1.0

    References:
        C. Tofallis, A better measure of relative prediction accuracy for model
        selection and model estimation, 2015.
    """
    batch = elements(
        input=input, target=target, weight=weight, where=where, dtype=dtype
    )
    losses = batch.map(_msle, (_msle_d_input, _msle_d_target), shared=_msle_shared)
    # Only to raise: the formula gives nan by itself, in the gradient, too.
    for name, x in batch.arrays.items():
        batch.nan_outside(losses, "> -1", lambda _, x: x <= -1, **{name: x})
    return batch.reduce(losses, reduction, mean_over="weight")


def _msle(xp: Namespace, x: Any, t: Any) -> Any:
    return xp.square(_distance(xp, x, t))


def _msle_shared(xp: Namespace, x: Any, t: Any) -> tuple[Any, ...]:
    return (_log_ratio(xp, x, t),)


def _msle_d_input(xp: Namespace, x: Any, t: Any, log_ratio: Any) -> Any:
    del xp, t
    return 2.0 * log_ratio / (1.0 + x)


def _msle_d_target(xp: Namespace, x: Any, t: Any, log_ratio: Any) -> Any:
    del xp, x
    return -2.0 * log_ratio / (1.0 + t)


def _log_ratio(xp: Namespace, x: Any, t: Any) -> Any:
    """Return ``log((1 + x) / (1 + t))``."""
    partials = (lambda _, x, _t: 1.0 / (1.0 + x), lambda _, _x, t: -1.0 / (1.0 + t))
    return xp.custom_jvp(
        lambda xp, x, t: xp.sign(x - t) * _distance(xp, x, t), partials, x, t
    )


def _distance(xp: Namespace, x: Any, t: Any) -> Any:
    # Over the smaller of the two: log1p would lose the digits of a ratio near -1. The
    # second term is 0, or nan of a value that has no logarithm.
    least = 1.0 + xp.minimum(x, t)
    root = xp.sqrt(least)
    return xp.log1p(xp.absolute(x - t) / least) * (root / root)
