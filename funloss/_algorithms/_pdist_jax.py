"""Distances of all pairs of rows on JAX, as one matrix, in a program for a CPU.

Sums of squared differences, never a matrix product, which loses the digits of near
rows. Each pair is computed twice; sums of whole matrices are vectorised, where sums
along rows are not.
"""

import functools
import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from funloss._array.jax import JAX
from funloss._array.jax_control import cond, scan

__all__ = ["pair_distances"]

# Features, or rows, in one fused step of a loop.
_STEP = 16


def pair_distances(x: Any, p: float, general: Callable[[Any], Any]) -> Any:
    """Return ``general(x)``, the distances of pairs, for `p` of 1, 2 or inf."""

    def on_cpu(x: Any) -> Any:
        return _pairs_and_matrix(x, p, general)[0]

    return lax.platform_dependent(x, cpu=on_cpu, default=general)


@functools.partial(jax.custom_jvp, nondiff_argnums=(1, 2))
def _pairs_and_matrix(
    x: Any, p: float, general: Callable[[Any], Any]
) -> tuple[Any, Any]:
    """Return the distances of pairs, and the matrix of them that gradients take."""
    matrix = _sums(x, p)
    pairs = _above_diagonal(matrix)
    if p != 2:
        return pairs, matrix if p == math.inf else None
    pairs = jnp.sqrt(pairs)
    exact = _is_exact(x, pairs)
    pairs = cond(exact, lambda _, d: d, lambda x, _: general(x), x, pairs)
    return pairs, None


@_pairs_and_matrix.defjvp
def _pairs_and_matrix_jvp(
    p: float, general: Callable[[Any], Any], primals: Any, tangents: Any
) -> Any:
    (x,), (change,) = primals, tangents
    pairs, matrix = _pairs_and_matrix(x, p, general)

    def quick(x: Any, pairs: Any, change: Any) -> Any:
        moved = _above_diagonal(_d_matrix(x, matrix, change, p))
        return moved / jnp.where(pairs == 0, 1, pairs) if p == 2 else moved

    def scaled(x: Any, _: Any, change: Any) -> Any:
        return jax.jvp(general, (x,), (change,))[1]

    if p == 2:
        exact = _is_exact(x, pairs)
        pairs_change = cond(exact, quick, scaled, x, pairs, change)
    else:
        pairs_change = quick(x, pairs, change)
    # Which coordinates are the largest has no derivative.
    matrix_change = None if matrix is None else jnp.zeros_like(matrix)
    return (pairs, matrix), (pairs_change, matrix_change)


def _sums(x: Any, p: float) -> Any:
    """Return the sum, or maximum, for any two rows: a symmetric matrix."""
    features = x.shape[1]
    bits = {4: jnp.int32, 8: jnp.int64}[x.dtype.itemsize]
    # As integers, nan is the largest magnitude, and a maximum is one instruction.
    add = lax.max if p == math.inf else lax.add

    def measure(difference: Any) -> Any:
        if p == 2:
            return lax.square(difference)
        size = lax.abs(difference)
        return lax.bitcast_convert_type(size, bits) if p == math.inf else size

    def of_block(columns: Any) -> Any:
        # In memory of their own, so that XLA sees where they are and vectorises.
        columns = lax.optimization_barrier(columns)
        terms = [measure(c[:, None] - c[None, :]) for c in columns]
        # Added up in pairs, which rounds less than one after the other.
        while len(terms) > 1:
            rest = terms[len(terms) // 2 * 2 :]
            terms = [*map(add, terms[::2], terms[1::2]), *rest]
        return terms[0]

    def step(total: Any, columns: Any) -> Any:
        return add(total, of_block(columns)), None

    blocks = _blocks(x.T, min(_STEP, features))
    # Not from zeros, which would not lie on the devices of the rows.
    total, _ = scan(step, of_block(blocks[0]), blocks[1:])
    return lax.bitcast_convert_type(total, x.dtype) if p == math.inf else total


def _d_matrix(x: Any, matrix: Any, change: Any, p: float) -> Any:
    """Return the change of `_sums` with that of `x`; for ``p=2``, half of it."""
    count, size = x.shape[0], min(_STEP, x.shape[0])

    # JAX before 0.10 transposes no loop that takes the tangent from around it.
    @jax.checkpoint
    def step(change: Any, rows: Any) -> Any:
        others, *largest = lax.optimization_barrier(rows)
        columns = [None] * size if p != math.inf else [c[:, None] for c in largest[0]]
        parts = [
            jnp.sum(_direction(x - row[None, :], column, p) * change, 1)
            for row, column in zip(others, columns, strict=True)
        ]
        return change, jnp.stack(parts)

    rows = (x, matrix) if p == math.inf else (x,)
    _, parts = scan(step, change, tuple(_blocks(array, size) for array in rows))
    own = jnp.reshape(parts, (-1, count))[:count]
    return own + own.T


def _direction(difference: Any, largest: Any, p: float) -> Any:
    """Return the derivative of the distance, for ``p=2`` times the distance."""
    if p == 2:
        return difference
    positive, negative = difference > 0, difference < 0
    if p == math.inf:
        is_largest = lax.abs(difference) == largest
        positive, negative = positive & is_largest, negative & is_largest
    return positive.astype(difference.dtype) - negative.astype(difference.dtype)


def _is_exact(x: Any, pairs: Any) -> Any:
    """Tell whether no square has over- or underflowed that matters in a sum.

    Rows that are equal, or nearly, are exact where no coordinate is tiny: then their
    differences are no smaller than its last digit.
    """
    finfo = jnp.finfo(x.dtype)
    most = float(finfo.max) ** 0.375
    tiny = 8 * float(finfo.smallest_normal) ** 0.5 / float(finfo.eps)
    is_far = jnp.min(pairs) >= x.shape[1] ** 0.5 / most
    is_coarse = jnp.all((x == 0) | (lax.abs(x) >= tiny))
    return (jnp.max(pairs) <= most) & (is_far | is_coarse)


def _blocks(x: Any, size: int) -> Any:
    """Return blocks of `size` rows, the last one padded with zeros."""
    padded = jnp.pad(x, ((0, -x.shape[0] % size), (0, 0)))
    return jnp.reshape(padded, (-1, size, x.shape[1]))


def _above_diagonal(matrix: Any) -> Any:
    count = matrix.shape[0]
    first, second = np.triu_indices(count, 1)
    return JAX.take_unique(jnp.reshape(matrix, (-1,)), first * count + second)
