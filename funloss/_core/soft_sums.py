"""Sums of exponentials of positive and of negative scores, each kind beside a 1."""

import math
from typing import Any

from funloss._array import Namespace

__all__ = ["soft_sum_terms"]


def soft_sum_terms(
    xp: Namespace, scores: Any, positives: Any, negatives: Any, axis: int
) -> tuple[Any, ...]:
    """Return the exponentials of scores, and of each kind two columns.

    These are the largest score, at least 0, and the sum of exponentials less it, the 1
    included, minus 1: that small sums keep their digits. With `negatives` None, what is
    not positive is negative.
    """
    rest = xp.logical_not(positives) if negatives is None else negatives
    top, other_top = (
        xp.stop_gradient(xp.amax(xp.where(mask, scores, 0.0), axis, keepdims=True))
        for mask in (positives, rest)
    )
    # Below 0 is the largest of a row that is of one kind alone.
    top, other_top = (xp.clamp_min(x, 0.0) for x in (top, other_top))
    lower = scores - other_top
    lower = lower if negatives is None else xp.where(negatives, lower, -math.inf)
    powers = xp.exp(xp.where(positives, scores - top, lower))
    own, others = xp.joint_sum(
        xp.where(positives, powers, 0.0),
        xp.where(positives, 0.0, powers),
        axis=axis,
        apart=True,
    )
    own, others = own + xp.expm1(-top), others + xp.expm1(-other_top)
    return powers, top, own, other_top, others
