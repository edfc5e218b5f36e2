"""The alpha-entmax of scores, and its loss, without sorting them.

With ``z = (alpha - 1) * (x - max(x))``, the probabilities of a row are ``max(0, scale +
z)**(1 / (alpha - 1))``, where `scale` in 0..1 makes them add up to 1. Written as ``p =
powers / sum(powers)`` of ``ratio = max(0, 1 + z / scale)``, they keep their digits for
every alpha, and are exactly 0 and 1 where one class leads by ``1 / (alpha - 1)``.

The norm of ``scale + z`` is a convex function of `scale`, so that Newton's method from
1 falls to the root and never beyond. The product of its value and its slope becomes a
quarter or less at each step: that bounds the number of steps, of which a few are taken.
"""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.labels import expand_along

__all__ = ["entmax_cost", "entmax_scale", "score_slope", "truth_slope"]


def entmax_scale(xp: Namespace, x: Any, alpha: float, axis: int) -> Any:
    """Return the scale of each row, `axis` kept; slopes of every order are exact."""
    scale = xp.custom_jvp(_solved, (_scale_slope, None), x, (alpha, axis), axis=axis)
    return xp.expand_dims(scale, axis=axis)


def _solved(xp: Namespace, x: Any, options: tuple[float, int]) -> Any:
    alpha, axis = options
    top = xp.amax(x, axis, keepdims=True)

    def step(scale: Any) -> Any:
        _, powers, weights = _powers(xp, x, top, scale, alpha)
        mass = xp.total(powers, axis, keepdims=True)
        excess = scale * mass - mass ** (2 - alpha)
        return scale - excess / xp.total(weights, axis, keepdims=True)

    size, spacing = x.shape[axis], float(xp.finfo(x.dtype).eps)
    limit = math.ceil(math.log(size**2 / spacing, 4))
    scale = xp.iterate_decreasing(step, xp.clamp_max(step(1.0), 1.0), limit)
    return xp.squeeze(scale, axis=axis)


def _scale_slope(xp: Namespace, x: Any, options: tuple[float, int]) -> Any:
    alpha, axis = options
    *_, weights = _parts(xp, x, entmax_scale(xp, x, alpha, axis), options)
    return (1 - alpha) * weights / xp.total(weights, axis, keepdims=True)


def _powers(
    xp: Namespace, x: Any, top: Any, scale: Any, alpha: float
) -> tuple[Any, Any, Any]:
    """Return ``ratio``, its k-th power and the one before, ``k = 1 / (alpha - 1)``."""
    fall = (alpha - 1) * (x - top) / scale
    inside = fall > -1
    if alpha == 2:
        ratio = xp.where(inside, 1 + fall, 0.0)
        return ratio, ratio, xp.astype(inside, x.dtype)
    if alpha == 1.5:
        ratio = xp.where(inside, 1 + fall, 0.0)
        return ratio, xp.square(ratio), ratio
    fall = xp.where(inside, fall, 0.0)
    ratio = xp.where(inside, 1 + fall, 0.0)
    powers = xp.where(inside, xp.exp(xp.log1p(fall) / (alpha - 1)), 0.0)
    return ratio, powers, powers / (1 + fall)


def _parts(
    xp: Namespace, x: Any, scale: Any, options: tuple[float, int]
) -> tuple[Any, Any, Any]:
    """Return ``p**(alpha - 1)``, ``p`` and weights in proportion to ``p**(2 - alpha)``.

    The maximum is a constant, whose change the scale takes up.
    """
    alpha, axis = options
    top = xp.stop_gradient(xp.amax(x, axis, keepdims=True))
    ratio, powers, weights = _powers(xp, x, top, scale, alpha)
    mass = xp.total(powers, axis, keepdims=True)
    return ratio / mass ** (alpha - 1), powers / mass, weights


def entmax_cost(
    xp: Namespace, x: Any, scale: Any, truth: Any, options: tuple[float, int]
) -> Any:
    """Return the loss of each row, added up from terms that are not negative.

    Each class costs Bregman's divergence of its truth from its probability, and what
    its score lacks to a probability above 0 as often as it is true.
    """
    alpha, axis = options
    q = _of_classes(xp, x, truth, axis)
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
    # No truth, no lack: 0 of an infinite one is 0.
    lack = xp.where(q == 0, 0.0, _lack(xp, x, scale, options))
    value = xp.total(each + q * lack, axis)
    if xp.is_int(truth.dtype):
        return value
    rest = xp.total(q, axis) - 1
    return value + rest * xp.total(p * power, axis) / alpha


def score_slope(
    xp: Namespace, x: Any, scale: Any, truth: Any, options: tuple[float, int]
) -> Any:
    """Return the slope in the scores: the probabilities less the truth."""
    _, p, _ = _parts(xp, x, scale, options)
    q = _of_classes(xp, x, truth, options[1])
    if xp.is_int(truth.dtype):
        return p - q
    return xp.total(q, options[1], keepdims=True) * p - q


def truth_slope(
    xp: Namespace, x: Any, scale: Any, truth: Any, options: tuple[float, int]
) -> Any:
    """Return the slope in probabilities that are the truth."""
    alpha, axis = options
    power, p, _ = _parts(xp, x, scale, options)
    ahead = (xp.safe_power(truth, alpha - 1) - power) / (alpha - 1)
    even = xp.total(p * power, axis, keepdims=True) / alpha
    return ahead + even + _lack(xp, x, scale, options)


def _lack(xp: Namespace, x: Any, scale: Any, options: tuple[float, int]) -> Any:
    alpha, axis = options
    top = xp.stop_gradient(xp.amax(x, axis, keepdims=True))
    return xp.clamp_min((top - x) - scale / (alpha - 1), 0.0)


def _of_classes(xp: Namespace, x: Any, truth: Any, axis: int) -> Any:
    """Return the true probability of each class; labels have all of it on one."""
    if not xp.is_int(truth.dtype):
        return truth
    classes = xp.arange(x.shape[axis], dtype=truth.dtype, **xp.device_kw(x))
    return xp.astype(expand_along(xp, classes, axis, x.ndim) == truth, x.dtype)
