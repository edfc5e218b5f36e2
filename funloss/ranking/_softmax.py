"""Softmax of a list: the scores' shares against the relevance."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.loss import loss
from funloss._core.options import check_scalar
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.ranking._lists import Lists, enter_lists

__all__ = ["poly1_softmax_loss", "ranking_softmax_loss"]


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

    With ``p = softmax(input)`` over the items of a list and ``w`` the weights, the
    list costs ``-sum(w * target * log(p))``. Relevance is not normalised: a list
    of more relevant items counts for more, one without any costs 0.

    Args:
        input: Scores, shape ``(*, L)``, real. An item with score -inf is never
            chosen, and costs nothing unless it is relevant.
        target: Relevance, same shape, real, such as 0 and 1, or grades.
        weight: Factor on each item's relevance, broadcastable to `input`.
        reduction: ``"none"``, ``"mean"`` over the lists that have any item,
            whatever their weights, or ``"sum"``.
        axis: Axis of the items.
        where: Boolean, broadcastable to `input`: which items there are, in lists
            of different lengths. The others change neither value nor slope, even
            at nan. A list without any costs 0 and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Cost in nats, shape of `input` without `axis` for ``"none"``, else ``()``.
        The mean of no lists is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, or `reduction` is unknown.

    Peers:
        `optax.losses.ranking_softmax_loss` and `rax.softmax_loss`, except that
        the mean of no lists is nan, not 0, and that ``0 * log(0)`` is 0, not nan.
        Several lists in one row, which rax tells apart by `segments`, are not
        taken: put each in a row of its own, and say with `where` where it ends.

    Examples:
        >>> import numpy as np
        >>> x, y = np.log(np.asarray([[1.0, 3.0, 4.0]])), np.asarray([[0, 1, 1]])
        >>> print(ranking_softmax_loss(x, y).round(4))  # -log(3 / 8) - log(4 / 8)
        1.674

    References:
        Z. Cao, T. Qin, T.-Y. Liu, M.-F. Tsai and H. Li, Learning to rank: from
        pairwise approach to listwise approach, 2007.
    """
    lists = enter_lists(dtype, axis, input, target, weight=weight, where=where)
    cost = lists.xp.softmax_cross_entropy(
        _scores(lists), _relevance(lists), -1, lists.counted
    )
    return reduce_losses(lists.xp, lists.out, cost, reduction, where=lists.counted)


@loss
def poly1_softmax_loss(
    input: Array,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    epsilon: Real = 1.0,
    reduction: Reduction = "mean",
    axis: int = -1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Poly-1 softmax loss for ranking: softmax loss plus ``epsilon * (1 - p)``.

    As `ranking_softmax_loss`, plus ``epsilon * (1 - sum(q * p))``, where ``q`` is
    ``w * target`` divided by its sum over the list. Where that sum is 0, ``q`` is
    even, and the term is a constant.

    Args:
        input: Scores, shape ``(*, L)``, real.
        target: Relevance, same shape, real, >= 0.
        weight: Factor on each item's relevance, broadcastable to `input`.
        epsilon: Factor on the share of irrelevant items; a number or a 0-d array.
        reduction: As for `ranking_softmax_loss`.
        axis: Axis of the items.
        where: As for `ranking_softmax_loss`.
        dtype: As for `ranking_softmax_loss`.

    Returns:
        As `ranking_softmax_loss`.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, or `reduction` is unknown.

    Peers:
        `rax.poly1_softmax_loss`, with the differences of `ranking_softmax_loss`.

    Examples:
        >>> import numpy as np
        >>> x, y = np.log(np.asarray([[1.0, 3.0, 4.0]])), np.asarray([[0, 1, 1]])
        >>> print(poly1_softmax_loss(x, y).round(4))  # 1 - 7 / 16 more
        2.2365

    References:
        Z. Leng et al., PolyLoss: a polynomial expansion perspective of
        classification loss functions, 2022.
    """
    lists = enter_lists(dtype, axis, input, target, weight=weight, where=where)
    xp, keep = lists.xp, lists.keep
    epsilon = check_scalar(xp, lists.scores, epsilon=epsilon)
    scores, relevance = _scores(lists), _relevance(lists)
    cost = xp.softmax_cross_entropy(scores, relevance, -1, lists.counted)
    if keep is not None:
        # A softmax of -inf alone is nan.
        scores = xp.where(xp.expand_dims(lists.counted, axis=-1), scores, 0.0)
    share = xp.softmax(scores, -1) * _normalised(xp, relevance, keep)
    cost = cost + epsilon * (1.0 - xp.total(share, -1))
    return reduce_losses(xp, lists.out, cost, reduction, where=lists.counted)


def _scores(lists: Lists) -> Any:
    """Return the scores, -inf where there is no item."""
    if lists.keep is None:
        return lists.scores
    return lists.xp.where(lists.keep, lists.scores, -math.inf)


def _relevance(lists: Lists) -> Any:
    return lists.labels if lists.weight is None else lists.labels * lists.weight


def _normalised(xp: Namespace, relevance: Any, keep: Any) -> Any:
    """Return relevance over its sum; even where the sum is 0."""
    total = xp.total(relevance, -1, keepdims=True)
    void = total == 0
    even = xp.ones_like(relevance)
    even = even if keep is None else xp.where(keep, even, 0.0)
    count = xp.clamp_min(xp.total(even, -1, keepdims=True), 1.0)
    return xp.quotient(xp.where(void, even, relevance), xp.where(void, count, total))
