"""Pairwise hinge loss for ranking."""

from typing import Any

from funloss._array import Namespace
from funloss._core.item_lists import item_lists
from funloss._core.loss import loss
from funloss._core.options import real
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.ranking._dcg import Gain
from funloss.ranking._lambda_weights import LambdaWeight, lambda_weighting
from funloss.ranking._pair_losses import PairLoss, reduce_pair_losses

__all__ = ["pairwise_hinge_loss"]


@loss
def pairwise_hinge_loss(
    input: Array,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    margin: Real = 1.0,
    lambda_weight: LambdaWeight = None,
    topn: int | None = None,
    normalize: bool = False,
    gain: Gain = "exponential",
    reduction: Reduction = "mean",
    axis: int = -1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Pairwise hinge loss for ranking: ``max(0, margin - d)`` of score differences.

    As `pairwise_logistic_loss` with ``max(0, margin - d)`` for a pair. For a score
    difference of exactly `margin` the hinge is active: the gradient is not 0.

    Args:
        input: Scores, shape ``(*, L)``, real.
        target: Relevance, same shape, real.
        weight: Weight of each pair's more relevant item, broadcastable to `input`.
        margin: Score difference to reach, in units of the scores; a number or a 0-d
            array.
        lambda_weight: This and all that follow: see `pairwise_logistic_loss`.
        topn: Ranks that count.
        normalize: Whether to divide gains by that of the ideal order.
        gain: How labels become gains.
        reduction: ``"none"``, ``"mean"`` over all pairs, or ``"sum"``.
        axis: Axis of the items.
        where: Which items there are.
        dtype: Of the result.

    Returns:
        Loss in units of the scores, otherwise as `pairwise_logistic_loss`.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: As `pairwise_logistic_loss`.

    Peers:
        `rax.pairwise_hinge_loss`, whose margin is always 1, and whose gradient is 0
        exactly there; see `pairwise_logistic_loss`.

    Examples:
        >>> import numpy as np
        >>> x, y = np.asarray([2.0, 1.5, 3.0]), np.asarray([1, 0, 0])
        >>> print(pairwise_hinge_loss(x, y))  # (0.5 + 2) / 2
        1.25

    References:
        R. Herbrich, T. Graepel and K. Obermayer, Large margin rank boundaries for
        ordinal regression, 2000.
    """
    weighting = lambda_weighting(lambda_weight, topn, normalize, gain)
    lists = item_lists(
        input,
        target,
        axis=axis,
        weight=weight,
        where=where,
        dtype=dtype,
        options={"margin": real(margin)},
    )
    return reduce_pair_losses(lists, _PAIR_LOSS, weighting, reduction)


def _hinge(xp: Namespace, difference: Any, margin: Any) -> Any:
    return xp.clamp_min(margin - difference, 0.0)


def _hinge_d_difference(xp: Namespace, difference: Any, margin: Any) -> Any:
    return -_hinge_d_margin(xp, difference, margin)


def _hinge_d_margin(xp: Namespace, difference: Any, margin: Any) -> Any:
    # Not the literal 1: XLA would share it with the forward (L, L) array and
    # materialise it.
    one = 0.0 * margin + 1.0
    return one - xp.heaviside(difference - margin)


_PAIR_LOSS = PairLoss(_hinge, _hinge_d_difference, _hinge_d_margin)
