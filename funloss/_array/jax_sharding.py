"""A matrix whose rows may lie on several devices, a part at a time."""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.sharding import AxisType, PartitionSpec

__all__ = ["gather_beside", "map_shards", "num_shards"]


def num_shards(x: Any) -> int:
    """Return how many parts of equal length the rows of `x` may be sharded into."""
    mesh, own = jax.sharding.get_abstract_mesh(), _row_axes(x)
    if own:
        count = math.prod(mesh.shape[name] for name in own)
    elif mesh.empty:
        count = jax.device_count()
    else:
        kinds = zip(mesh.axis_sizes, mesh.axis_types, strict=True)
        count = math.prod(size for size, kind in kinds if kind is AxisType.Auto)
    return 1 if x.shape[0] % count else count


def gather_beside(x: Any, other: Any) -> Any:
    """Return `x` with its rows gathered where they lie as those of `other` do."""
    shared = set(_row_axes(x)) & set(_row_axes(other))
    if not shared:
        return x
    first, *rest = jax.typeof(x).sharding.spec
    spec = PartitionSpec(_without(first, tuple(shared)), *rest)
    return jax.sharding.reshard(x, spec)


def map_shards(
    function: Callable[..., Any], count: int, shared: tuple[Any, ...], arrays: Any
) -> Any:
    """Return the results of ``function(shared, first, part)`` for all parts, stacked.

    `first` is the number of a part's first row. Where a mesh is known, `shared` is
    repeated for each part: its derivatives are added up there, and exchanged once.
    """
    leaves = jax.tree.leaves(arrays)
    size = leaves[0].shape[0] // count
    # Beside a sharded matrix the others are laid out as it is.
    own = next(filter(None, map(_row_axes, leaves)), ())
    known = not jax.sharding.get_abstract_mesh().empty
    if known:
        shared = tuple(_repeated(array, count, own) for array in shared)
    parts = jax.tree.map(lambda array: _cut(array, count, own), arrays)
    firsts = size * jnp.arange(count)
    if own:
        firsts = jax.sharding.reshard(firsts, PartitionSpec(own))
    return jax.vmap(function, in_axes=(0 if known else None, 0, 0))(
        shared, firsts, parts
    )


def _cut(array: Any, count: int, own: tuple[str, ...]) -> Any:
    """Return the parts of an array along a new first axis."""
    shape = (count, array.shape[0] // count, *array.shape[1:])
    if not own:
        return jnp.reshape(array, shape)
    rest = jax.typeof(array).sharding.spec[1:]
    array = jax.sharding.reshard(array, PartitionSpec(own, *rest))
    spec = PartitionSpec(own, None, *rest)
    return jnp.reshape(array, shape, out_sharding=spec)


def _repeated(array: Any, count: int, own: tuple[str, ...]) -> Any:
    """Return `array` once for each part, beside the part where those are sharded."""
    shape = (count, *array.shape)
    if not own:
        return jnp.broadcast_to(array, shape)
    spec = [_without(names, own) for names in jax.typeof(array).sharding.spec]
    array = jax.sharding.reshard(array, PartitionSpec(*spec))
    return jnp.broadcast_to(array, shape, out_sharding=PartitionSpec(own, *spec))


def _without(names: Any, own: tuple[str, ...]) -> Any:
    every = names if isinstance(names, tuple) else (names,)
    return tuple(name for name in every if name and name not in own) or None


def _row_axes(x: Any) -> tuple[str, ...]:
    """Return the axes of an explicit mesh that the rows are sharded over."""
    spec = jax.typeof(x).sharding.spec
    own = spec[0] if len(spec) else None
    return own if isinstance(own, tuple) else () if own is None else (own,)
