"""ListMLE loss."""

from typing import Any

from funloss._array import Namespace
from funloss._core.item_lists import item_lists
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.ranking._plackett_luce import (
    plackett_luce_d_scores,
    plackett_luce_terms,
    rank_bounds,
    sort_by_relevance,
)

__all__ = ["listmle_loss"]


@loss
def listmle_loss(
    input: Array,
    target: ArrayLike,
    *,
    reduction: Reduction = "mean",
    axis: int = -1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """ListMLE loss: negative Plackett-Luce log-likelihood of the true order.

    Items are drawn one after the other, each with probability ``softmax(input)`` among
    those that are left. The loss of a list is ``-log`` of the probability that they are
    drawn by falling relevance, items of equal relevance in the order of the list.

    Args:
        input: Scores, shape ``(*, L)``, real.
        target: Relevance, same shape, real; only its order matters.
        reduction: ``"none"``, ``"mean"`` over the lists that have any item, or
            ``"sum"``.
        axis: Axis of the items.
        where: As for `ranking_softmax_loss`.
        dtype: As for `ranking_softmax_loss`.

    Returns:
        Loss in nats, shape of `input` without `axis` for ``"none"``, else ``()``. The
        mean of no lists is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, or `reduction` is unknown.

    Peers:
        `rax.listmle_loss`. With a `key` that draws the order of ties at random:
        break them by adding small random numbers to `target`.

    Examples:
        >>> import numpy as np
        >>> x, y = np.zeros(3), np.asarray([2, 0, 1])
        >>> print(listmle_loss(x, y).round(4))  # one order in six
        1.7918

    References:
        F. Xia, T.-Y. Liu, J. Wang, W. Zhang and H. Li, Listwise approach to
        learning to rank: theory and algorithm, 2008.
    """
    lists = item_lists(input, target, axis=axis, where=where, dtype=dtype)
    xp = lists.xp
    scores, where = sort_by_relevance(xp, lists.labels, lists.scores, lists.where)
    successors, predecessors = rank_bounds(xp, scores, ties=False)
    arguments = (scores, successors, predecessors, where)
    partials = (_listmle_d_scores, None, None, None)
    losses = xp.custom_jvp(_listmle, partials, *arguments, axis=-1)
    return lists.reduce(losses, reduction)


def _listmle(
    xp: Namespace, scores: Any, successors: Any, predecessors: Any, where: Any
) -> Any:
    del predecessors
    return xp.total(plackett_luce_terms(xp, scores, successors, where), -1)


def _listmle_d_scores(
    xp: Namespace, scores: Any, successors: Any, predecessors: Any, where: Any
) -> Any:
    ones = xp.ones_like(scores)
    return plackett_luce_d_scores(xp, scores, successors, predecessors, where, ones)
