"""Pairwise soft zero-one loss: a smooth count of wrongly ordered pairs."""

from typing import Any

from funloss._array import Namespace
from funloss._core.item_lists import item_lists
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.ranking._dcg import Gain
from funloss.ranking._lambda_weights import LambdaWeight, lambda_weighting
from funloss.ranking._pair_losses import PairLoss, reduce_pair_losses

__all__ = ["pairwise_soft_zero_one_loss"]


@loss
def pairwise_soft_zero_one_loss(
    input: Array,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    lambda_weight: LambdaWeight = None,
    topn: int | None = None,
    normalize: bool = False,
    gain: Gain = "exponential",
    reduction: Reduction = "mean",
    axis: int = -1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Pairwise soft zero-one loss: a smooth count of wrongly ordered pairs.

    As `pairwise_logistic_loss` with ``sigmoid(-d)`` for a pair: a smooth count of
    the pairs in the wrong order.

    Args:
        input: Scores, shape ``(*, L)``, real.
        target: Relevance, same shape, real.
        weight: Weight of each pair's more relevant item, broadcastable to `input`.
        lambda_weight: This and all that follow: see `pairwise_logistic_loss`.
        topn: Ranks that count.
        normalize: Whether to divide gains by that of the ideal order.
        gain: How labels become gains.
        reduction: ``"none"``, ``"mean"`` over all pairs, or ``"sum"``.
        axis: Axis of the items.
        where: Which items there are.
        dtype: Of the result.

    Returns:
        Loss without unit, otherwise as `pairwise_logistic_loss`.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: As `pairwise_logistic_loss`.

    Peers:
        `rax.pairwise_soft_zero_one_loss`; see `pairwise_logistic_loss`.

    Examples:
        >>> import numpy as np
        >>> x, y = np.asarray([0.0, 0.0, 900.0]), np.asarray([1, 0, 0])
        >>> print(pairwise_soft_zero_one_loss(x, y))  # (1 / 2 + 1) / 2
        0.75
    """
    weighting = lambda_weighting(lambda_weight, topn, normalize, gain)
    lists = item_lists(
        input,
        target,
        axis=axis,
        weight=weight,
        where=where,
        dtype=dtype,
    )
    return reduce_pair_losses(lists, _PAIR_LOSS, weighting, reduction)


def _soft_zero_one(xp: Namespace, difference: Any, option: Any) -> Any:
    del option
    return xp.sigmoid(-difference)


def _soft_zero_one_d_difference(xp: Namespace, difference: Any, option: Any) -> Any:
    del option
    return -xp.sigmoid(difference) * xp.sigmoid(-difference)


_PAIR_LOSS = PairLoss(_soft_zero_one, _soft_zero_one_d_difference)
