"""Focal loss of logits: binary cross-entropy that leaves easy elements alone."""

from typing import Any

from funloss._array import Namespace
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.options import non_negative, unit_interval
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.classification._focal_parts import (
    FAR,
    above_zero,
    entropy,
    exponentials,
    floored,
    further,
    nan_if_bad,
    power,
    unread_probability,
    whole,
)

__all__ = ["sigmoid_focal_loss"]


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
    (1 - p)``, the loss of an element is ``a * (1 - p_t)**gamma`` times its
    `binary_cross_entropy_with_logits`, where ``a = alpha * t + (1 - alpha) * (1 -
    t)``, or 1 if `alpha` is None. Exact in both tails, for every `gamma`.

    Args:
        input: Logits, shape ``(*)``, real.
        target: True probabilities in 0..1, same shape, or a number.
        alpha: Share of the positive side, in 0..1; a number or a 0-d array. The
            paper's 0.25 was tuned together with its detector, and 1 on both sides
            is the cross-entropy's own balance, so None is the default.
        gamma: How fast the loss of an easy element fades, >= 0; 0 is the
            cross-entropy itself. A number or a 0-d array; on JAX each
            whole number has a program of its own.
        weight: Factor on each element's loss, broadcastable to `input`. The mean
            divides by the sum of weights.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to `input`. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in nats, shape ``(*)`` for ``"none"``, else ``()``. The mean of no
        elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, an option is out of its range, or a target lies
            outside 0..1 (on JAX: nan in value and gradient; see `debug_values`).

    Peers:
        `optax.losses.sigmoid_focal_loss`, which is nan at infinite logits.
        `torchvision.ops.sigmoid_focal_loss`, with ``alpha=0.25``, ``reduction="none"``
        and -1 for no `alpha` by default, and nan derivatives far out for ``gamma < 1``.
        `keras.losses.binary_focal_crossentropy` is the mean over the last axis, without
        `alpha` unless ``apply_class_balancing``; it clips probabilities at 1e-7, beyond
        which it has no derivative.

    Examples:
        >>> import numpy as np
        >>> x, t = np.asarray([0.0, 4.0, -4.0]), np.ones(3)
        >>> print(sigmoid_focal_loss(x, t, reduction="none").round(6))
        [1.732870e-01 6.000000e-06 3.874907e+00]

    References:
        T.-Y. Lin, P. Goyal, R. Girshick, K. He and P. Dollar, Focal loss for dense
        object detection, 2017.
    """
    options = {"gamma": non_negative(gamma)}
    options |= {} if alpha is None else {"alpha": unit_interval(alpha)}
    batch = elements(
        input=input,
        target=target,
        weight=weight,
        where=where,
        dtype=dtype,
        options=options,
        broadcast_weight=True,
    )
    xp, (input, target) = batch.xp, batch.arrays.values()
    gamma, *rest = batch.options
    unread = unread_probability(xp, target)
    arguments = (input, target, rest[0] if rest else None, whole(gamma), unread)
    losses = xp.custom_jvp(_focal, _PARTIALS, *arguments, shared=exponentials)
    return batch.reduce(losses, reduction, mean_over="weight")


def _balance(t: Any, alpha: Any) -> Any:
    return 1.0 if alpha is None else alpha * t + (1 - alpha) * (1 - t)


def _focal(xp: Namespace, x: Any, t: Any, alpha: Any, gamma: Any, unread: bool) -> Any:
    p, q, tail = exponentials(xp, x)
    rest = (1 - t) * p + t * q
    focal = _balance(t, alpha) * (rest**gamma * (tail + further(xp, x, t)))
    # An infinite logit on the right side has loss 0.
    return nan_if_bad(xp, xp.where(rest == 0, 0.0, focal), t, unread)


def _parts(xp: Namespace, x: Any, t: Any, unread: bool, *parts: Any) -> tuple[Any, ...]:
    """Return the logits, bounded, targets, `exponentials` and ``1 - p_t``."""
    t, (p, q, tail) = nan_if_bad(xp, t, t, unread), parts
    return xp.clamp(x, -FAR, FAR), t, p, q, tail, (1 - t) * p + t * q


# Ratios of two numbers that are both tiny far out have derivatives of their own: those
# of a quotient divide by the square of the divisor, which underflows.
def _variance(xp: Namespace, *parts: Any) -> Any:
    """Return ``p * (1 - p) / (1 - p_t)``, in 0..1."""

    def ratio(
        xp: Namespace, x: Any, t: Any, p: Any, q: Any, tail: Any, rest: Any
    ) -> Any:
        return p * q / above_zero(xp, rest)

    def d_x(xp: Namespace, x: Any, t: Any, p: Any, q: Any, tail: Any, rest: Any) -> Any:
        own = _variance(xp, x, t, p, q, tail, rest)
        return own * (q - p - (1 - 2 * t) * own)

    def d_t(xp: Namespace, x: Any, t: Any, p: Any, q: Any, tail: Any, rest: Any) -> Any:
        return _variance(xp, x, t, p, q, tail, rest) * (p - q) / floored(xp, rest)

    return xp.custom_jvp(ratio, (d_x, d_t, *(None,) * 4), *parts)


def _relative_entropy(xp: Namespace, *parts: Any) -> Any:
    """Return the cross-entropy over ``1 - p_t``."""

    def ratio(
        xp: Namespace, x: Any, t: Any, p: Any, q: Any, tail: Any, rest: Any
    ) -> Any:
        return (tail + further(xp, x, t)) / above_zero(xp, rest)

    def d_x(xp: Namespace, x: Any, t: Any, p: Any, q: Any, tail: Any, rest: Any) -> Any:
        parts = x, t, p, q, tail, rest
        change = (1 - 2 * t) * _variance(xp, *parts) * _relative_entropy(xp, *parts)
        return ((1 - t) * p - t * q) / above_zero(xp, rest) - change

    def d_t(xp: Namespace, x: Any, t: Any, p: Any, q: Any, tail: Any, rest: Any) -> Any:
        own = _relative_entropy(xp, x, t, p, q, tail, rest)
        return ((p - q) * own - x) / floored(xp, rest)

    return xp.custom_jvp(ratio, (d_x, d_t, *(None,) * 4), *parts)


def _focal_d_input(
    xp: Namespace, x: Any, t: Any, alpha: Any, gamma: Any, *parts: Any
) -> Any:
    x, t, p, q, _, rest = parts = _parts(xp, x, t, *parts)
    fading = gamma * (1 - 2 * t) * _variance(xp, *parts) * entropy(xp, *parts[:-1])
    change = (1 - t) * p - t * q + fading
    return _balance(t, alpha) * power(xp, rest, gamma) * change


def _focal_d_target(
    xp: Namespace, x: Any, t: Any, alpha: Any, gamma: Any, *parts: Any
) -> Any:
    x, t, p, q, _, rest = parts = _parts(xp, x, t, *parts)
    factor = power(xp, rest, gamma)
    change = gamma * (q - p) * _relative_entropy(xp, *parts) - x
    partial = _balance(t, alpha) * factor * change
    if alpha is None:
        return partial
    return partial + (2 * alpha - 1) * factor * entropy(xp, *parts[:-1])


def _focal_d_alpha(
    xp: Namespace, x: Any, t: Any, alpha: Any, gamma: Any, *parts: Any
) -> Any:
    _, t, *_, rest = parts = _parts(xp, x, t, *parts)
    return (2 * t - 1) * power(xp, rest, gamma) * entropy(xp, *parts[:-1])


def _focal_d_gamma(
    xp: Namespace, x: Any, t: Any, alpha: Any, gamma: Any, *parts: Any
) -> Any:
    _, t, *_, rest = parts = _parts(xp, x, t, *parts)
    losses = _balance(t, alpha) * power(xp, rest, gamma) * entropy(xp, *parts[:-1])
    return losses * xp.log(above_zero(xp, rest))


_PARTIALS = (_focal_d_input, _focal_d_target, _focal_d_alpha, _focal_d_gamma)
