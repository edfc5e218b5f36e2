"""Similarities of all rows of a batch, and which pairs are of one label."""

import math
from collections.abc import Callable
from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import check_where, fill_masked
from funloss._core.labels import match_rows

__all__ = ["Pairs", "by_rows", "chosen", "enter_rows", "log_mass"]

# Labels and places of the rows, each as a column and as a row.
Pairs = tuple[Any, Any, Any, Any]
# How many pairs a block has, or its rows if those would be fewer.
_PAIRS, _FEWEST = 2**20, 64


def enter_rows(
    xp: Namespace, input: Any, target: Any, where: Any
) -> tuple[Any, Pairs, Any]:
    """Return the rows with masked ones 0, what `chosen` takes, and the mask."""
    if input.ndim != 2:
        msg = f"input must have shape (N, D), got {tuple(input.shape)}"
        raise ValueError(msg)
    labels = xp.identities(match_rows(xp, input, target, 1, axes=()))
    where = check_where(xp, input, where, labels.shape)
    places = xp.arange(input.shape[0], dtype=labels.dtype, **xp.device_kw(input))
    if where is not None:
        where = xp.broadcast_to(where, labels.shape)
        places = xp.where(where, places, -1)
        (input,) = fill_masked(xp, where[:, None], (input, 0.0))
    rows = (xp.replicate_axes(x, 0)[None, :] for x in (labels, places))
    return input, (labels[:, None], places[:, None], *rows), where


def by_rows(
    xp: Namespace, function: Callable[..., Any], left: Any, right: Any, pairs: Pairs
) -> tuple[Any, Any]:
    """Return ``function(scores, *pairs)`` of ``scores = left @ right.T``.

    It gives two numbers a row. Many rows come in blocks, whose scores are computed
    again for the derivative. On several devices they come at once: each has a part
    of the rows.
    """
    label, place, *others = pairs

    def block(left: Any, label: Any, place: Any) -> tuple[Any, Any]:
        return function(xp.linear(left, right), label, place, *others)

    count = left.shape[0]
    if not xp.known(count) or not xp.blockwise or xp.num_shards(left) > 1:
        return block(left, label, place)
    size = max(_FEWEST, _PAIRS // count)
    if size >= count:
        return block(left, label, place)
    step = xp.checkpoint(block)
    lack = -count % size
    stacks = [
        _stacked(xp, x, size, lack, fill)
        for x, fill in ((left, 0), (label, 0), (place, -1))
    ]
    _, (first, second) = xp.scan(lambda _, rows: ((), step(*rows)), (), stacks)
    return xp.reshape(first, (-1,))[:count], xp.reshape(second, (-1,))[:count]


def _stacked(xp: Namespace, x: Any, size: int, lack: int, fill: int) -> Any:
    """Return blocks of `size` rows, the last filled up."""
    rest = xp.full_like(x[:lack, ...], fill)
    return xp.reshape(xp.concat([x, rest]), (-1, size, x.shape[1]))


def chosen(xp: Namespace, *pairs: Any) -> tuple[Any, Any]:
    """Return which pairs are of one label and which are not, masked rows left out."""
    label, place, other_label, other_place = pairs
    kept = xp.logical_and(place >= 0, other_place >= 0)
    same = label == other_label
    positive = xp.logical_and(kept, xp.logical_and(same, place != other_place))
    return positive, xp.logical_and(kept, xp.logical_not(same))


def log_mass(xp: Namespace, x: Any, which: Any) -> tuple[Any, Any]:
    """Return ``log(sum(exp(x)))`` of the pairs in each row, and whether it has any.

    It is finite in rows without any, too, where it means nothing.
    """
    some = xp.any(which, axis=1, keepdims=True)
    rest = xp.where(some, -math.inf, xp.zeros_like(x[:, :1]))
    x = xp.where(which, x, rest)
    return xp.logsumexp(x, 1, keepdims=True), some
