"""Weights of pairs: what a list would gain if two of its items changed places."""

import math
from typing import Any, Literal, NamedTuple

from funloss._array import Namespace
from funloss._core.checks import check_choice, check_integer
from funloss.ranking._lists import GAINS, column, columns, gains, ranks

__all__ = [
    "LambdaWeight",
    "Weighing",
    "discount",
    "ideal_shares",
    "lambda_weights",
    "weighing",
]

LambdaWeight = Literal["labeldiff", "dcg", "dcg2"] | None

_DISCOUNTED = ("dcg", "dcg2")


class Weighing(NamedTuple):
    """How pairs are weighed."""

    kind: str | None
    topn: int | None
    normalize: bool
    gain: str


def weighing(
    lambda_weight: Any, topn: Any, normalize: Any, gain: Any
) -> Weighing | None:
    """Return the options as one, or None if pairs have no weights of this kind.

    Raises:
        ValueError: An option is unknown, or means nothing without another.
    """
    check_choice((None, "labeldiff", *_DISCOUNTED), lambda_weight=lambda_weight)
    check_choice(GAINS, gain=gain)
    check_choice((False, True), normalize=normalize)
    if topn is not None:
        check_integer(low=1, topn=topn)
    if lambda_weight not in _DISCOUNTED and (topn is not None or normalize):
        msg = (
            "topn and normalize need lambda_weight 'dcg' or 'dcg2', "
            f"got {lambda_weight!r}"
        )
        raise ValueError(msg)
    if lambda_weight not in _DISCOUNTED and gain != GAINS[0]:
        msg = (
            f"gain {gain!r} needs lambda_weight 'dcg' or 'dcg2', got {lambda_weight!r}"
        )
        raise ValueError(msg)
    if lambda_weight is None:
        return None
    return Weighing(lambda_weight, topn, normalize, gain)


def lambda_weights(
    xp: Namespace, how: Weighing, arrays: tuple[Any, Any, Any, Any]
) -> Any:
    """Return the weight of each pair, of scores, labels, weights and a mask.

    It is a constant. Ranks are those of the scores. ``"dcg"`` is by how much the
    discounted gain changes if two items change places; ``"dcg2"`` takes the discounts
    at the distance of their ranks, and raises the weights of pairs beyond `topn`.
    """
    scores, labels, weight, keep = arrays
    scores, labels = xp.stop_gradient(scores), xp.stop_gradient(labels)
    if how.kind == "labeldiff":
        first, second = columns(xp, labels)
        return xp.absolute(first - second)
    worth = gains(xp, labels, how.gain)
    if weight is not None:
        worth = worth * xp.stop_gradient(weight)
    if how.normalize:
        share = ideal_shares(xp, worth, keep, how.topn)
        ideal = xp.total(worth * share, -1, keepdims=True)
        worth = worth / xp.where(ideal == 0, 1.0, ideal)
    first, second = columns(xp, worth)
    difference = xp.absolute(first - second)
    change = _change if how.kind == "dcg" else _change_at_distance
    return difference * change(xp, ranks(xp, scores, keep), how.topn)


def discount(xp: Namespace, rank: Any) -> Any:
    """Return ``1 / log2(1 + rank)``."""
    return math.log(2) / xp.log1p(rank)


def ideal_shares(xp: Namespace, worth: Any, keep: Any, topn: int | None) -> Any:
    """Return the discount of each item in the best order of its list."""
    rank = ranks(xp, xp.stop_gradient(worth), keep)
    share = _cut_discount(xp, rank, topn)
    return share if keep is None else xp.where(keep, share, 0.0)


def _cut_discount(xp: Namespace, rank: Any, topn: int | None) -> Any:
    share = discount(xp, rank)
    return share if topn is None else xp.where(rank <= topn, share, 0.0)


def _change(xp: Namespace, rank: Any, topn: int | None) -> Any:
    first, second = columns(xp, _cut_discount(xp, rank, topn))
    return xp.absolute(first - second)


# With D(n) = log(2) / log1p(n), and columns where constants would be shared.
def _change_at_distance(xp: Namespace, rank: Any, topn: int | None) -> Any:
    first, second = columns(xp, rank)
    one, log_2 = column(xp, rank, 1.0), column(xp, rank, math.log(2))
    apart = xp.absolute(first - second)
    near = xp.maximum(apart, one)
    far = xp.log1p(near + one)
    change = log_2 * xp.log1p(one / (one + near)) / (xp.log1p(near) * far)
    change = xp.heaviside(apart) * change
    if topn is None:
        return change
    last = xp.maximum(xp.maximum(first, second), one + one)
    low = xp.log1p(last)
    beyond = xp.heaviside(last - topn * one)
    return change * (one + beyond * (log_2 / (low - log_2)))
