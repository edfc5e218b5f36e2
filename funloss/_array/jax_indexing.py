"""Rows on JAX: picked and added up by index, sorted, and whole where they were split.

In explicit-sharding mode JAX refuses what would need data of several devices, unless
one says where the result shall lie. The axis in question is gathered here; elsewhere
`jax.jit` does so by itself.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.sharding import PartitionSpec

from funloss._array import jax_control, jax_sharding, jax_windows
from funloss._array import jax_derivatives as rules
from funloss._array.jax_scans import running
from funloss._array.jax_sizes import JaxSizes

__all__ = ["JaxRows"]


class JaxRows(JaxSizes):
    """The primitives that move elements along an axis."""

    def replicate_axes(self, x: Any, *axes: int) -> Any:
        """Return `x` with `axes` gathered where explicit sharding splits them."""
        parts = list(jax.typeof(x).sharding.spec)
        if all(parts[axis] is None for axis in axes):
            return x
        for axis in axes:
            parts[axis] = None
        return jax.sharding.reshard(x, PartitionSpec(*parts))

    def reshape(self, x: Any, shape: tuple[int, ...]) -> Any:
        """Return `x` in another shape, gathered where that merges split axes."""
        if any(jax.typeof(x).sharding.spec):
            rest = x.size // max(1, -math.prod(shape))
            sizes = [rest if n == -1 else n for n in shape]
            starts = set(itertools.accumulate(reversed(sizes), int.__mul__))
            merged = (k for k in range(x.ndim) if math.prod(x.shape[k:]) not in starts)
            x = self.replicate_axes(x, *merged)
        return jnp.reshape(x, shape)

    def gather(self, x: Any, indices: Any, axis: int) -> Any:
        """Take along `axis` by indices of as many dimensions, all in range."""
        if jax.typeof(x).sharding.spec[axis] is None:
            if indices.shape[axis] == 1:
                return rules.take_one(x, indices, axis % x.ndim)
            return jnp.take_along_axis(x, indices, axis, mode="promise_in_bounds")
        if indices.shape[axis] > 1:
            return self.gather(self.replicate_axes(x, axis), indices, axis)
        places = lax.broadcasted_iota(indices.dtype, x.shape, axis % x.ndim)
        return jnp.sum(jnp.where(places == indices, x, 0), axis, keepdims=True)

    def take(self, x: Any, indices: Any, *, axis: int = 0) -> Any:
        """Take along `axis` by a vector of indices, all in range."""
        x, split = self.replicate_axes(x, axis), jax.typeof(indices).sharding.spec
        if not any(split):
            return jnp.take(x, indices, axis=axis)
        parts = list(jax.typeof(x).sharding.spec)
        parts[axis : axis + 1] = split
        chosen = x.at[(slice(None),) * (axis % x.ndim) + (indices,)]
        return chosen.get(mode="promise_in_bounds", out_sharding=PartitionSpec(*parts))

    def block(self, x: Any, start: Any, size: int) -> Any:
        """Return `size` rows of `x` from `start` on, which may be traced."""
        return rules.block(x, start, size)

    def psum(self, x: Any, axis_name: Any) -> Any:
        """Add `x` up over a mapped axis."""
        return lax.psum(x, axis_name)

    def all_gather(self, x: Any, axis_name: Any) -> Any:
        """Return the rows of `x` of all places on a mapped axis, in their order."""
        return lax.all_gather(x, axis_name, tiled=True)

    def axis_index(self, axis_name: Any) -> Any:
        """Return the place on a mapped axis."""
        return lax.axis_index(axis_name)

    def num_shards(self, x: Any) -> int:
        """Return how many parts of equal length the rows of `x` may lie in."""
        return jax_sharding.num_shards(x)

    def gather_beside(self, x: Any, other: Any) -> Any:
        """Return `x` with its rows gathered where they lie as those of `other` do."""
        return jax_sharding.gather_beside(x, other)

    def map_shards(self, function: Any, count: int, shared: Any, arrays: Any) -> Any:
        """Return ``function(shared, first, part)`` of all parts, stacked."""
        return jax_sharding.map_shards(function, count, shared, arrays)

    def linear(
        self, x: Any, weight: Any, *, narrow: bool = False, precise: bool = False
    ) -> Any:
        """Return ``x @ weight.T`` for matrices, in the dtype of `x`."""
        if narrow:
            return rules.narrow_linear(x, weight)
        precision = lax.Precision.HIGHEST if precise else None
        return rules.linear(x, weight.astype(x.dtype), x.dtype, precision)

    def segment_sum(self, x: Any, ids: Any, count: int) -> Any:
        """Sum the rows of `x` that share an id of ``0..count-1``."""
        return jax.ops.segment_sum(x, ids, count, mode="promise_in_bounds")

    def scatter(self, x: Any, indices: Any, size: int) -> Any:
        """Add up the elements of each row of a matrix that share an index."""

        def row(x: Any, indices: Any) -> Any:
            return jnp.zeros(size, x.dtype).at[indices].add(x, mode="promise_in_bounds")

        return jax.vmap(row)(x, indices)

    # Behind the barrier, because XLA computes a scatter of constants as it compiles:
    # it took 24 s for the derivatives of all pairs of 4096 rows.
    def take_unique(self, x: Any, places: Any) -> Any:
        """Return elements of a 1-D array; `places` are NumPy's, and all different."""
        places = lax.optimization_barrier(jnp.asarray(places))
        return x.at[places].get(mode="promise_in_bounds", unique_indices=True)

    # XLA for the CPU calls a comparator for each pair of floats, but not of integers.
    def sort_values(self, x: Any) -> Any:
        """Return each row in ascending order; no gradient, and no nan may be in it."""
        kind = {4: jnp.int32, 8: jnp.int64}[x.dtype.itemsize]
        bits = lax.bitcast_convert_type(lax.stop_gradient(x), kind)
        bits = lax.sort(_ordered(bits), dimension=x.ndim - 1, is_stable=False)
        return lax.bitcast_convert_type(_ordered(bits), x.dtype)

    # Sorted rows may lie on several devices; XLA would gather those of a `top_k`.
    def argsort_descending(self, x: Any, axis: int) -> Any:
        """Return where the elements are, the largest first, ties by index; no nan."""
        x = lax.stop_gradient(self.replicate_axes(x, axis))
        return jnp.argsort(x, axis, descending=True, stable=True)

    def lexsort_descending(self, keys: Sequence[Any], axis: int) -> Any:
        """Return where the elements are by the first of `keys`, the largest first."""
        keys = [lax.stop_gradient(self.replicate_axes(x, axis)) for x in keys]
        keys = [-x if jnp.issubdtype(x.dtype, jnp.floating) else ~x for x in keys]
        axis %= keys[0].ndim
        index = lax.broadcasted_iota(jnp.int32, keys[0].shape, axis)
        # Added, so that it lies on the devices of the keys.
        index = index + jnp.zeros_like(keys[0], jnp.int32)
        return lax.sort((*keys, index), dimension=axis, num_keys=len(keys))[-1]

    def top_k(self, x: Any, k: int, axis: int) -> tuple[Any, Any]:
        """Return the `k` largest in descending order and where; ties by index."""
        values, chosen = lax.top_k(
            jnp.moveaxis(self.replicate_axes(x, axis), axis, -1), k
        )
        return jnp.moveaxis(values, -1, axis), jnp.moveaxis(chosen, -1, axis)

    def windowed_sums(self, x: Any, taps: Sequence[float], axis: int) -> Any:
        """Return ``sum(taps[k] * x[i + k])`` along `axis`, where all of those exist."""
        return jax_windows.windowed_sums(self.replicate_axes(x, axis), taps, axis)

    def windowed_squares(
        self, x: Any, mean: Any, taps: Sequence[float], axis: int
    ) -> Any:
        """Return ``sum(taps[k] * (x[i + k] - mean[i])**2)``, a variance."""
        x = self.replicate_axes(x, axis)
        return jax_windows.windowed_squares(x, mean, taps, axis)

    def cumulative_sum(self, x: Any, *, axis: int = 0) -> Any:
        """Return the running sum."""
        return jnp.cumulative_sum(self.replicate_axes(x, axis), axis=axis)

    def cumulative_max(self, x: Any, axis: int) -> Any:
        """Return the running maximum."""
        return lax.cummax(self.replicate_axes(x, axis), axis % x.ndim)

    def cond(
        self,
        predicate: Any,
        function: Callable[..., Any],
        other: Callable[..., Any],
        *arrays: Any,
    ) -> Any:
        """Return ``function(*arrays)`` where the predicate holds, else `other`'s."""
        return jax_control.cond(predicate, function, other, *arrays)

    def _associative_scan(
        self, join: Any, arrays: Any, axis: int, *, reverse: bool = False
    ) -> tuple[Any, ...]:
        arrays = tuple(self.replicate_axes(x, axis) for x in arrays)
        return running(join, arrays, axis % arrays[0].ndim, reverse=reverse)


def _ordered(bits: Any) -> Any:
    """Turn the bits of floats into integers of the same order, and back."""
    return jnp.where(bits < 0, bits ^ jnp.iinfo(bits.dtype).max, bits)
