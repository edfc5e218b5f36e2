"""ApproxNDCG loss: NDCG of smoothed ranks."""

import math
from typing import Any, Literal

from funloss._array import Namespace
from funloss._core.checks import check_choice, check_integer
from funloss._core.item_lists import item_lists
from funloss._core.loss import loss
from funloss._core.options import positive
from funloss._core.record import Record
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.ranking._dcg import (
    GAINS,
    Gain,
    discounts,
    gains,
    gains_d_labels,
    ideal_discounts,
    ranks,
)
from funloss.ranking._smooth_ranks import (
    RankInputs,
    smooth_ranks,
    smooth_ranks_d_scores,
    smooth_ranks_d_temperature,
)

__all__ = ["approx_ndcg_loss"]


@loss
def approx_ndcg_loss(
    input: Array,
    target: ArrayLike,
    weight: ArrayLike | None = None,
    *,
    temperature: Real = 1.0,
    step: Literal["sigmoid", "hinge"] = "sigmoid",
    topn: int | None = None,
    gain: Gain = "exponential",
    reduction: Reduction = "mean",
    axis: int = -1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """ApproxNDCG loss: negative NDCG with ranks smoothed by a sigmoid.

    The rank of an item is ``r[i] = 1 + sum(step((input[j] - input[i]) / temperature))``
    over the other items of the list. With ``G`` the weight of an item times its gain,
    the loss of a list is ``-sum(G / log2(1 + r))`` divided by the same sum in the ideal
    order: -1 if the order is ideal and score differences are large. A list without any
    gain has loss 0.

    Args:
        input: Scores, shape ``(*, L)``, real.
        target: Relevance, same shape, real, >= 0.
        weight: Factor on each item's gain, broadcastable to `input`.
        temperature: Score difference, in units of the scores, below which ranks are
            smoothed; > 0. A number or a 0-d array.
        step: ``"sigmoid"``; or ``"hinge"``, ``max(0, 1 + x)``, with which ranks are
            never too small, and the loss is an upper bound of the negative NDCG.
        topn: Rank beyond which items have no gain. The cut uses the ranks of the
            scores, ties in the order of the list; it has no gradient.
        gain: How labels become gains: ``"exponential"``, ``2**y - 1``, or ``"linear"``,
            ``y`` itself.
        reduction: ``"none"``, ``"mean"`` over the lists that have any item,
            whatever their weights, or ``"sum"``.
        axis: Axis of the items.
        where: As for `ranking_softmax_loss`.
        dtype: As for `ranking_softmax_loss`.

    Returns:
        Loss without unit, shape of `input` without `axis` for ``"none"``, else ``()``.
        The mean of no lists is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, ``temperature <= 0``, ``topn < 1`` or an
            option is unknown.

    Peers:
        ``rax.approx_t12n(rax.ndcg_metric, temperature)``, and with
        ``step="hinge"`` ``rax.bound_t12n(rax.ndcg_metric)``, except that rax
        smooths the cut at `topn`, too, counts masked items before it, and gives
        an item with score -inf no gain. For ``rax.gumbel_t12n`` add
        ``beta * jax.random.gumbel(key, shape)`` to the scores.

    Examples:
        >>> import numpy as np
        >>> x, y = np.asarray([0.0, 100.0]), np.asarray([1, 0])
        >>> print(approx_ndcg_loss(x, y).round(4))  # -1 / log2(3)
        -0.6309

    References:
        T. Qin, T.-Y. Liu and H. Li, A general approximation framework for direct
        optimization of information retrieval measures, 2010.
    """
    check_choice(("sigmoid", "hinge"), step=step)
    check_choice(GAINS, gain=gain)
    if topn is not None:
        check_integer(low=1, topn=topn)
    lists = item_lists(
        input,
        target,
        axis=axis,
        weight=weight,
        where=where,
        dtype=dtype,
        options={"temperature": positive(temperature)},
    )
    partials = (_d_scores, _d_labels, _d_weight, None, _d_temperature)
    losses = lists.map(_approx_ndcg, partials, step, topn, gain, shared=_parts)
    return lists.reduce(losses, reduction)


class _Parts(Record):
    """What the loss and its derivatives are functions of."""

    # Weighted.
    gain: Any
    # The DCG of the list in the best order, inf if it is 0.
    ideal: Any
    ideal_discount: Any
    # Smoothed.
    rank: Any


def _parts(xp: Namespace, *arguments: Any) -> tuple[_Parts]:
    inputs = RankInputs(*arguments)
    gain = gains(xp, inputs.labels, inputs.gain)
    gain = gain if inputs.weight is None else gain * inputs.weight
    discount = ideal_discounts(xp, gain, inputs.where, inputs.topn)
    ideal = xp.total(gain * discount, -1)
    ideal = xp.where(ideal == 0, math.inf, ideal)
    return (_Parts(gain, ideal, discount, smooth_ranks(xp, inputs)),)


def _approx_ndcg(xp: Namespace, *arguments: Any) -> Any:
    return _loss(xp, RankInputs(*arguments), *_parts(xp, *arguments))


def _loss(xp: Namespace, inputs: RankInputs, parts: _Parts) -> Any:
    discounted = parts.gain * discounts(xp, parts.rank)
    return -xp.total(_mask_items(xp, discounted, inputs), -1) / parts.ideal


def _d_scores(xp: Namespace, *arguments: Any) -> Any:
    inputs, parts = RankInputs(*arguments[:-1]), arguments[-1]
    return smooth_ranks_d_scores(xp, inputs, _d_ranks(xp, inputs, parts))


def _d_temperature(xp: Namespace, *arguments: Any) -> Any:
    inputs, parts = RankInputs(*arguments[:-1]), arguments[-1]
    d_temperature = smooth_ranks_d_temperature(xp, inputs)
    return _d_ranks(xp, inputs, parts) * d_temperature


def _d_labels(xp: Namespace, *arguments: Any) -> Any:
    inputs, parts = RankInputs(*arguments[:-1]), arguments[-1]
    d_labels = gains_d_labels(xp, inputs.labels, inputs.gain)
    gradient = _d_gains(xp, inputs, parts) * d_labels
    return gradient if inputs.weight is None else gradient * inputs.weight


def _d_weight(xp: Namespace, *arguments: Any) -> Any:
    inputs, parts = RankInputs(*arguments[:-1]), arguments[-1]
    return _d_gains(xp, inputs, parts) * gains(xp, inputs.labels, inputs.gain)


def _d_gains(xp: Namespace, inputs: RankInputs, parts: _Parts) -> Any:
    """Return the derivative of the loss in each item's weighted gain."""
    loss = xp.expand_dims(_loss(xp, inputs, parts), axis=-1)
    discount = _mask_items(xp, discounts(xp, parts.rank), inputs)
    ideal = xp.expand_dims(parts.ideal, axis=-1)
    return -(discount + loss * parts.ideal_discount) / ideal


def _d_ranks(xp: Namespace, inputs: RankInputs, parts: _Parts) -> Any:
    """Return the derivatives of the loss in the smoothed ranks."""
    d_ranks = math.log(2) / (xp.square(xp.log1p(parts.rank)) * (1.0 + parts.rank))
    d_ranks = _mask_items(xp, parts.gain * d_ranks, inputs)
    return d_ranks / xp.expand_dims(parts.ideal, axis=-1)


def _mask_items(xp: Namespace, values: Any, inputs: RankInputs) -> Any:
    """Return `values`, 0 for masked items and for ranks beyond `topn`."""
    if inputs.where is not None:
        values = xp.where(inputs.where, values, 0.0)
    if inputs.topn is None:
        return values
    rank = ranks(xp, xp.stop_gradient(inputs.scores), inputs.where)
    return xp.where(rank <= inputs.topn, values, 0.0)
