"""Softmax cross-entropy for ranking (ListNet)."""

import math
from typing import Any

from funloss._core.item_lists import ItemLists, item_lists
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["ranking_softmax_loss", "softmax_arguments"]


@loss
def ranking_softmax_loss(
    input: Array,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    reduction: Reduction = "mean",
    axis: int = -1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Softmax cross-entropy for ranking (ListNet): ``-sum(target * log(p))``.

    With ``p = softmax(input)`` over the items of a list and ``w`` the weights, the loss
    of a list is ``-sum(w * target * log(p))``. Relevance is not normalised: a list of
    more relevant items counts for more, one without any has loss 0.

    Args:
        input: Scores, shape ``(*, L)``, real. An item with score -inf has probability
            0, and loss 0 unless it is relevant.
        target: Relevance, same shape, real, such as 0 and 1, or grades.
        weight: Factor on each item's relevance, broadcastable to `input`.
        reduction: ``"none"``, ``"mean"`` over the lists that have any item,
            whatever their weights, or ``"sum"``.
        axis: Axis of the items.
        where: Boolean, broadcastable to `input`: which items there are, in lists of
            different lengths. The others change neither value nor gradient, even at
            nan. A list without any has loss 0 and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in nats, shape of `input` without `axis` for ``"none"``, else ``()``. The
        mean of no lists is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, or `reduction` is unknown.

    Peers:
        `optax.losses.ranking_softmax_loss` and `rax.softmax_loss`, except that
        the mean of no lists is nan, not 0, and that ``0 * log(0)`` is 0, not nan.
        Several lists in one row, which rax tells apart by `segments`, are not
        supported: give each a row of its own, and mask the end of short ones.

    Examples:
        >>> import numpy as np
        >>> x, y = np.log(np.asarray([[1.0, 3.0, 4.0]])), np.asarray([[0, 1, 1]])
        >>> print(ranking_softmax_loss(x, y).round(4))  # -log(3 / 8) - log(4 / 8)
        1.674

    References:
        Z. Cao, T. Qin, T.-Y. Liu, M.-F. Tsai and H. Li, Learning to rank: from
        pairwise approach to listwise approach, 2007.
    """
    lists = item_lists(
        input, target, axis=axis, weight=weight, where=where, dtype=dtype
    )
    scores, relevance = softmax_arguments(lists)
    losses = lists.xp.softmax_cross_entropy(scores, relevance, -1, lists.lists_where)
    return lists.reduce(losses, reduction)


def softmax_arguments(lists: ItemLists) -> tuple[Any, Any]:
    """Return the scores, -inf where masked, and the weighted relevance."""
    scores, relevance = lists.scores, lists.labels
    if lists.where is not None:
        scores = lists.xp.where(lists.where, scores, -math.inf)
    return scores, relevance if lists.weight is None else relevance * lists.weight
