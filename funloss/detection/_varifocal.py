"""Varifocal loss: cross-entropy of qualities where there is an object, else focal."""

from typing import Any

from funloss._array import Namespace
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.options import non_negative
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.classification._focal_parts import (
    FAR,
    logistic_parts,
    nan_if_bad,
    power,
    sigmoid,
    softplus,
    unread_probability,
    whole,
)
from funloss.detection._soft_targets import excess, soft_entropy

__all__ = ["varifocal_loss"]


@loss
def varifocal_loss(
    input: Array,
    target: ArrayLike,
    *,
    alpha: Real = 0.75,
    gamma: Real | int = 2.0,
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Varifocal loss: a focal loss of negatives alone, positives by their quality.

    With ``p = sigmoid(input)``, the loss of an element is ``target`` times its
    `binary_cross_entropy_with_logits` where the target is above 0, and ``-alpha *
    p**gamma * log(1 - p)`` where it is 0. Exact in both tails.

    Args:
        input: Logits, shape ``(*)``, real.
        target: Qualities in 0..1, same shape, or a number: as a rule the intersection
            over union of a box with its object, and 0 for background.
        alpha: Factor on the loss of negatives, >= 0; a number or a 0-d array.
        gamma: How fast the loss of an easy negative fades, >= 0. A number or a 0-d
            array; on JAX each whole number has a program of its own.
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

    Numerics:
        The gradient in a target of 0, where the loss jumps, is 0.

    Peers:
        Others sum, and divide by the number or the sum of the positive targets.

    Examples:
        >>> import numpy as np
        >>> x, t = np.asarray([0.0, 0.0, -4.0]), np.asarray([1.0, 0.5, 0.0])
        >>> print(varifocal_loss(x, t, reduction="none").round(6))
        [6.93147e-01 3.46574e-01 4.00000e-06]

    References:
        H. Zhang, Y. Wang, F. Dayoub and N. Suenderhauf, VarifocalNet: an IoU-aware
        dense object detector, 2021.
    """
    batch = elements(
        input=input,
        target=target,
        weight=weight,
        where=where,
        dtype=dtype,
        options={"alpha": non_negative(alpha), "gamma": non_negative(gamma)},
        broadcast_weight=True,
    )
    xp, (input, target) = batch.xp, batch.arrays.values()
    alpha, gamma = batch.options
    unread = unread_probability(xp, target)
    arguments = (input, target, alpha, whole(gamma), unread)
    losses = xp.custom_jvp(_varifocal, _PARTIALS, *arguments, shared=logistic_parts)
    return batch.reduce(losses, reduction, mean_over="weight")


def _varifocal(
    xp: Namespace, x: Any, t: Any, alpha: Any, gamma: Any, unread: bool
) -> Any:
    p, _, tail = logistic_parts(xp, x)
    fading = alpha * (power(xp, p, gamma) * (tail + xp.clamp_min(x, 0.0)))
    losses = xp.where(t == 0, fading, t * soft_entropy(xp, x, t, tail))
    return nan_if_bad(xp, losses, t, unread)


def _given(
    xp: Namespace, x: Any, t: Any, alpha: Any, gamma: Any, unread: bool, *parts: Any
) -> tuple[Any, ...]:
    """Return the logit, target, ``p``, ``1 - p``, both entropies and the power."""
    t, (p, q, tail) = nan_if_bad(xp, t, t, unread), parts
    x = xp.clamp(x, -FAR, FAR)
    p, q = sigmoid(xp, 1, x, p, q), sigmoid(xp, -1, x, p, q)
    off, on = (softplus(xp, sign, x, p, q, tail) for sign in (1, -1))
    return x, t, p, q, off, on, power(xp, p, gamma)


def _d_input(
    xp: Namespace, x: Any, t: Any, alpha: Any, gamma: Any, *others: Any
) -> Any:
    x, t, p, q, off, _, fading = _given(xp, x, t, alpha, gamma, *others)
    rate = alpha * fading * (p + gamma * q * off)
    return xp.where(t == 0, rate, t * excess(xp, x, t, p, q))


def _d_target(xp: Namespace, *arguments: Any) -> Any:
    # Of t * (t * on + (1 - t) * off).
    _, t, _, _, off, on, _ = _given(xp, *arguments)
    # A logit of nan stays.
    return xp.where(t == 0, 0 * off, 2 * t * on + (1 - 2 * t) * off)


def _d_alpha(xp: Namespace, *arguments: Any) -> Any:
    _, t, *_, off, _, fading = _given(xp, *arguments)
    return xp.where(t == 0, fading * off, 0 * t)


def _d_gamma(xp: Namespace, x: Any, t: Any, alpha: Any, *others: Any) -> Any:
    _, t, *_, off, on, fading = _given(xp, x, t, alpha, *others)
    # The large factor first, that a tail does not underflow.
    return xp.where(t == 0, -alpha * (fading * on) * off, 0 * t)


_PARTIALS = (_d_input, _d_target, _d_alpha, _d_gamma, None)
