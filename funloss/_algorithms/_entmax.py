"""The alpha-entmax of scores and its loss, without sorting.

With ``z = (alpha - 1) * (x - max(x))``, the probabilities of a row are ``max(0, scale +
z)**(1 / (alpha - 1))``, where `scale` in 0..1 makes them add up to 1. Written as ``p =
powers / sum(powers)`` of ``ratio = max(0, 1 + z / scale)``, they are accurate for
every alpha, and exactly 0 and 1 where one score is largest by ``1 / (alpha - 1)``.

The norm of ``scale + z`` is a convex function of `scale`, so that Newton's method from
1 decreases to the root without overshooting. The product of value and derivative falls
to a quarter or less in each step, which bounds the number of steps; a few are taken.
With `alpha` below 1 the scale is at least 1, the norm concave, and Newton's method
increases: these are the probabilities of a heavy-tailed softmax.
"""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.labels import expand_along

__all__ = ["entmax_d_input", "entmax_d_target", "entmax_from_scale", "entmax_scale"]


def entmax_scale(xp: Namespace, x: Any, alpha: float, axis: int) -> Any:
    """Return the scale of each row, `axis` kept; all derivatives are exact."""
    scale = xp.custom_jvp(_solved, (_scale_d_input, None), x, (alpha, axis), axis=axis)
    return xp.expand_dims(scale, axis=axis)


def _solved(xp: Namespace, x: Any, options: tuple[float, int]) -> Any:
    alpha, axis = options
    top = xp.amax(x, axis, keepdims=True)

    def step(scale: Any) -> Any:
        _, powers, weights = _powers(xp, x, top, scale, alpha)
        total = xp.total(powers, axis, keepdims=True)
        excess = scale * total - total ** (2 - alpha)
        return scale - excess / xp.total(weights, axis, keepdims=True)

    size, spacing = x.shape[axis], float(xp.finfo(x.dtype).eps)
    limit = math.ceil(math.log(size**2 / spacing, 4))
    if alpha < 1:
        first = -xp.clamp_min(step(1.0), 1.0)
        scale = -xp.iterate_decreasing(lambda scale: -step(-scale), first, limit)
    else:
        scale = xp.iterate_decreasing(step, xp.clamp_max(step(1.0), 1.0), limit)
    return xp.squeeze(scale, axis=axis)


def _scale_d_input(xp: Namespace, x: Any, options: tuple[float, int]) -> Any:
    alpha, axis = options
    *_, weights = _parts(xp, x, entmax_scale(xp, x, alpha, axis), options)
    return (1 - alpha) * weights / xp.total(weights, axis, keepdims=True)


def _powers(
    xp: Namespace, x: Any, top: Any, scale: Any, alpha: float
) -> tuple[Any, Any, Any]:
    """Return ``ratio``, its k-th power and the one before, ``k = 1 / (alpha - 1)``."""
    shifted = (alpha - 1) * (x - top) / scale
    inside = shifted > -1
    if alpha == 2:
        ratio = xp.where(inside, 1 + shifted, 0.0)
        return ratio, ratio, xp.astype(inside, x.dtype)
    if alpha == 1.5:
        ratio = xp.where(inside, 1 + shifted, 0.0)
        return ratio, xp.square(ratio), ratio
    shifted = xp.where(inside, shifted, 0.0)
    ratio = xp.where(inside, 1 + shifted, 0.0)
    powers = xp.where(inside, xp.exp(xp.log1p(shifted) / (alpha - 1)), 0.0)
    return ratio, powers, powers / (1 + shifted)


def _parts(
    xp: Namespace, x: Any, scale: Any, options: tuple[float, int]
) -> tuple[Any, Any, Any]:
    """Return ``p**(alpha - 1)``, ``p`` and weights in proportion to ``p**(2 - alpha)``.

    The maximum is a constant: the scale's derivative accounts for its change.
    """
    alpha, axis = options
    top = xp.stop_gradient(xp.amax(x, axis, keepdims=True))
    if alpha == 2:
        return _sparsemax(xp, x, top, scale, axis)
    ratio, powers, weights = _powers(xp, x, top, scale, alpha)
    total = xp.total(powers, axis, keepdims=True)
    return ratio / total ** (alpha - 1), powers / total, weights


