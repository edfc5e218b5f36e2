"""Distances of all pairs of rows, one offset between rows at a time."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from funloss._array import Namespace

__all__ = ["pair_distances"]

# Up to this many differences, NumPy is faster without a loop.
_WHOLE = 2**20


def pair_distances(xp: Namespace, x: Any, norm: Callable[[Any], Any], p: float) -> Any:
    """Return ``norm(x[i] - x[j])`` of every two rows ``i < j``, in order.

    The norm is a p-norm, whose derivative is shared by no coordinates that tie.
    """
    count, features = x.shape
    looped = xp.name == "jax" or count * (count - 1) // 2 * features > _WHOLE
    if xp.known(count) and xp.blockwise and looped and count > 1:
        by_offset = partial(_by_offset, xp, norm=norm)
        whole = features and p in (1, 2, math.inf) and xp.num_shards(x) == 1
        if xp.name == "jax" and whole:
            from funloss._algorithms import _pdist_jax  # noqa: PLC0415 - needs JAX

            return _pdist_jax.pair_distances(x, p, by_offset)
        return by_offset(x)
    first, second = xp.pairs(x, count)
    return norm(xp.take(x, first, axis=0) - xp.take(x, second, axis=0))


def _by_offset(xp: Namespace, x: Any, norm: Callable[[Any], Any]) -> Any:
    """Pair each row with the one `offset` rows further on, cyclically.

    Offsets up to half the number of rows cover every pair. The differences of one
    offset are as large as `x`; the backward pass computes them again.
    """
    count = x.shape[0]
    twice = xp.concat([x, x], axis=0)

    def step(carry: Any, row: Any) -> Any:
        return carry, norm(x - xp.block(twice, row[0], count))

    offsets = xp.arange(1, count // 2 + 1, dtype=xp.int32, **xp.device_kw(x))
    _, distances = xp.scan(xp.checkpoint(step), (), (offsets,))
    return xp.take_unique(xp.reshape(distances, (-1,)), _places(count))


def _places(count: int) -> np.ndarray:
    """Return the index of each pair's distance, by offset and then by row."""
    first, second = np.triu_indices(count, 1)
    offset = second - first
    near = offset <= count // 2
    start = np.where(near, first, second)
    return (np.where(near, offset, count - offset) - 1) * count + start
