"""Sums of hinges over all pairs of a score and a threshold, from sorted scores.

The loss of a score is the sum of the amounts by which it exceeds thresholds. Sorting
takes ``O(N log N)`` time and ``O(N)`` memory a row, all pairs ``O(N**2)`` of both. Only
differences of neighbours are added up, never scores, so nothing cancels.
"""

import math
from typing import Any

from funloss._array import Namespace

__all__ = ["count_ordered", "excess_over", "pair_hinges", "sum_from"]


def pair_hinges(
    xp: Namespace, x: Any, is_score: Any, is_threshold: Any
) -> tuple[Any, Any]:
    """Return the sum of ``max(0, s - t)`` of each row, and how many are positive.

    The s are the elements of the row where `is_score`, the t those where
    `is_threshold`; none is both. At 0 a hinge has gradient 0. A nan makes its row nan.
    """
    used = xp.logical_or(is_score, is_threshold)
    bad = xp.logical_and(used, xp.isnan(x))
    x = xp.where(bad, 0.0, x)
    ordered = xp.sort_values(xp.where(is_score, x, -math.inf))
    thresholds = xp.stop_gradient(xp.where(is_threshold, x, math.inf))
    rank = count_ordered(xp, ordered, thresholds, ties=True)
    arguments = (x, is_score, is_threshold, ordered, rank)
    partials = (_hinges_d_x, None, None, None, None)
    losses = xp.custom_jvp(_hinges, partials, *arguments, axis=1)
    counts = xp.total(xp.astype(_length(xp, x) - rank, x.dtype), 1)
    return xp.nan_where(losses, xp.any(bad, axis=1)), counts


def _hinges(
    xp: Namespace, x: Any, is_score: Any, is_threshold: Any, ordered: Any, rank: Any
) -> Any:
    del is_score, is_threshold
    # Finite: infinities are where nothing is added up.
    ordered = xp.where(ordered == -math.inf, 0.0, ordered)
    thresholds = xp.where(rank < _length(xp, x), x, 0.0)
    return excess_over(xp, ordered, thresholds, rank)


def _hinges_d_x(
    xp: Namespace, x: Any, is_score: Any, is_threshold: Any, ordered: Any, rank: Any
) -> Any:
    """Count the thresholds below each score, and the scores above each threshold."""
    del ordered
    thresholds = xp.sort_values(xp.where(is_threshold, x, math.inf))
    scores = xp.stop_gradient(xp.where(is_score, x, -math.inf))
    below = count_ordered(xp, thresholds, scores, ties=False)
    # Of elements that are neither, both counts are 0.
    return xp.astype(below, x.dtype) - xp.astype(_length(xp, x) - rank, x.dtype)


def excess_over(xp: Namespace, scores: Any, thresholds: Any, rank: Any) -> Any:
    """Return the sum of ``max(0, s - t)`` for each row of ordered scores.

    `rank` says how many of the scores are not above each threshold.
    """
    size = _length(xp, scores)
    places = xp.arange(1, scores.shape[1], dtype=xp.int32, **xp.device_kw(scores))
    above = xp.astype(size - places, scores.dtype)
    rises = scores[:, 1:] > scores[:, :-1]
    rise = xp.where(rises, above[None, :] * (scores[:, 1:] - scores[:, :-1]), 0.0)
    # The sum of the amounts by which the scores from each one on exceed it.
    excess = sum_from(xp, xp.concat([rise, xp.zeros_like(scores[:, :1])], axis=1))
    nearest = xp.where(rank < size, rank, size - 1)
    step = xp.gather(scores, nearest, 1) - thresholds
    hinges = xp.gather(excess, nearest, 1) + xp.astype(size - rank, step.dtype) * step
    return xp.total(xp.where(rank < size, hinges, 0.0), 1)


def count_ordered(xp: Namespace, ordered: Any, x: Any, *, ties: bool) -> Any:
    """Return how many of each ordered row are below each `x`, or tie with it.

    One bisection for all: the loop runs over the bits of the results.
    """
    size = _length(xp, ordered)

    def step(carry: Any, row: Any) -> Any:
        (found,), (bit,) = carry, row
        tried = found + bit
        last = xp.gather(ordered, xp.where(tried < size, tried, size) - 1, -1)
        passed = last <= x if ties else last < x
        fits = xp.logical_and(passed, tried <= size)
        return (xp.where(fits, tried, found),), bit

    # Of a size that is open in an exported program, those of any number.
    length = size.bit_length() if isinstance(size, int) else 31
    bits = [2**k for k in reversed(range(length))]
    bits = xp.asarray(bits, dtype=xp.int32, **xp.device_kw(x))
    # From `x`: inside `jax.shard_map` the carry must vary as it does.
    none = xp.astype(xp.isnan(x), xp.int32) * 0
    (found,), _ = xp.scan(step, (none,), (bits,))
    return found


def _length(xp: Namespace, x: Any) -> Any:
    """Return the length of rows, an array if an exported program leaves it open."""
    size = x.shape[-1]
    if xp.known(size):
        return size
    return xp.astype(xp.count([size], x.dtype), xp.int32)


def sum_from(xp: Namespace, x: Any) -> Any:
    """Return the sum of each element and those after it."""
    sums = xp.cumulative_sum(xp.flip(x, axis=1), axis=1)
    return xp.flip(sums, axis=1)
