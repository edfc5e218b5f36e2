"""Sums of hinges between target and other classes, from sorted scores.

The threshold of a target class is its score less 1; the loss of another class is the
sum of the amounts by which its score exceeds thresholds.
"""

import math
from typing import Any

from funloss._algorithms._sorted_hinges import count_ordered, excess_over, sum_from
from funloss._array import Namespace

__all__ = ["sum_of_hinges"]


def sum_of_hinges(xp: Namespace, x: Any, labels: Any, is_target: Any) -> Any:
    """Return the sum of ``max(0, 1 - x[k] + x[i])`` for each row of scores.

    ``k`` runs over the `labels` with `is_target`, repeated ones included, and ``i``
    over all other classes. A nan score adds 0, and at 0 a hinge has gradient 0.
    """
    shape = x.shape
    rows = (math.prod(shape[:-1]), shape[-1])
    x, labels, is_target = (xp.reshape(array, rows) for array in (x, labels, is_target))
    if xp.name == "jax":  # rows are sorted, so each must be on one device
        x, labels, is_target = (
            xp.replicate_axes(array, 1) for array in (x, labels, is_target)
        )
    # XLA sorts one array of integers six times as fast as scores with their indices.
    formula = _hinges_by_rank if xp.name == "jax" else _hinges_by_order
    partials = (_hinges_d_input, None, None)
    losses = xp.custom_jvp(formula, partials, x, labels, is_target, axis=1)
    return xp.reshape(losses, shape[:-1])


def _hinges_by_order(xp: Namespace, x: Any, labels: Any, is_target: Any) -> Any:
    """Sort scores and thresholds together; each gap counts for pairs that span it."""
    repeats = xp.scatter(xp.astype(is_target, x.dtype), labels, x.shape[1])
    key = xp.where(repeats > 0, x - 1, x)
    # How often the class is a target, -1 for another class, 0 for nan.
    count = xp.where(xp.isnan(x), 0.0, xp.where(repeats > 0, repeats, -1.0))
    key = xp.where(xp.isnan(x), 0.0, key)
    order = xp.argsort(key, axis=1)
    key, count = xp.gather(key, order, 1), xp.gather(count, order, 1)
    thresholds_below = xp.cumulative_sum(xp.where(count > 0, count, 0.0), axis=1)
    scores_above = sum_from(xp, xp.astype(count < 0, x.dtype))
    pairs = thresholds_below[:, :-1] * scores_above[:, 1:]
    spanned = xp.logical_and(pairs > 0, key[:, 1:] > key[:, :-1])
    gaps = xp.where(spanned, key[:, 1:] - key[:, :-1], 0.0)
    return xp.total(gaps * pairs, 1)


def _hinges_by_rank(xp: Namespace, x: Any, labels: Any, is_target: Any) -> Any:
    """Sort the scores alone, and search for each threshold among them."""
    scores, thresholds, _ = _scores_and_thresholds(xp, x, labels, is_target)
    scores = xp.sort_values(scores)
    rank = count_ordered(xp, scores, thresholds, ties=True)
    return excess_over(xp, scores, thresholds, rank)


def _hinges_d_input(xp: Namespace, x: Any, labels: Any, is_target: Any) -> Any:
    """Count the thresholds below each score, and the scores above each threshold."""
    scores, thresholds, is_other = _scores_and_thresholds(xp, x, labels, is_target)
    size = x.shape[1]
    above = size - count_ordered(xp, xp.sort_values(scores), thresholds, ties=True)
    above_target = xp.scatter(xp.astype(above, x.dtype), labels, size)
    below = count_ordered(xp, xp.sort_values(thresholds), x, ties=False)
    return xp.where(is_other, xp.astype(below, x.dtype), -above_target)


def _scores_and_thresholds(
    xp: Namespace, x: Any, labels: Any, is_target: Any
) -> tuple[Any, Any, Any]:
    """Return the scores, the thresholds, and which classes are no targets.

    A score of -inf is above no threshold, and no score is above a threshold of inf:
    these replace nan and the classes of the other kind.
    """
    is_other = xp.scatter(xp.astype(is_target, x.dtype), labels, x.shape[1]) == 0
    scores = xp.where(
        xp.logical_and(is_other, xp.logical_not(xp.isnan(x))), x, -math.inf
    )
    thresholds = xp.gather(x, labels, 1) - 1
    counts = xp.logical_and(is_target, xp.logical_not(xp.isnan(thresholds)))
    return scores, xp.where(counts, thresholds, math.inf), is_other
