"""The squared error that weighs its two signs differently."""

from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.checks import check_same_shape_or_scalar, check_shapes_equal
from funloss._core.loss import loss
from funloss._core.options import check_scalar, propagate_nan
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["expectile_loss"]


@loss
def expectile_loss(
    input: Array,
    target: ArrayLike,
    *,
    expectile: Real = 0.5,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Expectile loss: squared error weighted by its sign.

    With ``e = input - target``, an element costs ``expectile * e**2`` where the
    input is too low (``e <= 0``) and ``(1 - expectile) * e**2`` where it is too
    high: the larger `expectile`, the higher the optimum. At 0.5 it is half of
    `mse_loss`, and the optimum is the mean; towards 1 it is the largest target.

    Args:
        input: Predictions, shape ``(*)``, real.
        target: True values, same shape, or a number. One of the two is floating.
        expectile: Weight of inputs that are too low, between 0 and 1, both
            excluded; a number or a 0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each element's cost, same shape. The mean divides by
            the sum of these weights.
        where: Boolean, broadcastable to `input`. A False element costs 0, has
            slope 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Cost in squared units of `input`, shape ``(*)`` for ``"none"``, else
        ``()``. The mean of no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, `expectile` is not between 0 and 1, or
            `reduction` is unknown.

    Peers:
        `rlax.expectile_loss`, with the same weights, although its documentation
        gives `expectile` to inputs that are too high. torch has no such loss.

    Examples:
        >>> import numpy as np
        >>> x = np.asarray([-1.0, 1.0])
        >>> print(expectile_loss(x, 0.0, expectile=0.75, reduction="none"))
        [0.75 0.25]

    References:
        W. K. Newey and J. L. Powell, Asymmetric least squares estimation and
        testing, 1987.
        I. Kostrikov, A. Nair and S. Levine, Offline reinforcement learning with
        implicit Q-learning, 2021.
    """
    xp, out, (input, target) = promote_arrays(dtype, input=input, target=target)
    check_same_shape_or_scalar(input=input, target=target)
    expectile = check_scalar(xp, input, above=0, below=1, expectile=expectile)
    input = propagate_nan(xp, input, expectile)
    (weight,) = cast_like(xp, input, weight=weight)
    check_shapes_equal(input=input, weight=weight)
    where = check_where(xp, input, where, input.shape)
    input, target = fill_masked(xp, where, (input, 0.0), (target, 0.0))
    slopes = (_slope, _target_slope, _expectile_slope)
    cost = xp.custom_jvp(_cost, slopes, input, target, expectile)
    return reduce_losses(
        xp, out, cost, reduction, weight=weight, where=where, mean_weights=weight
    )


# One of the two sides is always 0. A sum of both needs no select, which XLA would
# write out.
def _cost(xp: Namespace, x: Any, t: Any, expectile: Any) -> Any:
    low, high = xp.clamp_max(x - t, 0.0), xp.clamp_min(x - t, 0.0)
    return expectile * xp.square(low) + (1.0 - expectile) * xp.square(high)


def _slope(xp: Namespace, x: Any, t: Any, expectile: Any) -> Any:
    error = x - t
    return 2.0 * xp.where(error > 0, (1.0 - expectile) * error, expectile * error)


def _target_slope(xp: Namespace, x: Any, t: Any, expectile: Any) -> Any:
    return -_slope(xp, x, t, expectile)


def _expectile_slope(xp: Namespace, x: Any, t: Any, expectile: Any) -> Any:
    del expectile
    error = x - t
    return -error * xp.absolute(error)
