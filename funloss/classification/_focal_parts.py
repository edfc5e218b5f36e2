"""What focal losses of logits are made of."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.checks import check_values
from funloss.classification._binary_cross_entropy import is_no_probability

__all__ = [
    "FAR",
    "above_zero",
    "entropy",
    "exponentials",
    "floored",
    "further",
    "log_share",
    "logistic_parts",
    "nan_if_bad",
    "power",
    "sigmoid",
    "softplus",
    "unread_probability",
    "whole",
]

# Infinite logits count as this in derivatives, where 0 times infinity would be nan.
FAR = 1e30


def unread_probability(xp: Namespace, target: Any) -> bool:
    """Raise where a target is outside 0..1, or tell that it was not read."""
    bad = xp.custom_jvp(is_no_probability, None, target)
    return check_values(xp, "in 0..1", target=(target, bad)) is not None


def whole(gamma: Any) -> Any:
    """Return a whole number as an integer, whose powers are products."""
    return int(gamma) if isinstance(gamma, float) and gamma.is_integer() else gamma


def power(xp: Namespace, base: Any, gamma: Any) -> Any:
    """Return ``base**gamma``, whose derivatives at 0 are finite for every `gamma`."""
    return base**gamma if isinstance(gamma, int) else xp.safe_power(base, gamma)


def nan_if_bad(xp: Namespace, x: Any, t: Any, unread: bool) -> Any:
    """Return `x`, nan where a target is `unread` and no probability."""
    return xp.where(is_no_probability(xp, t), math.nan, x) if unread else x


def exponentials(xp: Namespace, x: Any, *_: Any) -> tuple[Any, ...]:
    """Return ``p``, ``1 - p``, and the cross-entropy of the likelier side."""
    return xp.sigmoid(x), xp.sigmoid(-x), xp.softplus_tail(xp.absolute(x))


def above_zero(xp: Namespace, rest: Any) -> Any:
    """Return `rest`, 1 where it is 0."""
    # So is its power there: what is divided by it does not matter.
    return xp.where(rest == 0, 1.0, rest)


def floored(xp: Namespace, rest: Any) -> Any:
    """Return `rest`, high enough that a direction over it does not overflow."""
    return xp.clamp_min(rest, float(xp.finfo(rest.dtype).smallest_normal) ** 0.75)


def logistic_parts(xp: Namespace, x: Any, *_: Any) -> tuple[Any, ...]:
    """Return ``p``, ``1 - p``, and the cross-entropy of the likelier side.

    Of one exponential and one quotient: values alone, without derivatives at 0.
    """
    small = xp.exp(-xp.absolute(x))
    likely = 1 / (1 + small)
    unlikely = small * likely
    p, q = xp.where(x < 0, unlikely, likely), xp.where(x < 0, likely, unlikely)
    return p, q, xp.log1p(small)


def sigmoid(xp: Namespace, sign: int, *parts: Any) -> Any:
    """Return `p` or `q`, with its derivatives."""

    def value(xp: Namespace, x: Any, p: Any, q: Any) -> Any:
        # A product, as torch takes no argument itself for a result.
        return 1 * (p if sign > 0 else q)

    def d_x(xp: Namespace, *parts: Any) -> Any:
        return sign * sigmoid(xp, 1, *parts) * sigmoid(xp, -1, *parts)

    return xp.custom_jvp(value, (d_x, None, None), *parts)


def softplus(xp: Namespace, sign: int, *parts: Any) -> Any:
    """Return ``log(1 + exp(sign * x))``, with its derivative at 0."""

    def value(xp: Namespace, x: Any, p: Any, q: Any, tail: Any) -> Any:
        return tail + xp.clamp_min(sign * x, 0.0)

    def d_x(xp: Namespace, x: Any, p: Any, q: Any, tail: Any) -> Any:
        return p if sign > 0 else -q

    return xp.custom_jvp(value, (d_x, None, None, None), *parts)


def log_share(xp: Namespace, x: Any, others: Any) -> Any:
    """Return ``log(x)`` for ``x + others == 1``, of the smaller one; 0 at 0."""
    near = xp.log1p(-xp.clamp_max(others, 0.5))
    return xp.where(others < 0.5, near, xp.log(above_zero(xp, x)))


def further(xp: Namespace, x: Any, t: Any) -> Any:
    """Return what the cross-entropy of the other side has more than its tail."""
    return (1 - t) * xp.clamp_min(x, 0.0) + t * xp.clamp_min(-x, 0.0)


def entropy(xp: Namespace, *parts: Any) -> Any:
    """Return the cross-entropy, whose derivative keeps the digits of ``1 - p_t``."""

    def value(xp: Namespace, x: Any, t: Any, p: Any, q: Any, tail: Any) -> Any:
        return tail + further(xp, x, t)

    def d_x(xp: Namespace, x: Any, t: Any, p: Any, q: Any, tail: Any) -> Any:
        return (1 - t) * p - t * q

    def d_t(xp: Namespace, x: Any, t: Any, p: Any, q: Any, tail: Any) -> Any:
        return -x

    return xp.custom_jvp(value, (d_x, d_t, *(None,) * 3), *parts)
