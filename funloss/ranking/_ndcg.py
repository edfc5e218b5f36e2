"""Normalised discounted cumulative gain, of ranks that have slopes."""

import math
from typing import Any, Literal

from funloss._array import Namespace
from funloss._core.checks import check_choice, check_integer
from funloss._core.loss import loss
from funloss._core.options import check_scalar, propagate_nan
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.ranking._lambda import discount, ideal_shares
from funloss.ranking._lists import (
    GAINS,
    Gain,
    both,
    charged,
    columns,
    different,
    enter_lists,
    finite,
    gain_slopes,
    gains,
    leads,
    ranks,
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

    The rank of an item is ``r[i] = 1 + sum(step((input[j] - input[i]) /
    temperature))`` over the other items of the list. With ``G`` the weight of an
    item times its gain, the list costs ``-sum(G / log2(1 + r))`` over that sum in
    the best order: -1 if the order is the best and leads are large. A list without
    any gain costs 0.

    Args:
        input: Scores, shape ``(*, L)``, real.
        target: Relevance, same shape, real, >= 0.
        weight: Factor on each item's gain, broadcastable to `input`.
        temperature: Lead, in units of the scores, at which a rank starts to blur;
            > 0. A number or a 0-d array.
        step: ``"sigmoid"``; or ``"hinge"``, ``max(0, 1 + x)``, with which ranks are
            never too small, and the cost is a bound on the true one.
        topn: Place beyond which an item has no gain. The cut is made by score,
            ties in the order of the list; it has no slope.
        gain: What relevance is worth: ``"exponential"``, ``2**y - 1``, or
            ``"linear"``, ``y`` itself.
        reduction: ``"none"``, ``"mean"`` over the lists that have any item,
            whatever their weights, or ``"sum"``.
        axis: Axis of the items.
        where: As for `ranking_softmax_loss`.
        dtype: As for `ranking_softmax_loss`.

    Returns:
        Cost without unit, shape of `input` without `axis` for ``"none"``, else
        ``()``. The mean of no lists is nan.

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
    xp, out, scores, labels, weight, keep, counted = enter_lists(
        dtype, axis, input, target, weight=weight, where=where
    )
    temperature = check_scalar(xp, scores, above=0, temperature=temperature)
    scores = propagate_nan(xp, scores, temperature)
    slopes = (_score_slope, _label_slope, _weight_slope, None, _temperature_slope)
    arguments = (scores, labels, weight, keep, temperature, step, topn, gain)
    cost = xp.custom_jvp(_cost, slopes, *arguments, axis=-1)
    return reduce_losses(xp, out, cost, reduction, where=counted)


def _cost(xp: Namespace, *arguments: Any) -> Any:
    worth, ideal, _ = _worth(xp, *arguments)
    rank = _smooth_ranks(xp, *arguments)
    total = xp.total(_cut(xp, worth * discount(xp, rank), *arguments), -1)
    return -total / ideal


def _score_slope(xp: Namespace, *arguments: Any) -> Any:
    scores, *_, temperature, _, _, _ = arguments
    falls, lead, table = _falls(xp, *arguments)
    own, other = columns(xp, falls)
    rise = _rise(xp, lead, arguments)
    back = rise if arguments[5] == "sigmoid" else _rise(xp, -lead, arguments)
    slope = xp.total(table * (other * back - own * rise), -1) / temperature
    # Nothing moves what is infinite.
    return xp.where(xp.isinf(scores), 0.0, slope)


def _temperature_slope(xp: Namespace, *arguments: Any) -> Any:
    falls, lead, table = _falls(xp, *arguments)
    rise = xp.total(table * _rise(xp, lead, arguments) * lead, -1)
    return -falls * rise / arguments[4]


def _label_slope(xp: Namespace, *arguments: Any) -> Any:
    _, labels, weight, *_, gain = arguments
    slope = _worth_slope(xp, *arguments) * gain_slopes(xp, labels, gain)
    return slope if weight is None else slope * weight


def _weight_slope(xp: Namespace, *arguments: Any) -> Any:
    _, labels, *_, gain = arguments
    return _worth_slope(xp, *arguments) * gains(xp, labels, gain)


def _worth_slope(xp: Namespace, *arguments: Any) -> Any:
    """Return the derivative of the cost by what each item is worth."""
    _, ideal, share = _worth(xp, *arguments)
    rank = _smooth_ranks(xp, *arguments)
    cost = xp.expand_dims(_cost(xp, *arguments), axis=-1)
    own = _cut(xp, discount(xp, rank), *arguments)
    return -(own + cost * share) / xp.expand_dims(ideal, axis=-1)


def _worth(xp: Namespace, *arguments: Any) -> tuple[Any, Any, Any]:
    """Return what items are worth, the ideal gain, inf if it is 0, and its shares."""
    _, labels, weight, keep, *_, topn, gain = arguments
    worth = gains(xp, labels, gain)
    worth = worth if weight is None else worth * weight
    share = ideal_shares(xp, worth, keep, topn)
    ideal = xp.total(worth * share, -1)
    return worth, xp.where(ideal == 0, math.inf, ideal), share


def _falls(xp: Namespace, *arguments: Any) -> tuple[Any, Any, Any]:
    """Return the slopes of the cost by ranks, leads of second items, and the pairs."""
    worth, ideal, _ = _worth(xp, *arguments)
    rank = _smooth_ranks(xp, *arguments)
    fall = math.log(2) / (xp.square(xp.log1p(rank)) * (1.0 + rank))
    fall = _cut(xp, worth * fall, *arguments) / xp.expand_dims(ideal, axis=-1)
    scores, _, _, keep, temperature, *_ = arguments
    first, second = columns(xp, finite(xp, scores))
    lead = (second - first) / _of_row(xp, temperature)
    return fall, lead, both(xp, keep, scores)


def _rise(xp: Namespace, lead: Any, arguments: Any) -> Any:
    """Return the derivative of the step; that of the sigmoid is even."""
    if arguments[5] == "hinge":
        return 1.0 - xp.heaviside(-1.0 - lead)
    power = xp.exp(-xp.absolute(lead))
    return power / xp.square(1.0 + power)


def _smooth_ranks(xp: Namespace, *arguments: Any) -> Any:
    scores, _, _, keep, temperature, step, *_ = arguments
    table, temperature = both(xp, keep, scores), _of_row(xp, temperature)
    if step == "sigmoid":
        first, second = columns(xp, finite(xp, scores))
        # With the step of an item over itself, of which 1 is half.
        steps = table * xp.sigmoid((second - first) / temperature)
        return 0.5 + xp.total(steps, -1)
    steps = xp.clamp_min(1.0 - leads(xp, scores) / temperature, 0.0)
    table = table * different(xp, scores)
    return 1.0 + xp.total(charged(xp, steps, table, scores), -1)


def _of_row(xp: Namespace, option: Any) -> Any:
    """Return an option that broadcasts with pairs; some libraries repeat it."""
    with_rows = hasattr(option, "ndim") and option.ndim
    return xp.expand_dims(option, axis=-1) if with_rows else option


def _cut(xp: Namespace, values: Any, *arguments: Any) -> Any:
    """Return `values`, 0 where there is no item, or one beyond `topn`."""
    scores, _, _, keep, _, _, topn, _ = arguments
    if keep is not None:
        values = xp.where(keep, values, 0.0)
    if topn is None:
        return values
    rank = ranks(xp, xp.stop_gradient(scores), keep)
    return xp.where(rank <= topn, values, 0.0)
