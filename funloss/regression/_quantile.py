"""The quantile loss: the absolute error that weighs its two signs differently."""

from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like, promote_arrays
from funloss._core.checks import check_axis, check_integer, check_values
from funloss._core.elements import difference_partials, elements
from funloss._core.labels import batch_shape, expand_along
from funloss._core.loss import loss
from funloss._core.options import open_unit_interval
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["quantile_loss"]


@loss
def quantile_loss(
    input: Array,
    target: ArrayLike,
    *,
    tau: Real = 0.5,
    axis: int = -1,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Quantile (pinball) loss: absolute error weighted by its sign.

    With ``d = target - input``, the loss of an element is ``tau * d`` where the input
    is too low (``d >= 0``) and ``(tau - 1) * d`` where it is too high. The optimum is
    the quantile at level `tau`; at 0.5 the loss is half of `l1_loss`. At ``d == 0``
    the gradient is 0.

    Args:
        input: Predictions, shape ``(*)``, real; with an array `tau` one quantile a
            level, K of them along `axis`.
        target: True values, same shape, without `axis` if `tau` is an array; or a
            number. One of `input` and `target` is floating.
        tau: Level of the quantile, between 0 and 1, both excluded: a number or a 0-d
            array, or the levels of K quantiles, shape ``(K,)``.
        axis: Axis of the quantiles in `input`; only an array `tau` has one.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each element's loss, shape of `input`; broadcastable to it
            if `tau` is an array. The mean divides by the sum of these weights.
        where: Boolean, broadcastable to `input`, which has `axis` too. A False element
            has loss 0, has gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in units of `input`, shape of `input` for ``"none"``, else ``()``. The
        mean of no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, `reduction` is unknown, or a level is not
            between 0 and 1 (in an array on JAX: nan in value and gradient; see
            `debug_values`).

    Peers:
        `sklearn.metrics.mean_pinball_loss` with ``alpha=tau``, and `PinballLoss` of
        torch_uncertainty. GluonTS and pytorch-forecasting double it. torch has none.

    Examples:
        >>> import numpy as np
        >>> x = np.asarray([-1.0, 1.0])
        >>> print(quantile_loss(x, 0.0, tau=0.75, reduction="none"))
        [0.75 0.25]
        >>> print(quantile_loss(x, 0.0, tau=np.asarray([0.25, 0.5])))
        0.375

    References:
        R. Koenker and G. Bassett, Regression quantiles, 1978.
    """
    check_integer(axis=axis)
    of_levels = tuple(getattr(tau, "shape", ())) != ()
    if of_levels:
        dtype, input, target, tau = _along_axis(dtype, axis, input, target, tau)
    batch = elements(
        input=input,
        target=target,
        extras={"tau": tau} if of_levels else None,
        options=None if of_levels else {"tau": open_unit_interval(tau)},
        shapes="to_first" if of_levels else "same",
        broadcast_weight=of_levels,
        weight=weight,
        where=where,
        dtype=dtype,
    )
    partials = (*difference_partials(_quantile_d_input), _quantile_d_tau)
    losses = batch.map(_quantile, partials)
    return batch.reduce(losses, reduction, mean_over="weight")


def _along_axis(dtype: Any, axis: int, input: Any, target: Any, tau: Any) -> Any:
    """Return the result's dtype, and arrays that broadcast to `input`."""
    xp, out, (input, target) = promote_arrays(dtype, input=input, target=target)
    (tau,) = cast_like(xp, input, tau=tau)
    if target.shape == input.shape:
        shape, advice = tuple(tau.shape), "its axis is one that target does not have"
        msg = f"tau must be a number or a 0-d array, got shape {shape}: {advice}"
        raise ValueError(msg)
    axis = check_axis(axis, input.ndim)
    expected = {"tau": (input.shape[axis],), "target": batch_shape(input.shape, axis)}
    for name, x in {"tau": tau, "target": target}.items():
        if tuple(x.shape) not in (expected[name], ()):
            msg = f"{name} must have shape {expected[name]}, got {tuple(x.shape)}"
            raise ValueError(msg)
    if target.shape:
        target = xp.expand_dims(target, axis=axis)
    bad = xp.logical_not(xp.logical_and(tau > 0, tau < 1))
    bad = check_values(xp, "> 0 and < 1", tau=(tau, bad))
    tau = tau if bad is None else xp.nan_where(tau, bad)
    return out, input, target, expand_along(xp, tau, axis, input.ndim)


def _quantile(xp: Namespace, x: Any, t: Any, tau: Any) -> Any:
    error = t - x
    # A maximum of 0 and -0 may be either.
    return xp.absolute(xp.maximum(tau * error, (tau - 1.0) * error))


def _quantile_d_input(xp: Namespace, x: Any, t: Any, tau: Any) -> Any:
    # Two selections: the gradient at nan is 0, as that of the absolute value. The 0
    # is an array, as torch selects from two numbers in float32, and nan where tau is.
    zero = tau * xp.zeros_like(x)
    return xp.where(t < x, 1.0 - tau, xp.where(t > x, -tau, zero))


def _quantile_d_tau(xp: Namespace, x: Any, t: Any, tau: Any) -> Any:
    del tau
    # 0 with gradient 0 at an exact fit, where the loss is 0 for every level.
    return xp.where(t == x, 0.0, t - x)
