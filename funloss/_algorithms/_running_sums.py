"""Sums of exponentials along a sorted axis, read at the ends of groups."""

from typing import Any

from funloss._array import Namespace

__all__ = ["at_index", "clip_infinite", "finite_limit", "group_bounds", "positions"]


def positions(xp: Namespace, like: Any) -> Any:
    """Return the index of each element along the last axis, in the shape of `like`."""
    index = xp.arange(like.shape[-1], dtype=xp.int32, **xp.device_kw(like))
    # Added, and not broadcast, so that it lies on the devices of `like`.
    (index,) = xp.of_ndim(like.ndim, index)
    return index + xp.zeros_like(like, dtype=xp.int32)


def group_bounds(xp: Namespace, index: Any, begins: Any) -> tuple[Any, Any]:
    """Return the index of the first of each element's group, and that after its last.

    `index` holds the `positions`; `begins` lacks the first of them, and tells of each
    other whether a group begins there.
    """
    count, zero = index.shape[-1], index[..., :1]
    first = xp.concat([zero, xp.where(begins, index[..., 1:], 0)], axis=-1)
    left = xp.where(begins, count - index[..., 1:], 0)
    left = xp.flip(xp.concat([left, zero], axis=-1), axis=-1)
    left = xp.flip(xp.cumulative_max(left, -1), axis=-1)
    return xp.cumulative_max(first, -1), count - left


def at_index(
    xp: Namespace, running: Any, index: Any, *, empty_first: bool
) -> list[Any]:
    """Return a running maximum and sum at `index`, with an empty one first or last."""
    top, total = running
    zero = xp.zeros_like(total[..., :1])
    pairs = (zero - finite_limit(xp, top), top), (zero, total)
    joined = (xp.concat(x if empty_first else x[::-1], axis=-1) for x in pairs)
    return [xp.gather(x, index, -1) for x in joined]


def clip_infinite(xp: Namespace, scores: Any) -> Any:
    """Return `scores`, infinite ones as numbers whose difference is finite."""
    limit = finite_limit(xp, scores)
    return xp.clamp(scores, -limit, limit)


def finite_limit(xp: Namespace, x: Any) -> float:
    """Return what stands for infinity where differences must be finite."""
    return float(xp.finfo(x.dtype).max) / 4
