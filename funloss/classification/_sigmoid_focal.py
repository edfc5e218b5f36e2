"""Focal loss of logits: binary cross-entropy that leaves easy elements alone."""

from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.checks import (
    check_broadcastable_to,
    check_same_shape_or_scalar,
    check_values,
)
from funloss._core.loss import loss
from funloss._core.options import check_scalar, propagate_nan
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.classification._binary import logit_cost

__all__ = ["focal_option", "power", "sigmoid_focal_loss"]

# Infinite logits count as this in slopes, where 0 times infinity would be nan.
_FAR = 1e30


@loss
def sigmoid_focal_loss(
    input: Array,
    target: ArrayLike,
    *,
    alpha: Real | None = None,
    gamma: Real | int = 2.0,
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Sigmoid focal loss: binary cross-entropy times ``(1 - p_t)**gamma``.

    With ``p = sigmoid(input)``, ``t`` the target and ``p_t = t * p + (1 - t) *
    (1 - p)``, an element costs ``a * (1 - p_t)**gamma`` times its
    `binary_cross_entropy_with_logits`, where ``a = alpha * t + (1 - alpha) * (1 -
    t)``, or 1 if `alpha` is None. Exact in both tails, for every `gamma`.

    Args:
        input: Logits, shape ``(*)``, real.
        target: True probabilities in 0..1, same shape, or a number.
        alpha: Share of the positive side, in 0..1; a number or a 0-d array. The
            paper's 0.25 was tuned together with its detector, and 1 on both sides
            is the cross-entropy's own balance, so None is the default.
        gamma: How fast the cost of an easy element fades, >= 0; 0 is the
            cross-entropy itself. A number or a 0-d array; on JAX each
            whole number has a program of its own.
        weight: Factor on each element's cost, broadcastable to `input`. The mean
            divides by the sum of weights.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to `input`. A False element costs 0, has
            slope 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Cost in nats, shape ``(*)`` for ``"none"``, else ``()``. The mean of no
        elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, an option is out of its range, or a target lies
            outside 0..1 (on JAX: nan in value and gradient; see `debug_values`).

    Peers:
        `optax.losses.sigmoid_focal_loss`, which is nan at infinite logits.
        `torchvision.ops.sigmoid_focal_loss`, with
        ``alpha=0.25``, ``reduction="none"`` and -1 for no `alpha` by default, and
        nan slopes far out for ``gamma < 1``. `keras.losses.binary_focal_crossentropy`
        is the mean over the last axis, without `alpha` unless
        ``apply_class_balancing``; it clips probabilities at 1e-7, beyond which it
        has no slope.

    Examples:
        >>> import numpy as np
        >>> x, t = np.asarray([0.0, 4.0, -4.0]), np.ones(3)
        >>> print(sigmoid_focal_loss(x, t, reduction="none").round(6))
        [1.732870e-01 6.000000e-06 3.874907e+00]

    References:
        T.-Y. Lin, P. Goyal, R. Girshick, K. He and P. Dollar, Focal loss for dense
        object detection, 2017.
    """
    xp, out, (input, target) = promote_arrays(dtype, input=input, target=target)
    check_same_shape_or_scalar(input=input, target=target)
    gamma = focal_option(xp, input, gamma)
    if alpha is not None:
        alpha = check_scalar(xp, input, at_least=0, at_most=1, alpha=alpha)
    input = propagate_nan(xp, input, gamma, alpha)
    (weight,) = cast_like(xp, input, weight=weight)
    check_broadcastable_to(input.shape, weight=weight)
    where = check_where(xp, input, where, input.shape)
    input, target = fill_masked(xp, where, (input, 0.0), (target, 0.0))
    slopes = (_input_slope, _target_slope, _alpha_slope, _gamma_slope)
    cost = xp.custom_jvp(_cost, slopes, input, target, alpha, gamma)
    outside = xp.custom_jvp(_outside, None, target)
    bad = check_values(xp, "in 0..1", target=(target, outside))
    cost = cost if bad is None else xp.nan_where(cost, bad)
    return reduce_losses(
        xp, out, cost, reduction, weight=weight, where=where, mean_weights=weight
    )


def focal_option(xp: Namespace, like: Any, gamma: Any) -> Any:
    """Return `gamma`; a whole number as an integer, whose powers are products."""
    gamma = check_scalar(xp, like, at_least=0, gamma=gamma)
    whole = isinstance(gamma, float) and gamma.is_integer()
    return int(gamma) if whole else gamma


def power(xp: Namespace, base: Any, gamma: Any) -> Any:
    """Return ``base**gamma``, whose slopes at 0 are finite for every `gamma`."""
    return base**gamma if isinstance(gamma, int) else xp.safe_power(base, gamma)


def _outside(xp: Namespace, t: Any) -> Any:
    return xp.logical_not(xp.logical_and(t >= 0, t <= 1))


def _balance(t: Any, alpha: Any) -> Any:
    return 1.0 if alpha is None else alpha * t + (1 - alpha) * (1 - t)


def _cost(xp: Namespace, x: Any, t: Any, alpha: Any, gamma: Any) -> Any:
    miss = (1 - t) * xp.sigmoid(x) + t * xp.sigmoid(-x)
    far = (1 - t) * xp.clamp_min(x, 0.0) + t * xp.clamp_min(-x, 0.0)
    entropy = xp.softplus(-xp.absolute(x)) + far
    cost = _balance(t, alpha) * (miss**gamma * entropy)
    # An infinite logit on the right side costs nothing.
    return xp.where(miss == 0, 0.0, cost)


def _parts(xp: Namespace, x: Any, t: Any) -> tuple[Any, ...]:
    """Return the logits, bounded, targets, ``p``, ``1 - p`` and ``1 - p_t``."""
    x = xp.clamp(x, -_FAR, _FAR)
    p, q = xp.sigmoid(x), xp.sigmoid(-x)
    return x, t, p, q, (1 - t) * p + t * q


def _above(xp: Namespace, miss: Any) -> Any:
    # Where it is 0, so is its power: what is divided by it does not matter.
    return xp.where(miss == 0, 1.0, miss)


def _floored(xp: Namespace, miss: Any) -> Any:
    """Return `miss`, high enough that a direction over it does not overflow."""
    return xp.clamp_min(miss, float(xp.finfo(miss.dtype).smallest_normal) ** 0.75)


# Ratios of two numbers that are both tiny far out have derivatives of their own: those
# of a quotient divide by the square of the divisor, which underflows.
def _variance(xp: Namespace, *parts: Any) -> Any:
    """Return ``p * (1 - p) / (1 - p_t)``, in 0..1."""

    def ratio(xp: Namespace, x: Any, t: Any, p: Any, q: Any, miss: Any) -> Any:
        return p * q / _above(xp, miss)

    def slope(xp: Namespace, x: Any, t: Any, p: Any, q: Any, miss: Any) -> Any:
        own = _variance(xp, x, t, p, q, miss)
        return own * (q - p - (1 - 2 * t) * own)

    def target_slope(xp: Namespace, x: Any, t: Any, p: Any, q: Any, miss: Any) -> Any:
        return _variance(xp, x, t, p, q, miss) * (p - q) / _floored(xp, miss)

    return xp.custom_jvp(ratio, (slope, target_slope, None, None, None), *parts)


def _entropy(xp: Namespace, *parts: Any) -> Any:
    """Return the cross-entropy, whose derivative keeps the digits of ``1 - p_t``."""

    def value(xp: Namespace, x: Any, t: Any, p: Any, q: Any, miss: Any) -> Any:
        return logit_cost(xp, x, t)

    def slope(xp: Namespace, x: Any, t: Any, p: Any, q: Any, miss: Any) -> Any:
        return (1 - t) * p - t * q

    def target_slope(xp: Namespace, x: Any, t: Any, p: Any, q: Any, miss: Any) -> Any:
        return -x

    return xp.custom_jvp(value, (slope, target_slope, None, None, None), *parts)


def _relative_entropy(xp: Namespace, *parts: Any) -> Any:
    """Return the cross-entropy over ``1 - p_t``."""

    def ratio(xp: Namespace, x: Any, t: Any, p: Any, q: Any, miss: Any) -> Any:
        return logit_cost(xp, x, t) / _above(xp, miss)

    def slope(xp: Namespace, x: Any, t: Any, p: Any, q: Any, miss: Any) -> Any:
        parts = x, t, p, q, miss
        change = (1 - 2 * t) * _variance(xp, *parts) * _relative_entropy(xp, *parts)
        return ((1 - t) * p - t * q) / _above(xp, miss) - change

    def target_slope(xp: Namespace, x: Any, t: Any, p: Any, q: Any, miss: Any) -> Any:
        own = _relative_entropy(xp, x, t, p, q, miss)
        return ((p - q) * own - x) / _floored(xp, miss)

    return xp.custom_jvp(ratio, (slope, target_slope, None, None, None), *parts)


def _input_slope(xp: Namespace, x: Any, t: Any, alpha: Any, gamma: Any) -> Any:
    x, t, p, q, miss = parts = _parts(xp, x, t)
    fading = gamma * (1 - 2 * t) * _variance(xp, *parts) * _entropy(xp, *parts)
    slope = (1 - t) * p - t * q + fading
    return _balance(t, alpha) * power(xp, miss, gamma) * slope


def _target_slope(xp: Namespace, x: Any, t: Any, alpha: Any, gamma: Any) -> Any:
    x, t, p, q, miss = parts = _parts(xp, x, t)
    factor = power(xp, miss, gamma)
    change = gamma * (q - p) * _relative_entropy(xp, *parts) - x
    slope = _balance(t, alpha) * factor * change
    if alpha is None:
        return slope
    return slope + (2 * alpha - 1) * factor * _entropy(xp, *parts)


def _alpha_slope(xp: Namespace, x: Any, t: Any, alpha: Any, gamma: Any) -> Any:
    _, t, *_, miss = parts = _parts(xp, x, t)
    return (2 * t - 1) * power(xp, miss, gamma) * _entropy(xp, *parts)


def _gamma_slope(xp: Namespace, x: Any, t: Any, alpha: Any, gamma: Any) -> Any:
    _, t, *_, miss = parts = _parts(xp, x, t)
    cost = _balance(t, alpha) * power(xp, miss, gamma) * _entropy(xp, *parts)
    return cost * xp.log(_above(xp, miss))
