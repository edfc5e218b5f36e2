"""Poly-1 softmax loss for ranking."""

from typing import Any

from funloss._array import Namespace
from funloss._core.item_lists import item_lists
from funloss._core.loss import loss
from funloss._core.options import real
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.ranking._ranking_softmax import softmax_arguments

__all__ = ["poly1_softmax_loss"]


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

    As `ranking_softmax_loss`, plus ``epsilon * (1 - sum(q * p))``, where ``q`` is ``w *
    target`` divided by its sum over the list. Where that sum is 0, ``q`` is uniform.

    Args:
        input: Scores, shape ``(*, L)``, real.
        target: Relevance, same shape, real, >= 0.
        weight: Factor on each item's relevance, broadcastable to `input`.
        epsilon: Factor on ``1 - sum(q * p)``; a number or a 0-d array.
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
    lists = item_lists(
        input,
        target,
        axis=axis,
        weight=weight,
        where=where,
        dtype=dtype,
        options={"epsilon": real(epsilon)},
    )
    xp, (epsilon,) = lists.xp, lists.options
    scores, relevance = softmax_arguments(lists)
    losses = xp.softmax_cross_entropy(scores, relevance, -1, lists.lists_where)
    if lists.where is not None:
        # A softmax of -inf alone is nan.
        has_items = xp.expand_dims(lists.lists_where, axis=-1)
        scores = xp.where(has_items, scores, 0.0)
    agreement = xp.softmax(scores, -1) * _normalize(xp, relevance, lists.where)
    losses = losses + epsilon * (1.0 - xp.total(agreement, -1))
    return lists.reduce(losses, reduction)


def _normalize(xp: Namespace, relevance: Any, where: Any) -> Any:
    """Return relevance divided by its sum; uniform where the sum is 0."""
    total = xp.total(relevance, -1, keepdims=True)
    is_zero = total == 0
    ones = xp.ones_like(relevance)
    ones = ones if where is None else xp.where(where, ones, 0.0)
    count = xp.clamp_min(xp.total(ones, -1, keepdims=True), 1.0)
    relevance = xp.where(is_zero, ones, relevance)
    return xp.quotient(relevance, xp.where(is_zero, count, total))
