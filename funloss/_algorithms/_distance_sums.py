"""Sums of the distances of all pairs of vectors, one offset between them at a time.

The differences of one offset are as large as the vectors, and each pair is met once, so
that nothing of shape ``(M, M, D)`` exists. The derivative is found in the same loop:
that of a vector is the sum of the directions from all others.
"""

import functools
import math
from typing import Any

from funloss._array import Namespace

__all__ = ["distance_sums"]

# Up to this many differences there is no loop, which takes longer.
_WHOLE = 2**16


def distance_sums(xp: Namespace, x: Any) -> Any:
    """Return the sum of ``norm(x[k] - x[l])`` over all pairs ``k < l``.

    Vectors are on the last axis of `x`; equal ones have derivative 0. On JAX a value
    whose derivative is not asked for does not compute that: XLA leaves it out.
    """
    count, on_jax = x.shape[0], xp.name == "jax"
    if not isinstance(count, int) or (not on_jax and _are_few(x.shape)):
        first, second = xp.pairs(x, count)
        pairs = xp.take(x, first, axis=0) - xp.take(x, second, axis=0)
        return xp.total(xp.norm(pairs, 2, -1), 0)

    def along(moving: Any, _held: Any, results: Any) -> Any:
        return xp.total(results[1] * moving[0], (0, -1))

    def back(arrays: Any, g: Any, _result: Any) -> tuple[Any]:
        directions = _sums(xp, arrays[0], directed=True)[1]
        return (g[None, ..., None] * directions,)

    sums = functools.partial(_sums, xp, directed=on_jax)
    return xp.derivative_along(sums, along, x, back=back)


def _are_few(shape: tuple[Any, ...]) -> bool:
    known = all(isinstance(size, int) for size in shape)
    return known and shape[0] * math.prod(shape) <= _WHOLE


def _sums(xp: Namespace, x: Any, *, directed: bool) -> tuple[Any, ...]:
    """Return the sum of distances, and with `directed` that of directions of each."""
    count = x.shape[0]
    twice = xp.concat([x, x], axis=0)
    # From `x`: inside `jax.shard_map` the carry must vary as it does.
    zeros = xp.astype(xp.isnan(x), x.dtype) * 0.0
    carry = (xp.total(zeros, -1), zeros) if directed else (xp.total(zeros, -1),)

    def step(carry: Any, row: Any) -> Any:
        added = zip(carry, _terms(xp, x, twice, *row, directed=directed), strict=True)
        return tuple(total + term for total, term in added), row[0]

    # Half way round, each pair is met from both sides.
    offsets = range(1, count // 2 + 1)
    shares = [0.5 if 2 * offset == count else 1.0 for offset in offsets]
    if xp.name != "jax":
        for row in zip(offsets, shares, strict=True):
            carry, _ = step(carry, row)
    else:
        rows = xp.asarray(offsets, dtype=xp.int32), xp.asarray(shares, dtype=x.dtype)
        carry, _ = xp.scan(step, carry, rows)
    return (xp.total(carry[0], 0), *carry[1:])


def _terms(
    xp: Namespace, x: Any, twice: Any, offset: Any, share: Any, *, directed: bool
) -> tuple[Any, ...]:
    """Return the distances from vectors `offset` further on, each times `share`.

    With `directed`, also the directions from both vectors at this offset.
    """
    count = x.shape[0]
    ahead = x - xp.block(twice, offset, count)
    # Selected twice: in a loop, JAX has lost the rule of the norm by the time that it
    # takes a second derivative in reverse, and the root of 0 has none.
    equal = xp.all(ahead == 0, axis=-1, keepdims=True)
    size = xp.norm(xp.where(equal, 1.0, ahead), 2, -1, keepdims=True)
    size = xp.where(equal, 0.0, size)
    distances = share * size[..., 0]
    if not directed:
        return (distances,)
    size = xp.where(size == 0, 1.0, size)
    # Those of the pairs in which each vector is the other one.
    behind = x - xp.block(twice, count - offset, count)
    size_behind = xp.block(xp.concat([size, size], axis=0), count - offset, count)
    directions = xp.quotient(ahead, size) + xp.quotient(behind, size_behind)
    return distances, share * directions