def _sparsemax(
    xp: Namespace, x: Any, top: Any, scale: Any, axis: int
) -> tuple[Any, Any, Any]:
    """Return the parts for an alpha of 2, with the digits of small probabilities.

    The scale has its rounding, which the distance of their sum from 1 corrects.
    """
    above = (x - top) + scale
    inside = above > 0
    weights = xp.astype(inside, x.dtype)
    above = xp.where(inside, above, 0.0)
    distance = 1.0 - xp.total(above, axis, keepdims=True)
    change = distance / xp.total(weights, axis, keepdims=True)
    p = weights * xp.clamp_min(above + change, 0.0)
    return p, p, weights


def entmax_from_scale(
    xp: Namespace, x: Any, scale: Any, target: Any, options: tuple[float, int]
) -> Any:
    """Return the loss of each row, a sum of terms that are not negative.

    Per class: the Bregman divergence between target and prediction, plus the target
    times the distance of the score below the support threshold.
    """
    alpha, axis = options
    q = _target_probabilities(xp, x, target, axis)
    power, p, _ = _parts(xp, x, scale, options)
    if alpha == 2:
        each = 0.5 * xp.square(q - p)
    elif alpha == 1.5:
        root = xp.safe_sqrt(q)
        each = (2 / 3) * xp.square(root - power) * (2 * root + power)
    else:
        slack = (alpha - 1) * power * (p - q)
        slack = slack + q * (xp.safe_power(q, alpha - 1) - power)
        each = xp.clamp_min(slack / (alpha * (alpha - 1)), 0.0)
    # 0 times an infinite distance is 0.
    distance = xp.where(q == 0, 0.0, _below_support(xp, x, scale, options))
    value = xp.total(each + q * distance, axis)
    if xp.is_int(target.dtype):
        return value
    rest = xp.total(q, axis) - 1
    return value + rest * xp.total(p * power, axis) / alpha


def entmax_d_input(
    xp: Namespace, x: Any, scale: Any, target: Any, options: tuple[float, int]
) -> Any:
    """Return the gradient in the scores: the probabilities less the target."""
    _, p, _ = _parts(xp, x, scale, options)
    q = _target_probabilities(xp, x, target, options[1])
    if xp.is_int(target.dtype):
        return p - q
    return xp.total(q, options[1], keepdims=True) * p - q


def entmax_d_target(
    xp: Namespace, x: Any, scale: Any, target: Any, options: tuple[float, int]
) -> Any:
    """Return the gradient in target probabilities."""
    alpha, axis = options
    power, p, _ = _parts(xp, x, scale, options)
    difference = (xp.safe_power(target, alpha - 1) - power) / (alpha - 1)
    mean = xp.total(p * power, axis, keepdims=True) / alpha
    return difference + mean + _below_support(xp, x, scale, options)


def _below_support(
    xp: Namespace, x: Any, scale: Any, options: tuple[float, int]
) -> Any:
    """Return the distance of each score below the support threshold, at least 0."""
    alpha, axis = options
    top = xp.stop_gradient(xp.amax(x, axis, keepdims=True))
    return xp.clamp_min((top - x) - scale / (alpha - 1), 0.0)


def _target_probabilities(xp: Namespace, x: Any, target: Any, axis: int) -> Any:
    """Return target probabilities; a label is one-hot."""
    if not xp.is_int(target.dtype):
        return target
    classes = xp.arange(x.shape[axis], dtype=target.dtype, **xp.device_kw(x))
    return xp.astype(expand_along(xp, classes, axis, x.ndim) == target, x.dtype)
