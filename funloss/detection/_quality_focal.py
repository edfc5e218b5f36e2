"""Quality focal loss: cross-entropy that fades as the probability nears its target."""

from typing import Any

from funloss._array import Namespace
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.options import non_negative
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.classification._focal_parts import (
    FAR,
    above_zero,
    entropy,
    log_share,
    logistic_parts,
    nan_if_bad,
    power,
    sigmoid,
    unread_probability,
    whole,
)
from funloss.detection._soft_targets import excess, soft_entropy

__all__ = ["quality_focal_loss"]


@loss
def quality_focal_loss(
    input: Array,
    target: ArrayLike,
    *,
    beta: Real | int = 2.0,
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Quality focal loss: cross-entropy times a power of the error of the probability.

    With ``p = sigmoid(input)``, the loss of an element is ``abs(p - target)**beta``
    times its `binary_cross_entropy_with_logits`. It is 0 where the probability is the
    target, as the cross-entropy of a soft target is not. Exact in both tails.

    Args:
        input: Logits, shape ``(*)``, real.
        target: Qualities in 0..1, same shape, or a number: as a rule the intersection
            over union of a box with its object, and 0 for background.
        beta: How fast the loss of a good element fades, >= 0; 0 is the cross-entropy
            itself. A number or a 0-d array; on JAX each whole number has a program of
            its own.
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
        ValueError: Shapes differ, ``beta < 0``, or a target lies outside 0..1 (on JAX:
            nan in value and gradient; see `debug_values`).

    Numerics:
        The error is a difference on the side of the smaller of ``p`` and ``1 - p``. For
        ``beta <= 1`` the loss has a corner where the error is 0, with gradient 0.

    Peers:
        Others sum, and divide by the number of boxes that have an object.

    Examples:
        >>> import numpy as np
        >>> x, t = np.asarray([0.0, 0.0, -4.0]), np.asarray([1.0, 0.5, 0.0])
        >>> print(quality_focal_loss(x, t, reduction="none").round(6))
        [1.73287e-01 0.00000e+00 6.00000e-06]

    References:
        X. Li et al., Generalized focal loss: learning qualified and distributed
        bounding boxes for dense object detection, 2020.
    """
    batch = elements(
        input=input,
        target=target,
        weight=weight,
        where=where,
        dtype=dtype,
        options={"beta": non_negative(beta)},
        broadcast_weight=True,
    )
    xp, (input, target) = batch.xp, batch.arrays.values()
    unread = unread_probability(xp, target)
    arguments = (input, target, *map(whole, batch.options), unread)
    losses = xp.custom_jvp(_quality, _PARTIALS, *arguments, shared=logistic_parts)
    return batch.reduce(losses, reduction, mean_over="weight")


def _quality(xp: Namespace, x: Any, t: Any, beta: Any, unread: bool) -> Any:
    p, q, tail = logistic_parts(xp, x)
    error = xp.absolute(excess(xp, x, t, p, q))
    losses = power(xp, error, beta) * soft_entropy(xp, x, t, tail)
    return nan_if_bad(xp, losses, t, unread)


def _given(
    xp: Namespace, x: Any, t: Any, beta: Any, unread: bool, *parts: Any
) -> tuple[Any, ...]:
    """Return the logit, target, ``p``, ``1 - p``, ``p - t`` and cross-entropy."""
    t, (p, q, tail) = nan_if_bad(xp, t, t, unread), parts
    x = xp.clamp(x, -FAR, FAR)
    p, q = sigmoid(xp, 1, x, p, q), sigmoid(xp, -1, x, p, q)
    return x, t, p, q, excess(xp, x, t, p, q), entropy(xp, x, t, p, q, tail)


def _fading(xp: Namespace, error: Any, beta: Any) -> tuple[Any, Any]:
    """Return ``abs(error)**beta`` and its derivative, 0 where that is infinite."""
    size = xp.absolute(error)
    if isinstance(beta, int) and beta > 1:
        # Of a square that has a derivative at 0, too.
        change = beta * (size ** (beta - 2) * error)
    else:
        least = float(xp.finfo(size.dtype).smallest_normal)
        base = xp.clamp_min(above_zero(xp, size), least)
        change = beta * (xp.sign(error) * base ** (beta - 1))
    return power(xp, size, beta), change


def _d_input(xp: Namespace, x: Any, t: Any, beta: Any, *others: Any) -> Any:
    _, _, p, q, error, losses = _given(xp, x, t, beta, *others)
    factor, change = _fading(xp, error, beta)
    return factor * error + change * (p * q) * losses


def _d_target(xp: Namespace, x: Any, t: Any, beta: Any, *others: Any) -> Any:
    x, *_, error, losses = _given(xp, x, t, beta, *others)
    factor, change = _fading(xp, error, beta)
    return -factor * x - change * losses


def _d_beta(xp: Namespace, x: Any, t: Any, beta: Any, *others: Any) -> Any:
    _, t, p, q, error, losses = _given(xp, x, t, beta, *others)
    size = xp.absolute(error)
    log = log_share(xp, size, xp.where(error < 0, (1 - t) + p, t + q))
    return power(xp, size, beta) * log * losses


_PARTIALS = (_d_input, _d_target, _d_beta, None)
