"""What focal losses of logits are made of."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.checks import check_values
from funloss.classification._binary_cross_entropy import is_no_probability

__all__ = [
    "FAR",
    "above_zero",
    "exponentials",
    "floored",
    "nan_if_bad",
    "power",
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
