"""Pairwise quantile (pinball) loss of score differences."""

from typing import Any

from funloss._array import Namespace
from funloss._core.item_lists import item_lists
from funloss._core.loss import loss
from funloss._core.options import Bounds, Option
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.ranking._dcg import Gain
from funloss.ranking._lambda_weights import LambdaWeight, lambda_weighting
from funloss.ranking._pair_losses import PairLoss, reduce_pair_losses

__all__ = ["pairwise_quantile_loss"]


@loss
def pairwise_quantile_loss(
    input: Array,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    tau: Real = 0.5,
    squared: bool = False,
    lambda_weight: LambdaWeight = None,
    topn: int | None = None,
    normalize: bool = False,
    gain: Gain = "exponential",
    reduction: Reduction = "mean",
    axis: int = -1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Pairwise quantile (pinball) loss of score differences at level `tau`.

    As `pairwise_logistic_loss`, over the pairs with ``target[i] > target[j]``, with
    ``tau * max(0, -e) + (1 - tau) * max(0, e)`` for a pair, where ``e`` is the score
    difference minus the difference in relevance; `squared` squares both. At ``e == 0``
    the gradient is 0.

    Args:
        input: Scores, shape ``(*, L)``, real.
        target: Relevance, same shape, real.
        weight: Weight of each pair's more relevant item, broadcastable to `input`.
        tau: Weight of score differences that are too small, > 0 and <= 1; a number or a
            0-d array.
        squared: Whether to square errors; a Python bool.
        lambda_weight: This and all that follow: see `pairwise_logistic_loss`.
        topn: Ranks that count.
        normalize: Whether to divide gains by that of the ideal order.
        gain: How labels become gains.
        reduction: ``"none"``, ``"mean"`` over all pairs, or ``"sum"``.
        axis: Axis of the items.
        where: Which items there are.
        dtype: Of the result.

    Returns:
        Loss in units of the scores, squared with `squared`; otherwise as
        `pairwise_logistic_loss`.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: `tau` is out of its range, or as `pairwise_logistic_loss`.

    Peers:
        `rax.pairwise_qr_loss`; see `pairwise_logistic_loss`.

    Examples:
        >>> import numpy as np
        >>> x, y = np.asarray([2.0, 1.0]), np.asarray([3, 0])
        >>> print(pairwise_quantile_loss(x, y, tau=0.75))  # 0.75 * (3 - 1)
        1.5

    References:
        R. Koenker and G. Bassett, Regression quantiles, 1978.
    """
    weighting = lambda_weighting(lambda_weight, topn, normalize, gain)
    lists = item_lists(
        input,
        target,
        axis=axis,
        weight=weight,
        where=where,
        dtype=dtype,
        options={"tau": Option(tau, Bounds(above=0, at_most=1))},
    )
    pair_loss = _SQUARED if squared else _LINEAR
    return reduce_pair_losses(lists, pair_loss, weighting, reduction)


def _quantile(xp: Namespace, error: Any, tau: Any) -> Any:
    return tau * xp.clamp_min(-error, 0.0) + (1 - tau) * xp.clamp_min(error, 0.0)


def _quantile_d_error(xp: Namespace, error: Any, tau: Any) -> Any:
    above = (1 - tau) * xp.heaviside(error)
    return above - tau * xp.heaviside(-error)


def _quantile_d_tau(xp: Namespace, error: Any, tau: Any) -> Any:
    del xp, tau
    return -error


def _squared_quantile(xp: Namespace, error: Any, tau: Any) -> Any:
    return _quantile(xp, error * xp.absolute(error), tau)


def _squared_quantile_d_error(xp: Namespace, error: Any, tau: Any) -> Any:
    above = (1 - tau) * xp.clamp_min(error, 0.0)
    return 2.0 * (above - tau * xp.clamp_min(-error, 0.0))


def _squared_quantile_d_tau(xp: Namespace, error: Any, tau: Any) -> Any:
    del tau
    return -error * xp.absolute(error)


_LINEAR = PairLoss(_quantile, _quantile_d_error, _quantile_d_tau, of_error=True)
_SQUARED = PairLoss(
    _squared_quantile,
    _squared_quantile_d_error,
    _squared_quantile_d_tau,
    of_error=True,
)
