"""CoSENT loss."""

import math
from typing import Any

from funloss._algorithms._running_sums import at_index, clip_infinite, finite_limit
from funloss._array import Namespace
from funloss._core.item_lists import item_lists
from funloss._core.loss import loss
from funloss._core.options import positive
from funloss._core.record import Record
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.ranking._plackett_luce import rank_bounds, sort_by_relevance

__all__ = ["cosent_loss"]


@loss
def cosent_loss(
    input: Array,
    target: ArrayLike,
    *,
    scale: Real = 20.0,
    reduction: Reduction = "mean",
    axis: int = -1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """CoSENT loss: one logarithm over all pairs of a list that should be in order.

    The loss of a list is ``log(1 + sum(exp(scale * (input[j] - input[i]))))``, where
    the sum runs over the pairs of items with ``target[i] > target[j]``. Without such a
    pair, as in a list of equal targets, it is 0, with gradient 0.

    Args:
        input: Scores, such as cosines of pairs of texts, shape ``(*, L)``, real.
        target: How alike the texts are, or the relevance of the items, same shape,
            real. Only its order matters: it has no gradient.
        scale: Factor on the scores, > 0; a number or a 0-d array.
        reduction: ``"none"``, one loss per list; ``"mean"`` or ``"sum"`` over the
            lists.
        axis: Axis of the items.
        where: As for `ranking_softmax_loss`.
        dtype: As for `ranking_softmax_loss`.

    Returns:
        Loss in nats, shape of `input` without `axis` for ``"none"``, else ``()``. The
        mean of no lists, or of lists without items, is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, ``scale <= 0`` or `reduction` is unknown.

    Peers:
        The CoSENTLoss of sentence-transformers, with its cosines as `input` and the
        batch as one list; it holds a table of all pairs. With another similarity than
        the cosine it is its AnglELoss. Several lists, `where` and `dtype` are new.

    Numerics:
        Exponentials are relative to the largest difference of a pair, so that none
        overflows and a loss near 0 keeps its digits. Lists are sorted: no array is
        larger than `input`.

    Examples:
        >>> import numpy as np
        >>> x, y = np.asarray([0.8, 0.6, 0.9]), np.asarray([5, 1, 1])
        >>> print(cosent_loss(x, y, scale=10.0).round(4))
        1.349

    References:
        J. Su, CoSENT: a more efficient sentence vector scheme than Sentence-BERT, 2022.
    """
    lists = item_lists(
        input,
        target,
        axis=axis,
        where=where,
        dtype=dtype,
        options={"scale": positive(scale)},
    )
    xp, (scale,) = lists.xp, lists.options
    labels, scores = lists.labels, lists.scores
    # A nan anywhere in a list is in the loss, even without a pair.
    is_nan = xp.any(xp.isnan(scores), axis=-1, keepdims=True)
    scores = xp.nan_where(scores, is_nan)
    scores, labels, where = sort_by_relevance(xp, labels, scores, labels, lists.where)
    bounds = rank_bounds(xp, labels, ties=True)
    partials = (_cosent_d_scores, _cosent_d_scale, None, None, None)
    losses = xp.custom_jvp(_cosent, partials, scores, scale, *bounds, where, axis=-1)
    return lists.reduce(losses, reduction)


class _Sums(Record):
    """What the loss of a sorted list and its derivatives are computed from."""

    # 1 for an item, 0 where it is masked.
    weight: Any
    # Sums over the pairs of an item with those that should score lower, and with those
    # that should score higher, over the exponential of `excess`.
    below: Any
    above: Any
    # The largest difference of a pair that is out of order, else 0.
    excess: Any
    # The sum over all pairs.
    total: Any


def _sums(
    xp: Namespace,
    scores: Any,
    scale: Any,
    first_successor: Any,
    predecessors: Any,
    where: Any,
) -> _Sums:
    z = clip_infinite(xp, scores * scale)
    low, high, weight = z, z, xp.ones_like(z)
    if where is not None:
        limit = finite_limit(xp, z)
        low, high = xp.where(where, z, -limit), xp.where(where, z, limit)
        weight = xp.where(where, weight, 0.0)
    running = xp.cumulative_sumexp(low, weight, -1, reverse=True)
    top, below = at_index(xp, running, first_successor, empty_first=False)
    running = xp.cumulative_sumexp(-high, weight, -1)
    bottom, above = at_index(xp, running, predecessors, empty_first=True)
    largest = xp.stop_gradient(xp.amax(top - high, -1, keepdims=True))
    excess = xp.clamp_min(largest, 0.0)
    below = below * xp.exp(top - high - excess)
    above = above * xp.exp(low + bottom - excess)
    total = xp.total(weight * below, -1, keepdims=True)
    return _Sums(weight, below, above, excess, total)


def _cosent(xp: Namespace, *arguments: Any) -> Any:
    """Return the loss of each list, whose items are sorted by falling target."""
    sums = _sums(xp, *arguments)
    losses = sums.excess + xp.log1p(sums.total + xp.expm1(-sums.excess))
    losses = xp.where(losses > finite_limit(xp, losses) / 2, math.inf, losses)
    return xp.squeeze(losses, axis=-1)


def _cosent_d_z(xp: Namespace, *arguments: Any) -> Any:
    sums = _sums(xp, *arguments)
    whole = sums.total + xp.exp(-sums.excess)
    return sums.weight * (sums.above - sums.below) / whole


def _cosent_d_scores(xp: Namespace, scores: Any, scale: Any, *others: Any) -> Any:
    return scale * _cosent_d_z(xp, scores, scale, *others)


def _cosent_d_scale(xp: Namespace, scores: Any, scale: Any, *others: Any) -> Any:
    finite = xp.where(xp.isinf(scores), 0.0, scores)
    return finite * _cosent_d_z(xp, scores, scale, *others)
