"""Focal loss of heatmaps: peaks are positives, and what is near them counts less."""

from typing import Any

from funloss._array import Namespace
from funloss._core.elements import Elements, elements
from funloss._core.loss import loss
from funloss._core.options import non_negative
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.classification._focal_parts import (
    FAR,
    log_share,
    logistic_parts,
    nan_if_bad,
    power,
    sigmoid,
    softplus,
    unread_probability,
    whole,
)

__all__ = ["heatmap_focal_loss"]


@loss
def heatmap_focal_loss(
    input: Array,
    target: ArrayLike,
    *,
    alpha: Real | int = 2.0,
    beta: Real | int = 4.0,
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Heatmap focal loss: the penalty-reduced focal loss of CornerNet and CenterNet.

    With ``p = sigmoid(input)``, the loss of an element is ``-(1 - p)**alpha * log(p)``
    where the target is 1, a peak, and ``-(1 - target)**beta * p**alpha * log(1 - p)``
    elsewhere. The mean divides by the number of peaks, not of elements. Exact in both
    tails.

    Args:
        input: Logits, shape ``(*)``, real.
        target: Heatmap in 0..1, same shape, or a number: 1 at the peaks, and less the
            further from them, by a Gaussian as a rule.
        alpha: How fast the loss of an easy element fades, >= 0; a number or a 0-d
            array. On JAX each whole number has a program of its own.
        beta: How much less an element near a peak counts, >= 0; likewise.
        weight: Factor on each element's loss, broadcastable to `input`. The mean
            divides by the sum of the weights of the peaks.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``. The mean divides by 1 if
            there is no peak, or none with a weight.
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
        A target counts as a peak only where it is 1 in the dtype of the computation.
        The gradient in the target is 0 there, and that of the other elements elsewhere.

    Peers:
        CornerNet's, CenterNet's and scenic's take probabilities, clip them or add a
        small number, and lose the gradient of elements that are wrong by far.

    Examples:
        >>> import numpy as np
        >>> x, t = np.asarray([0.0, 0.0, -4.0]), np.asarray([1.0, 0.5, 0.0])
        >>> print(heatmap_focal_loss(x, t, reduction="none").round(6))
        [1.73287e-01 1.08300e-02 6.00000e-06]

    References:
        H. Law and J. Deng, CornerNet: detecting objects as paired keypoints, 2018. X.
        Zhou, D. Wang and P. Kraehenbuehl, Objects as points, 2019.
    """
    batch = elements(
        input=input,
        target=target,
        weight=weight,
        where=where,
        dtype=dtype,
        options={"alpha": non_negative(alpha), "beta": non_negative(beta)},
        broadcast_weight=True,
    )
    xp, (input, target) = batch.xp, batch.arrays.values()
    unread = unread_probability(xp, target)
    arguments = (input, target, *map(whole, batch.options), unread)
    losses = xp.custom_jvp(_heatmap, _PARTIALS, *arguments, shared=_parts)
    return batch.reduce(losses, reduction, divisor=_mass_of_peaks(batch, losses))


def _mass_of_peaks(batch: Elements, losses: Any) -> Any:
    """Return the sum of the weights of all peaks, 1 without one."""
    # A masked element is no peak: its target is 0 by now.
    xp, weight = batch.xp, batch.weight
    peaks = xp.broadcast_to(_is_peak(batch.arrays["target"]), losses.shape)
    if weight is None:
        mass = xp.astype(peaks, losses.dtype)
    else:
        (weight,) = xp.of_ndim(losses.ndim, weight)
        mass = xp.where(peaks, weight, 0.0)
    total = xp.total(mass)
    return total if 0 in losses.shape else xp.where(total == 0, 1.0, total)


def _is_peak(t: Any) -> Any:
    return t == 1


def _against(xp: Namespace, x: Any, t: Any) -> Any:
    """Return the logit of what the element is not."""
    return xp.where(_is_peak(t), -x, x)


def _parts(xp: Namespace, x: Any, t: Any, *_: Any) -> tuple[Any, ...]:
    return logistic_parts(xp, _against(xp, x, t))


def _far(xp: Namespace, t: Any) -> Any:
    """Return one minus the target, 1 at a peak."""
    return xp.where(_is_peak(t), 1.0, 1 - t)


def _heatmap(xp: Namespace, x: Any, t: Any, alpha: Any, beta: Any, unread: bool) -> Any:
    p, _, tail = _parts(xp, x, t)
    entropy = tail + xp.clamp_min(_against(xp, x, t), 0.0)
    share = power(xp, _far(xp, t), beta)
    losses = xp.multiply_no_nan(share, power(xp, p, alpha) * entropy)
    return nan_if_bad(xp, losses, t, unread)


def _given(
    xp: Namespace, x: Any, t: Any, alpha: Any, beta: Any, unread: bool, *parts: Any
) -> tuple[Any, ...]:
    """Return the target, its share, what fades, ``p``, ``1 - p`` and both entropies."""
    t, (p, q, tail) = nan_if_bad(xp, t, t, unread), parts
    x = _against(xp, xp.clamp(x, -FAR, FAR), t)
    p, q = sigmoid(xp, 1, x, p, q), sigmoid(xp, -1, x, p, q)
    off, on = (softplus(xp, sign, x, p, q, tail) for sign in (1, -1))
    return t, power(xp, _far(xp, t), beta), power(xp, p, alpha), p, q, off, on


def _d_input(xp: Namespace, x: Any, t: Any, alpha: Any, *others: Any) -> Any:
    t, share, fading, p, q, off, _ = _given(xp, x, t, alpha, *others)
    rate = share * fading * (p + alpha * q * off)
    return xp.where(_is_peak(t), -rate, rate)


def _d_target(
    xp: Namespace, x: Any, t: Any, alpha: Any, beta: Any, *others: Any
) -> Any:
    t, share, fading, *_, off, _ = _given(xp, x, t, alpha, beta, *others)
    change = -beta * share / _far(xp, t) * fading * off
    return xp.where(_is_peak(t), 0.0, change)


def _d_alpha(xp: Namespace, *arguments: Any) -> Any:
    _, share, fading, *_, off, on = _given(xp, *arguments)
    # The large factor first, that a tail does not underflow.
    return -(fading * on) * off * share


def _d_beta(xp: Namespace, *arguments: Any) -> Any:
    t, share, fading, *_, off, _ = _given(xp, *arguments)
    return share * log_share(xp, _far(xp, t), t) * fading * off


_PARTIALS = (_d_input, _d_target, _d_alpha, _d_beta, None)
