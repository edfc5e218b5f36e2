"""Items drawn by softmax, each out of itself and those that should come behind it.

The items of a list lie in the order that they should have. What lies behind an item, or
ahead of it, is told by a place: that of the first behind it, and the number ahead.
"""

import math
from typing import Any

from funloss._array import Namespace
from funloss.ranking._lists import finite, large

__all__ = ["choice_costs", "choice_slopes", "in_order", "places"]


def in_order(xp: Namespace, labels: Any, scores: Any, *others: Any) -> list[Any]:
    """Return `scores` and `others` by falling label, ties by place; None stays.

    A label that is nan has no place: it spoils the scores of its list.
    """
    order = xp.argsort_descending(labels, -1)
    scores = xp.nan_where(scores, xp.any(xp.isnan(labels), axis=-1, keepdims=True))
    arrays = scores, *others
    whole = (x if x is None else xp.broadcast_to(x, labels.shape) for x in arrays)
    return [x if x is None else xp.gather(x, order, -1) for x in whole]


def places(xp: Namespace, labels: Any, *, ties: bool) -> tuple[Any, Any]:
    """Return the place of the first item behind each, and the number ahead of it.

    With `ties` equal labels are neither behind nor ahead of each other.
    """
    count = labels.shape[-1]
    place = xp.arange(count, dtype=xp.int32, **xp.device_kw(labels))
    # Added, and not broadcast, so that it lies on the devices of the labels.
    (place,) = xp.of_ndim(labels.ndim, place)
    place = place + xp.zeros_like(labels, dtype=xp.int32)
    if not ties:
        return place + 1, place
    falls = labels[..., 1:] < labels[..., :-1]
    none = place[..., :1]
    ahead = xp.concat([none, xp.where(falls, place[..., 1:], 0)], axis=-1)
    behind = xp.where(falls, count - place[..., 1:], 0)
    behind = xp.flip(xp.concat([behind, none], axis=-1), axis=-1)
    behind = xp.flip(xp.cumulative_max(behind, -1), axis=-1)
    return count - behind, xp.cumulative_max(ahead, -1)


def choice_costs(xp: Namespace, scores: Any, behind: Any, keep: Any) -> Any:
    """Return ``log(1 + sum(exp(scores[j] - scores[i])))`` over the j behind i.

    The logarithm is of one plus the others' share: a sure choice keeps its digits.
    """
    scores, top, mass = _behind(xp, scores, behind, keep)
    lack = top - scores
    gap = xp.clamp_min(lack, 0.0)
    costs = gap + xp.log1p(mass * xp.exp(lack - gap) + xp.expm1(-gap))
    costs = xp.where(costs > large(xp, scores) / 2, math.inf, costs)
    return costs if keep is None else xp.where(keep, costs, 0.0)


def choice_slopes(
    xp: Namespace, scores: Any, behind: Any, ahead: Any, keep: Any, factor: Any
) -> Any:
    """Return the gradient of ``sum(factor * choice_costs)`` by the scores.

    What an item gains is what those ahead of it lose: that is no difference from 1.
    """
    scores, top, mass = _behind(xp, scores, behind, keep)
    best = xp.maximum(top, xp.stop_gradient(scores))
    losses = mass * xp.exp(top - best)
    pull = factor / (xp.exp(scores - best) + losses)
    pull = pull if keep is None else xp.where(keep, pull, 0.0)
    lowest, pulls = _at(xp, xp.cumulative_sumexp(-best, pull, -1), ahead, first=True)
    return pulls * xp.exp(scores + lowest) - pull * losses


def _behind(xp: Namespace, scores: Any, behind: Any, keep: Any) -> tuple[Any, ...]:
    """Return finite scores, the largest behind each item, and the mass by that."""
    mass = xp.ones_like(scores)
    if keep is not None:
        scores, mass = xp.where(keep, scores, -math.inf), xp.where(keep, mass, 0.0)
    scores = finite(xp, scores)
    left = xp.cumulative_sumexp(scores, mass, -1, reverse=True)
    return scores, *_at(xp, left, behind, first=False)


def _at(xp: Namespace, running: Any, place: Any, *, first: bool) -> list[Any]:
    """Return a running maximum and mass at places, with nothing first or last."""
    top, mass = running
    none = xp.zeros_like(mass[..., :1])
    pairs = (none - large(xp, top), top), (none, mass)
    joined = (xp.concat(pair if first else pair[::-1], axis=-1) for pair in pairs)
    return [xp.gather(x, place, -1) for x in joined]
