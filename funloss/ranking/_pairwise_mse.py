"""Pairwise MSE loss: squared error of score differences."""

from typing import Any

from funloss._array import Namespace
from funloss._core.item_lists import item_lists
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.ranking._dcg import Gain
from funloss.ranking._lambda_weights import LambdaWeight, lambda_weighting
from funloss.ranking._pair_losses import PairLoss, reduce_pair_losses

__all__ = ["pairwise_mse_loss"]


@loss
def pairwise_mse_loss(
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
    """Pairwise MSE loss: squared error of score differences and label differences.

    With ``e = input - target``, the loss of a list is the sum of ``w[i] * v[i, j] *
    (e[i] - e[j])**2`` over all pairs in both orders, where ``v`` is the weight of a
    pair as for `pairwise_logistic_loss`. The mean counts them all, including those of
    an item with itself, whose loss is 0: without weights, the mean of a single list is
    twice the variance of its errors.

    Args:
        input: Scores, shape ``(*, L)``, real.
        target: Relevance, same shape, real.
        weight: Weight of each pair's first item, broadcastable to `input`.
        lambda_weight: This and all that follow: see `pairwise_logistic_loss`.
        topn: Ranks that count.
        normalize: Whether to divide gains by that of the ideal order.
        gain: How labels become gains.
        reduction: ``"none"``, ``"mean"`` over all pairs, or ``"sum"``.
        axis: Axis of the items.
        where: Which items there are.
        dtype: Of the result.

    Returns:
        Loss in squared units of the scores, otherwise as `pairwise_logistic_loss`.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: As `pairwise_logistic_loss`.

    Peers:
        `rax.pairwise_mse_loss`; see `pairwise_logistic_loss`.

    Examples:
        >>> import numpy as np
        >>> x, y = np.asarray([2.0, 1.0]), np.asarray([3, 0])
        >>> print(pairwise_mse_loss(x, y, reduction="sum"))  # twice (1 - 3)**2
        8.0
        >>> print(pairwise_mse_loss(x, y))
        2.0
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


def _squared_error(xp: Namespace, error: Any, option: Any) -> Any:
    del option
    return xp.square(error)


def _squared_error_d_error(xp: Namespace, error: Any, option: Any) -> Any:
    del xp, option
    return 2.0 * error


_PAIR_LOSS = PairLoss(
    _squared_error, _squared_error_d_error, of_error=True, all_pairs=True
)
