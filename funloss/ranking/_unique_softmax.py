"""Unique softmax loss."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.checks import check_choice
from funloss._core.item_lists import item_lists
from funloss._core.loss import loss
from funloss._core.record import Record
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.ranking._dcg import GAINS, Gain, gains, gains_d_labels
from funloss.ranking._plackett_luce import (
    plackett_luce_d_scores,
    plackett_luce_terms,
    rank_bounds,
    sort_by_relevance,
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

    With ``s = input``, ``y = target`` and ``w`` the weights, the loss of a list is
    ``sum(w * gain(y) * log(1 + sum(exp(s[j] - s))))``, where j runs over the items of
    less relevance ``y[j] < y``: items of equal relevance do not compete.

    Args:
        input: Scores, shape ``(*, L)``, real.
        target: Relevance, same shape, real.
        weight: Factor on each item's loss, broadcastable to `input`.
        gain: How labels become gains: ``"exponential"``, ``2**y - 1``, or ``"linear"``,
            ``y`` itself.
        reduction: ``"none"``, ``"mean"`` over the lists that have any item,
            whatever their weights, or ``"sum"``.
        axis: Axis of the items.
        where: As for `ranking_softmax_loss`.
        dtype: As for `ranking_softmax_loss`.

    Returns:
        Loss in nats, shape of `input` without `axis` for ``"none"``, else ``()``. The
        mean of no lists is nan.

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
    lists = item_lists(
        input, target, axis=axis, weight=weight, where=where, dtype=dtype
    )
    xp = lists.xp
    scores, labels, weight, where = sort_by_relevance(
        xp, lists.labels, lists.scores, lists.labels, lists.weight, lists.where
    )
    bounds = rank_bounds(xp, labels, ties=True)
    arguments = scores, labels, weight, where, *bounds, gain
    partials = (_d_scores, _d_labels, _d_weight, None, None, None)
    losses = xp.custom_jvp(_unique_softmax, partials, *arguments, axis=-1)
    return lists.reduce(losses, reduction)


class _Inputs(Record):
    """The arguments of formulas after the namespace, items by falling label."""

    scores: Any
    labels: Any
    weight: Any
    where: Any
    successors: Any
    predecessors: Any
    gain: str


def _unique_softmax(xp: Namespace, *arguments: Any) -> Any:
    inputs = _Inputs(*arguments)
    return xp.total(_weighted_terms(xp, inputs, _weighted_gains(xp, inputs)), -1)


def _d_scores(xp: Namespace, *arguments: Any) -> Any:
    inputs = _Inputs(*arguments)
    return plackett_luce_d_scores(
        xp,
        inputs.scores,
        inputs.successors,
        inputs.predecessors,
        inputs.where,
        _weighted_gains(xp, inputs),
    )


def _d_labels(xp: Namespace, *arguments: Any) -> Any:
    inputs = _Inputs(*arguments)
    derivatives = gains_d_labels(xp, inputs.labels, inputs.gain)
    if inputs.weight is not None:
        derivatives = derivatives * inputs.weight
    return _weighted_terms(xp, inputs, derivatives)


def _d_weight(xp: Namespace, *arguments: Any) -> Any:
    inputs = _Inputs(*arguments)
    return _weighted_terms(xp, inputs, gains(xp, inputs.labels, inputs.gain))


def _weighted_terms(xp: Namespace, inputs: _Inputs, factor: Any) -> Any:
    """Return each item's loss times a factor; 0 times infinity is 0."""
    terms = plackett_luce_terms(xp, inputs.scores, inputs.successors, inputs.where)
    is_zero = xp.logical_and(factor == 0, terms == math.inf)
    return factor * xp.where(is_zero, 0.0, terms)


def _weighted_gains(xp: Namespace, inputs: _Inputs) -> Any:
    gain = gains(xp, inputs.labels, inputs.gain)
    return gain if inputs.weight is None else gain * inputs.weight
