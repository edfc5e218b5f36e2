"""Sums of exponentials of positive scores, and of negative ones."""

import math
from typing import Any

from funloss._array import Namespace

__all__ = ["soft_sum_terms", "sums_of_powers"]


def soft_sum_terms(
    xp: Namespace, scores: Any, positives: Any, negatives: Any, axis: int
) -> tuple[Any, ...]:
    """Return what `sums_of_powers` does, of each kind beside a score of 0.

    Its 1 is in the sums, which are less 1, so that small sums keep their digits. With
    `negatives` None, what is not positive is negative.
    """
    rest = xp.logical_not(positives) if negatives is None else negatives
    # Below 0 is the largest of a row that is of one kind alone.
    tops = (
        xp.clamp_min(_largest(xp, scores, mask, 0.0, axis), 0.0)
        for mask in (positives, rest)
    )
    sums = _sums(xp, scores, positives, negatives, axis, *tops)
    powers, top, own, other_top, others = sums
    own, others = own + xp.expm1(-top), others + xp.expm1(-other_top)
    return powers, top, own, other_top, others


def sums_of_powers(
    xp: Namespace, scores: Any, positives: Any, negatives: Any, axis: int
) -> tuple[Any, ...]:
    """Return the exponentials of scores, and of each kind two columns.

    These are the largest score and the sum of exponentials less it; of none both are 0.
    """
    tops = []
    for mask in (positives, negatives):
        largest = _largest(xp, scores, mask, -math.inf, axis)
        tops.append(xp.where(xp.isinf(largest), 0.0, largest))
    return _sums(xp, scores, positives, negatives, axis, *tops)


def _largest(xp: Namespace, scores: Any, mask: Any, rest: float, axis: int) -> Any:
    """Return the largest score where `mask`, or `rest`, as a constant."""
    scores = xp.where(mask, scores, rest)
    return xp.stop_gradient(xp.amax(scores, axis, keepdims=True))


def _sums(
    xp: Namespace,
    scores: Any,
    positives: Any,
    negatives: Any,
    axis: int,
    top: Any,
    other_top: Any,
) -> tuple[Any, ...]:
    lower = scores - other_top
    lower = lower if negatives is None else xp.where(negatives, lower, -math.inf)
    powers = xp.exp(xp.where(positives, scores - top, lower))
    own, others = xp.joint_sum(
        xp.where(positives, powers, 0.0),
        xp.where(positives, 0.0, powers),
        axis=axis,
        apart=True,
    )
    return powers, top, own, other_top, others
