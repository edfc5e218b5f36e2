"""Costs of the pairs of a list, of which one item should lead the other."""

from collections.abc import Callable
from typing import Any, NamedTuple

from funloss._array import Namespace
from funloss._core.reduction import reduce_losses
from funloss.ranking._lambda import Weighing, lambda_weights
from funloss.ranking._lists import (
    Lists,
    ahead,
    both,
    charged,
    columns,
    different,
    finite,
    leads,
)

__all__ = ["Pair", "pair_costs"]


class Pair(NamedTuple):
    """What a pair costs, as a function ``(xp, x, option)``, and its derivatives.

    Here x is the lead of the first item over the second.
    """

    cost: Callable[..., Any]
    slope: Callable[..., Any]
    option_slope: Callable[..., Any] | None = None
    of_error: bool = False
    """Whether x is what the lead exceeds the lead in relevance by."""
    every: bool = False
    """Whether all pairs count, in both orders; the slope is odd then."""


def pair_costs(
    lists: Lists, pair: Pair, option: Any, how: Weighing | None, reduction: str
) -> Any:
    """Return the reduced costs; the mean is that of the pairs of all lists."""
    xp, out, scores, labels, weight, keep, counted = lists
    slopes = (
        _score_slope,
        _label_slope if pair.of_error else None,
        _weight_slope,
        None,
        _option_slope if pair.option_slope else None,
    )
    arguments = (scores, labels, weight, keep, option, pair, how)
    cost = xp.custom_jvp(_cost, slopes, *arguments, axis=-1)
    count = None
    if reduction == "mean":
        count = _count(xp, pair, scores, labels, keep)
    return reduce_losses(xp, out, cost, reduction, where=counted, divisor=count)


def _count(xp: Namespace, pair: Pair, scores: Any, labels: Any, keep: Any) -> Any:
    """Return the number of pairs; 1 if there are lists without a pair, 0 if none."""
    if 0 in scores.shape:
        return 0.0
    if not pair.every:
        # Those in the other order, which are as many and share no table with the costs.
        table = ahead(xp, -labels) * both(xp, keep, labels)
        return xp.clamp_min(xp.total(table), 1.0)
    ones = xp.ones_like(scores)
    items = xp.total(ones if keep is None else xp.where(keep, ones, 0.0), -1)
    return xp.clamp_min(xp.total(xp.square(items)), 1.0)


def _table(xp: Namespace, *arguments: Any) -> tuple[Any, Any, Any]:
    """Return 1 for the pairs that count, else 0; what they weigh; and the option."""
    scores, labels, weight, keep, option, _, how = arguments
    table = factor = both(xp, keep, scores)
    if how is not None:
        weights = lambda_weights(xp, how, (scores, labels, weight, keep))
        factor = table * weights
        # What weighs nothing costs nothing, even if it is infinite.
        table = table * xp.heaviside(weights)
    if hasattr(option, "ndim") and option.ndim:
        option = xp.expand_dims(option, axis=-1)
    return table, factor, option


def _right(xp: Namespace, pair: Pair, labels: Any) -> Any:
    """Return 1 for the pairs whose first item should lead, else 0."""
    return different(xp, labels) if pair.every else ahead(xp, labels)


def _errors(xp: Namespace, pair: Pair, lead: Any, labels: Any) -> Any:
    """Return what costs are of: leads, or what these exceed those in relevance by."""
    if not pair.of_error:
        return lead
    first, second = columns(xp, labels)
    return lead - (first - second)


def _weight_slope(xp: Namespace, *arguments: Any) -> Any:
    scores, labels, *_, pair, _ = arguments
    table, factor, option = _table(xp, *arguments)
    x = _errors(xp, pair, leads(xp, scores), labels)
    cost = charged(
        xp, pair.cost(xp, x, option), table * _right(xp, pair, labels), scores
    )
    return xp.total(cost * factor, -1)


def _cost(xp: Namespace, *arguments: Any) -> Any:
    costs, weight = _weight_slope(xp, *arguments), arguments[2]
    return xp.total(costs if weight is None else costs * weight, -1)


# In slopes an infinite lead counts as a large one, so that what a pair does not cost is
# 0 times a number. The row of an item sees each of its pairs in both orders.
def _finite_errors(xp: Namespace, pair: Pair, scores: Any, labels: Any) -> Any:
    first, second = columns(xp, finite(xp, scores))
    return _errors(xp, pair, first - second, labels)


def _score_slope(xp: Namespace, *arguments: Any) -> Any:
    scores, labels, weight, _, _, pair, _ = arguments
    _, factor, option = _table(xp, *arguments)
    x = _finite_errors(xp, pair, scores, labels)
    own, other = (1.0, 1.0) if weight is None else columns(xp, weight)
    right = _right(xp, pair, labels)
    if pair.every:
        slope = (own + other) * right * pair.slope(xp, x, option)
    else:
        wrong = ahead(xp, -labels)
        slope = pair.slope(xp, (right - wrong) * x, option)
        slope = (right * own - wrong * other) * slope
    return xp.total(factor * slope, -1)


def _label_slope(xp: Namespace, *arguments: Any) -> Any:
    return -_score_slope(xp, *arguments)


def _option_slope(xp: Namespace, *arguments: Any) -> Any:
    scores, labels, weight, _, _, pair, _ = arguments
    table, factor, option = _table(xp, *arguments)
    right = _right(xp, pair, labels)
    x = table * right * _finite_errors(xp, pair, scores, labels)
    slopes = xp.total(factor * right * pair.option_slope(xp, x, option), -1)
    return slopes if weight is None else slopes * weight
