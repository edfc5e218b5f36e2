"""Lists of items: the way into a loss of lists, and tables of the pairs of a list.

The items of a list lie along the last axis. In a table of pairs the first item
changes along the last axis but one, the second along the last.
"""

import math
from typing import Any, Literal, NamedTuple

from funloss._array import Namespace
from funloss._core.arrays import (
    cast_like,
    check_where,
    fill_masked,
    promote_arrays,
    with_axes,
)
from funloss._core.checks import check_axis, check_broadcastable_to, check_shapes_equal

__all__ = [
    "GAINS",
    "Gain",
    "Lists",
    "ahead",
    "both",
    "charged",
    "column",
    "columns",
    "different",
    "enter_lists",
    "finite",
    "gain_slopes",
    "gains",
    "large",
    "leads",
    "ranks",
]

Gain = Literal["exponential", "linear"]

GAINS = ("exponential", "linear")
_LOG_2 = math.log(2)


class Lists(NamedTuple):
    """Checked arguments, masked items replaced by zeros."""

    xp: Namespace
    out: Any
    scores: Any
    labels: Any
    weight: Any
    keep: Any
    """Which items there are, or None."""
    counted: Any
    """Which lists have any item, or None."""


def enter_lists(
    dtype: Any, axis: int, input: Any, target: Any, *, weight: Any = None, where: Any
) -> Lists:
    """Return what `promote_arrays`, `cast_like` and `mask` make of lists along `axis`.

    Raises:
        ValueError: Shapes do not fit, or lists can have no item.
    """
    xp, out, (input, target) = promote_arrays(dtype, input=input, target=target)
    check_shapes_equal(input=input, target=target)
    shape = tuple(input.shape)
    place = check_axis(axis, len(shape)) if shape else None
    if place is None or shape[place] == 0:
        msg = f"input must have at least one item a list, got shape {shape}"
        raise ValueError(msg)
    (weight,) = cast_like(xp, input, weight=weight)
    check_broadcastable_to(shape, weight=weight)
    keep = check_where(xp, input, where, shape)
    input, target = fill_masked(xp, keep, (input, 0.0), (target, 0.0))
    weight = None if weight is None else with_axes(xp, weight, len(shape))
    (weight,) = fill_masked(xp, keep, (weight, 0.0))
    arrays = (
        x if x is None or place == len(shape) - 1 else xp.moveaxis(x, place, -1)
        for x in (input, target, weight, keep)
    )
    scores, labels, weight, keep = arrays
    counted = None if keep is None else xp.any(keep, axis=-1)
    return Lists(xp, out, scores, labels, weight, keep, counted)


def columns(xp: Namespace, x: Any) -> tuple[Any, Any]:
    """Return `x` as the first and as the second item of each pair."""
    return xp.expand_dims(x, axis=-1), xp.expand_dims(x, axis=-2)


# What follows is arithmetic where selections would do, with columns of numbers where
# constants would: XLA adds a table up as it is computed, unless there is a selection in
# it, or a constant that another table has as well.
def column(xp: Namespace, like: Any, value: float) -> Any:
    """Return a number for the first item of each pair."""
    return xp.expand_dims(_zeros(xp, like) + value, axis=-1)


def ahead(xp: Namespace, x: Any) -> Any:
    """Return 1 for the pairs whose first item has the larger `x`, else 0."""
    first, second = columns(xp, xp.stop_gradient(x))
    return xp.sign(xp.maximum(first - second, column(xp, x, 0.0)))


def both(xp: Namespace, keep: Any, like: Any) -> Any:
    """Return 1 for the pairs of items that there are, else 0; without a mask just 1."""
    if keep is None:
        return 1.0
    first, second = columns(xp, xp.astype(keep, like.dtype))
    return first * second


def different(xp: Namespace, like: Any) -> Any:
    """Return 1 for the pairs that are not of one item with itself."""
    first, second = columns(xp, _places(xp, like))
    return xp.absolute(xp.sign(first - second))


def charged(xp: Namespace, values: Any, part: Any, like: Any) -> Any:
    """Return `values` >= 0 where `part` is 1, and 0 where it is 0, even of infinity."""
    one, infinity = column(xp, like, 1.0), column(xp, like, math.inf)
    limited = xp.minimum(values, (part + part - one) * infinity)
    return xp.clamp_min(limited, column(xp, like, 0.0))


def finite(xp: Namespace, scores: Any) -> Any:
    """Return `scores`, infinite ones as numbers whose difference is finite."""
    limit = large(xp, scores)
    return xp.clamp(scores, -limit, limit)


def leads(xp: Namespace, scores: Any) -> Any:
    """Return the lead of each pair's first item; between equal infinities, 0."""
    infinite = xp.isinf(scores)
    first, second = columns(xp, xp.where(infinite, 0.0, scores))
    above, below = columns(xp, xp.where(infinite, xp.sign(scores), 0.0))
    apart, half = above - below, column(xp, scores, 0.5)
    infinity = column(xp, scores, math.inf)
    lead = xp.maximum(first - second, (apart - half) * infinity)
    return xp.minimum(lead, (apart + half) * infinity)


def ranks(xp: Namespace, x: Any, keep: Any) -> Any:
    """Return 1 for the largest item of a list, and so on; ties by place.

    Items that are not there take no rank, and their own means nothing.
    """
    x = finite(xp, x)
    last = x if keep is None else xp.where(keep, x, -math.inf)
    rank = xp.argsort(xp.argsort_descending(last, -1), axis=-1)
    return xp.astype(rank, x.dtype) + 1.0


def gains(xp: Namespace, labels: Any, gain: str) -> Any:
    """Return what items of these labels are worth."""
    return xp.expm1(labels * _LOG_2) if gain == "exponential" else labels


def gain_slopes(xp: Namespace, labels: Any, gain: str) -> Any:
    """Return the derivatives of `gains`."""
    if gain == "exponential":
        return _LOG_2 * xp.exp(labels * _LOG_2)
    return xp.ones_like(labels)


def _places(xp: Namespace, like: Any) -> Any:
    places = xp.arange(like.shape[-1], dtype=like.dtype, **xp.device_kw(like))
    return xp.of_ndim(like.ndim, places)[0] + _zeros(xp, like)


def _zeros(xp: Namespace, like: Any) -> Any:
    """Return zeros that are no constant."""
    return finite(xp, xp.stop_gradient(like)) * 0.0


def large(xp: Namespace, x: Any) -> float:
    """Return what an infinite score counts as where differences shall be finite."""
    return float(xp.finfo(x.dtype).max) / 4
