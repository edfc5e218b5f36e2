"""Discounted cumulative gain: gains of labels, ranks of scores, discounts of ranks."""

import math
from typing import Any, Literal

from funloss._algorithms._running_sums import clip_infinite
from funloss._array import Namespace

__all__ = [
    "GAINS",
    "Gain",
    "cut_discounts",
    "discounts",
    "gains",
    "gains_d_labels",
    "ideal_discounts",
    "ranks",
]

Gain = Literal["exponential", "linear"]

GAINS = ("exponential", "linear")
_LOG_2 = math.log(2)


def gains(xp: Namespace, labels: Any, gain: str) -> Any:
    """Return ``2**labels - 1`` or `labels`."""
    if gain != "exponential":
        return labels
    # A power is exact for whole labels, and the other keeps the digits of small ones.
    return xp.where(labels < 1, xp.expm1(labels * _LOG_2), 2.0**labels - 1.0)


def gains_d_labels(xp: Namespace, labels: Any, gain: str) -> Any:
    """Return the derivatives of `gains`."""
    if gain == "exponential":
        return _LOG_2 * 2.0**labels
    return xp.ones_like(labels)


def ranks(xp: Namespace, x: Any, where: Any) -> Any:
    """Return 1 for the largest item of a list, and so on; ties in the order given.

    Masked items come last, so that they change no other rank.
    """
    x = clip_infinite(xp, x)
    x_or_last = x if where is None else xp.where(where, x, -math.inf)
    rank = xp.argsort(xp.argsort_descending(x_or_last, -1), axis=-1)
    return xp.astype(rank, x.dtype) + 1.0


def discounts(xp: Namespace, rank: Any) -> Any:
    """Return ``1 / log2(1 + rank)``."""
    return _LOG_2 / xp.log1p(rank)


def cut_discounts(xp: Namespace, rank: Any, topn: int | None) -> Any:
    """Return the discounts, 0 for ranks beyond `topn`."""
    discount = discounts(xp, rank)
    return discount if topn is None else xp.where(rank <= topn, discount, 0.0)


def ideal_discounts(xp: Namespace, gain: Any, where: Any, topn: int | None) -> Any:
    """Return the discount of each item when its list is sorted by gain."""
    rank = ranks(xp, xp.stop_gradient(gain), where)
    discount = cut_discounts(xp, rank, topn)
    return discount if where is None else xp.where(where, discount, 0.0)
