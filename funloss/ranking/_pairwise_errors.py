"""Losses of pairs: a lead in score should be that in relevance."""

from typing import Any

from funloss._array import Namespace
from funloss._core.checks import check_choice
from funloss._core.loss import loss
from funloss._core.options import check_scalar
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.ranking._lambda import LambdaWeight, weighing
from funloss.ranking._lists import Gain, enter_lists
from funloss.ranking._pairs import Pair, pair_costs

__all__ = ["pairwise_mse_loss", "pairwise_quantile_loss"]


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

    With ``e = input - target``, a list costs the sum of ``w[i] * v[i, j] * (e[i] -
    e[j])**2`` over all pairs in both orders, where ``v`` is the weight of a pair
    as for `pairwise_logistic_loss`. The mean counts them all, those of an item with
    itself too, which cost nothing: without weights, that of a single list is twice
    the variance of its errors.

    Args:
        input: Scores, shape ``(*, L)``, real.
        target: Relevance, same shape, real.
        weight: Weight of each pair's first item, broadcastable to `input`.
        lambda_weight: As all that follows, see `pairwise_logistic_loss`.
        topn: Ranks that count.
        normalize: Whether to divide gains by that of the best order.
        gain: What relevance is worth.
        reduction: ``"none"``, ``"mean"`` over all pairs, or ``"sum"``.
        axis: Axis of the items.
        where: Which items there are.
        dtype: Of the result.

    Returns:
        Cost in squared units of the scores, otherwise as `pairwise_logistic_loss`.

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
    how = weighing(lambda_weight, topn, normalize, gain)
    lists = enter_lists(dtype, axis, input, target, weight=weight, where=where)
    return pair_costs(lists, _SQUARED, None, how, reduction)


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
    ``tau * max(0, -e) + (1 - tau) * max(0, e)`` for a pair, where ``e`` is what
    the lead in score exceeds that in relevance by; `squared` squares both. A lead
    that is exactly right has slope 0.

    Args:
        input: Scores, shape ``(*, L)``, real.
        target: Relevance, same shape, real.
        weight: Weight of each pair's more relevant item, broadcastable to `input`.
        tau: Cost of a missing unit, > 0 and <= 1; a number or a 0-d array.
        squared: Whether to square errors; a Python bool.
        lambda_weight: As all that follows, see `pairwise_logistic_loss`.
        topn: Ranks that count.
        normalize: Whether to divide gains by that of the best order.
        gain: What relevance is worth.
        reduction: ``"none"``, ``"mean"`` over all pairs, or ``"sum"``.
        axis: Axis of the items.
        where: Which items there are.
        dtype: Of the result.

    Returns:
        Cost in units of the scores, squared with `squared`; otherwise as
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
    check_choice((False, True), squared=squared)
    how = weighing(lambda_weight, topn, normalize, gain)
    lists = enter_lists(dtype, axis, input, target, weight=weight, where=where)
    tau = check_scalar(lists.xp, lists.scores, above=0, at_most=1, tau=tau)
    pair = _SQUARED_QUANTILE if squared else _QUANTILE
    return pair_costs(lists, pair, tau, how, reduction)


def _square(xp: Namespace, error: Any, option: Any) -> Any:
    del option
    return xp.square(error)


def _square_slope(xp: Namespace, error: Any, option: Any) -> Any:
    del xp, option
    return 2.0 * error


def _quantile(xp: Namespace, error: Any, tau: Any) -> Any:
    return tau * xp.clamp_min(-error, 0.0) + (1 - tau) * xp.clamp_min(error, 0.0)


def _quantile_slope(xp: Namespace, error: Any, tau: Any) -> Any:
    rising = (1 - tau) * xp.heaviside(error)
    return rising - tau * xp.heaviside(-error)


def _tau_slope(xp: Namespace, error: Any, tau: Any) -> Any:
    del xp, tau
    return -error


def _squared_quantile(xp: Namespace, error: Any, tau: Any) -> Any:
    return _quantile(xp, error * xp.absolute(error), tau)


def _squared_slope(xp: Namespace, error: Any, tau: Any) -> Any:
    rising = (1 - tau) * xp.clamp_min(error, 0.0)
    return 2.0 * (rising - tau * xp.clamp_min(-error, 0.0))


def _squared_tau_slope(xp: Namespace, error: Any, tau: Any) -> Any:
    del tau
    return -error * xp.absolute(error)


_SQUARED = Pair(_square, _square_slope, of_error=True, every=True)
_QUANTILE = Pair(_quantile, _quantile_slope, _tau_slope, of_error=True)
_SQUARED_QUANTILE = Pair(
    _squared_quantile, _squared_slope, _squared_tau_slope, of_error=True
)
