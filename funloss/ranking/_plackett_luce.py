"""Plackett-Luce model: each item is drawn by softmax among itself and its successors.

The items of a list are sorted by falling relevance. For each item we store the index of
its first successor and its number of predecessors.
"""

import math
from typing import Any

from funloss._algorithms._running_sums import (
    at_index,
    clip_infinite,
    finite_limit,
    group_bounds,
    positions,
)
from funloss._array import Namespace

__all__ = [
    "plackett_luce_d_scores",
    "plackett_luce_terms",
    "rank_bounds",
    "sort_by_relevance",
]


def sort_by_relevance(
    xp: Namespace, labels: Any, scores: Any, *others: Any
) -> list[Any]:
    """Return `scores` and `others` by falling label, ties in the order given.

    None stays. A nan label cannot be ranked: the scores of its list become nan.
    """
    order = xp.argsort_descending(labels, -1)
    scores = xp.nan_where(scores, xp.any(xp.isnan(labels), axis=-1, keepdims=True))
    arrays = scores, *others
    full = (x if x is None else xp.broadcast_to(x, labels.shape) for x in arrays)
    return [x if x is None else xp.gather(x, order, -1) for x in full]


def rank_bounds(xp: Namespace, labels: Any, *, ties: bool) -> tuple[Any, Any]:
    """Return the index of each item's first successor, and its predecessors' number.

    Lists are sorted. With `ties`, items of equal label are neither successors nor
    predecessors of each other.
    """
    index = positions(xp, labels)
    if not ties:
        return index + 1, index
    decreases = labels[..., 1:] < labels[..., :-1]
    return group_bounds(xp, index, decreases)[::-1]


def plackett_luce_terms(
    xp: Namespace, scores: Any, first_successor: Any, where: Any
) -> Any:
    """Return ``log(1 + sum(exp(scores[j] - scores[i])))`` over the successors j of i.

    Computed with log1p, so that terms near 0 keep their digits.
    """
    scores, top, weight = _successors(xp, scores, first_successor, where)
    difference = top - scores
    excess = xp.clamp_min(difference, 0.0)
    sum_minus_one = weight * xp.exp(difference - excess) + xp.expm1(-excess)
    losses = excess + xp.log1p(sum_minus_one)
    losses = xp.where(losses > finite_limit(xp, scores) / 2, math.inf, losses)
    return losses if where is None else xp.where(where, losses, 0.0)


def plackett_luce_d_scores(
    xp: Namespace,
    scores: Any,
    first_successor: Any,
    predecessors: Any,
    where: Any,
    factor: Any,
) -> Any:
    """Return the gradient of ``sum(factor * plackett_luce_terms)`` in the scores.

    Summed over predecessors instead of computed as ``p - 1``, which would cancel.
    """
    scores, top, weight = _successors(xp, scores, first_successor, where)
    best = xp.maximum(top, xp.stop_gradient(scores))
    successors = weight * xp.exp(top - best)
    ratio = factor / (xp.exp(scores - best) + successors)
    ratio = ratio if where is None else xp.where(where, ratio, 0.0)
    running = xp.cumulative_sumexp(-best, ratio, -1)
    lowest, ratios = at_index(xp, running, predecessors, empty_first=True)
    return ratios * xp.exp(scores + lowest) - ratio * successors


def _successors(
    xp: Namespace, scores: Any, first_successor: Any, where: Any
) -> tuple[Any, ...]:
    """Return finite scores, and the maximum and sum of exponentials of successors.

    The sum is relative to the exponential of the maximum.
    """
    weight = xp.ones_like(scores)
    if where is not None:
        scores = xp.where(where, scores, -math.inf)
        weight = xp.where(where, weight, 0.0)
    scores = clip_infinite(xp, scores)
    running = xp.cumulative_sumexp(scores, weight, -1, reverse=True)
    return scores, *at_index(xp, running, first_successor, empty_first=False)
