"""Sums of hinges between the listed and the other classes, from sorted scores.

A listed class sets a bar at its score less 1, and a class that is not listed costs
what it stands above each bar. Sorting takes ``O(C log C)`` time and ``O(C)`` memory
a row where a table of the pairs would take ``O(C**2)`` of both. Only differences of
neighbours are added up, never scores, so nothing cancels.
"""

import math
from typing import Any

from funloss._array import Namespace

__all__ = ["pair_costs"]


def pair_costs(xp: Namespace, x: Any, labels: Any, listed: Any) -> Any:
    """Return the sum of ``max(0, 1 - x[k] + x[i])`` for each row of scores.

    ``k`` runs over the `labels` that are `listed`, as often as they are, and ``i``
    over all other classes. A nan score costs nothing, and at 0 a hinge has slope 0.
    """
    shape = x.shape
    rows = (math.prod(shape[:-1]), shape[-1])
    x, labels, listed = (xp.reshape(array, rows) for array in (x, labels, listed))
    if xp.name == "jax":  # rows are sorted, so each must lie on one device
        x, labels, listed = (
            xp.replicate_axes(array, 1) for array in (x, labels, listed)
        )
    # XLA sorts one array of integers six times as fast as scores with their indices.
    value = _cost_by_rank if xp.name == "jax" else _cost_by_order
    slopes = (_slope, None, None)
    cost = xp.custom_jvp(value, slopes, x, labels, listed, axis=1)
    return xp.reshape(cost, shape[:-1])


def _cost_by_order(xp: Namespace, x: Any, labels: Any, listed: Any) -> Any:
    """Sort scores and bars together; each gap counts for the pairs that span it."""
    times = xp.scatter(xp.astype(listed, x.dtype), labels, x.shape[1])
    key = xp.where(times > 0, x - 1, x)
    # How often the class sets a bar, -1 for a score, 0 for nan.
    role = xp.where(xp.isnan(x), 0.0, xp.where(times > 0, times, -1.0))
    key = xp.where(xp.isnan(x), 0.0, key)
    order = xp.argsort(key, axis=1)
    key, role = xp.gather(key, order, 1), xp.gather(role, order, 1)
    bars_below = xp.cumulative_sum(xp.where(role > 0, role, 0.0), axis=1)
    scores_above = _sum_from(xp, xp.astype(role < 0, x.dtype))
    pairs = bars_below[:, :-1] * scores_above[:, 1:]
    spanned = xp.logical_and(pairs > 0, key[:, 1:] > key[:, :-1])
    gaps = xp.where(spanned, key[:, 1:] - key[:, :-1], 0.0)
    return xp.total(gaps * pairs, 1)


def _cost_by_rank(xp: Namespace, x: Any, labels: Any, listed: Any) -> Any:
    """Sort the scores alone, and look up each bar among them."""
    scores, bars, _ = _sides(xp, x, labels, listed)
    scores, size = xp.sort_values(scores), x.shape[1]
    rank = _count(xp, scores, bars, ties=True)
    above = xp.astype(size - xp.arange(1, size, dtype=xp.int32), x.dtype)
    rises = scores[:, 1:] > scores[:, :-1]
    climb = xp.where(rises, above[None, :] * (scores[:, 1:] - scores[:, :-1]), 0.0)
    # What the scores from each one on exceed it by, altogether.
    excess = xp.concat([_sum_from(xp, climb), xp.zeros_like(x[:, :1])], axis=1)
    nearest = xp.where(rank < size, rank, size - 1)
    step = xp.gather(scores, nearest, 1) - bars
    cost = xp.gather(excess, nearest, 1) + xp.astype(size - rank, x.dtype) * step
    return xp.total(xp.where(rank < size, cost, 0.0), 1)


def _slope(xp: Namespace, x: Any, labels: Any, listed: Any) -> Any:
    """Count the bars below each score, and the scores above each bar."""
    scores, bars, wrong = _sides(xp, x, labels, listed)
    size = x.shape[1]
    above = size - _count(xp, xp.sort_values(scores), bars, ties=True)
    falls = xp.scatter(xp.astype(above, x.dtype), labels, size)
    below = _count(xp, xp.sort_values(bars), x, ties=False)
    return xp.where(wrong, xp.astype(below, x.dtype), -falls)


def _sides(xp: Namespace, x: Any, labels: Any, listed: Any) -> tuple[Any, Any, Any]:
    """Return the scores, the bars, and which classes are wrong.

    A score of -inf is above no bar, and no score is above a bar of inf: these stand
    for the classes of the other kind and for nan.
    """
    wrong = xp.scatter(xp.astype(listed, x.dtype), labels, x.shape[1]) == 0
    scores = xp.where(xp.logical_and(wrong, xp.logical_not(xp.isnan(x))), x, -math.inf)
    bars = xp.gather(x, labels, 1) - 1
    counts = xp.logical_and(listed, xp.logical_not(xp.isnan(bars)))
    return scores, xp.where(counts, bars, math.inf), wrong


def _count(xp: Namespace, ordered: Any, x: Any, *, ties: bool) -> Any:
    """Return how many of each ordered row are below each `x`, or tie with it.

    All are searched at once, by bisection: the loop takes the bits of the answer.
    """
    size = ordered.shape[1]

    def step(carry: Any, row: Any) -> Any:
        (found,), (bit,) = carry, row
        tried = found + bit
        last = xp.gather(ordered, xp.where(tried < size, tried, size) - 1, 1)
        passed = last <= x if ties else last < x
        fits = xp.logical_and(passed, tried <= size)
        return (xp.where(fits, tried, found),), bit

    bits = [2**k for k in reversed(range(size.bit_length()))]
    bits = xp.asarray(bits, dtype=xp.int32, **xp.device_kw(x))
    # From `x`: inside `jax.shard_map` the carry must vary as it does.
    none = xp.astype(xp.isnan(x), xp.int32) * 0
    (found,), _ = xp.scan(step, (none,), (bits,))
    return found


def _sum_from(xp: Namespace, x: Any) -> Any:
    """Return the sum of each element and those behind it."""
    sums = xp.cumulative_sum(xp.flip(x, axis=1), axis=1)
    return xp.flip(sums, axis=1)
