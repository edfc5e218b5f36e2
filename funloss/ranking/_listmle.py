"""ListMLE: the likelihood of the right order of a list."""

from typing import Any

from funloss._array import Namespace
from funloss._core.loss import loss
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.ranking._choice import choice_costs, choice_slopes, in_order, places
from funloss.ranking._lists import enter_lists

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

    Items are drawn one after the other, each with probability ``softmax(input)``
    among those that are left. A list costs ``-log`` of the probability that they
    come by falling relevance; items of equal relevance in the order of the list.

    Args:
        input: Scores, shape ``(*, L)``, real.
        target: Relevance, same shape, real; only its order matters.
        reduction: ``"none"``, ``"mean"`` over the lists that have any item, or
            ``"sum"``.
        axis: Axis of the items.
        where: As for `ranking_softmax_loss`.
        dtype: As for `ranking_softmax_loss`.

    Returns:
        Cost in nats, shape of `input` without `axis` for ``"none"``, else ``()``.
        The mean of no lists is nan.

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
    xp, out, scores, labels, _, keep, counted = enter_lists(
        dtype, axis, input, target, where=where
    )
    scores, keep = in_order(xp, labels, scores, keep)
    behind, ahead = places(xp, scores, ties=False)
    arguments = (scores, behind, ahead, keep)
    cost = xp.custom_jvp(_cost, (_slope, None, None, None), *arguments, axis=-1)
    return reduce_losses(xp, out, cost, reduction, where=counted)


def _cost(xp: Namespace, scores: Any, behind: Any, _: Any, keep: Any) -> Any:
    return xp.total(choice_costs(xp, scores, behind, keep), -1)


def _slope(xp: Namespace, scores: Any, behind: Any, ahead: Any, keep: Any) -> Any:
    return choice_slopes(xp, scores, behind, ahead, keep, xp.ones_like(scores))
