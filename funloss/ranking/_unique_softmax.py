"""Softmax of an item among the less relevant ones."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.checks import check_choice
from funloss._core.loss import loss
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.ranking._choice import choice_costs, choice_slopes, in_order, places
from funloss.ranking._lists import (
    GAINS,
    Gain,
    enter_lists,
    gain_slopes,
    gains,
)

__all__ = ["unique_softmax_loss"]


@loss
def unique_softmax_loss(
    input: Array,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    gain: Gain = "exponential",
    reduction: Reduction = "mean",
    axis: int = -1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Unique softmax loss: softmax of each item against less relevant items.

    With ``s = input``, ``y = target`` and ``w`` the weights, a list costs ``sum(w
    * gain(y) * log(1 + sum(exp(s[j] - s))))``, where j runs over the items of
    less relevance ``y[j] < y``: items of equal relevance do not compete.

    Args:
        input: Scores, shape ``(*, L)``, real.
        target: Relevance, same shape, real.
        weight: Factor on each item's cost, broadcastable to `input`.
        gain: What relevance is worth: ``"exponential"``, ``2**y - 1``, or
            ``"linear"``, ``y`` itself.
        reduction: ``"none"``, ``"mean"`` over the lists that have any item,
            whatever their weights, or ``"sum"``.
        axis: Axis of the items.
        where: As for `ranking_softmax_loss`.
        dtype: As for `ranking_softmax_loss`.

    Returns:
        Cost in nats, shape of `input` without `axis` for ``"none"``, else ``()``.
        The mean of no lists is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, or an option is unknown.

    Peers:
        `rax.unique_softmax_loss`, whose `gain_fn` may be any function and whose
        memory grows with the third power of the size of a list, where this one's
        grows with the size.

    Examples:
        >>> import numpy as np
        >>> x, y = np.zeros(3), np.asarray([1, 0, 1])
        >>> print(unique_softmax_loss(x, y).round(4))  # 2 * log(2)
        1.3863

    References:
        X. Zhu and D. Klabjan, Listwise learning to rank by exploring unique
        ratings, 2020.
    """
    check_choice(GAINS, gain=gain)
    xp, out, scores, labels, weight, keep, counted = enter_lists(
        dtype, axis, input, target, weight=weight, where=where
    )
    scores, labels, weight, keep = in_order(xp, labels, scores, labels, weight, keep)
    behind, ahead = places(xp, labels, ties=True)
    slopes = (_score_slope, _label_slope, _weight_slope, None, None, None)
    arguments = (scores, labels, weight, keep, behind, ahead, gain)
    cost = xp.custom_jvp(_cost, slopes, *arguments, axis=-1)
    return reduce_losses(xp, out, cost, reduction, where=counted)


def _cost(xp: Namespace, *arguments: Any) -> Any:
    _, labels, weight, *_, gain = arguments
    return xp.total(_charged(xp, arguments, _factor(xp, labels, weight, gain)), -1)


def _score_slope(xp: Namespace, *arguments: Any) -> Any:
    scores, labels, weight, keep, behind, ahead, gain = arguments
    factor = _factor(xp, labels, weight, gain)
    return choice_slopes(xp, scores, behind, ahead, keep, factor)


def _label_slope(xp: Namespace, *arguments: Any) -> Any:
    _, labels, weight, *_, gain = arguments
    slopes = gain_slopes(xp, labels, gain)
    return _charged(xp, arguments, slopes if weight is None else slopes * weight)


def _weight_slope(xp: Namespace, *arguments: Any) -> Any:
    _, labels, *_, gain = arguments
    return _charged(xp, arguments, gains(xp, labels, gain))


def _charged(xp: Namespace, arguments: Any, factor: Any) -> Any:
    """Return each item's cost times a factor; 0 times infinity is 0."""
    scores, _, _, keep, behind, *_ = arguments
    costs = choice_costs(xp, scores, behind, keep)
    void = xp.logical_and(factor == 0, costs == math.inf)
    return factor * xp.where(void, 0.0, costs)


def _factor(xp: Namespace, labels: Any, weight: Any, gain: str) -> Any:
    worth = gains(xp, labels, gain)
    return worth if weight is None else worth * weight
