"""Running results along an axis, on JAX."""

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from funloss._array.jax_control import scan

__all__ = ["running"]


def running(
    join: Callable[..., Any], arrays: Sequence[Any], axis: int, *, reverse: bool
) -> tuple[Any, ...]:
    """Join each row of all `arrays` with what was joined before.

    On a CPU in blocks, which is quicker to run, and much quicker to compile, than a
    tree of slices.
    """
    as_tree = functools.partial(_as_tree, join, axis, reverse)
    if arrays[0].shape[axis] < 2 or any(map(_is_sharded, arrays)):
        return as_tree(*arrays)
    in_blocks = functools.partial(_in_blocks, join, axis, reverse)
    return lax.platform_dependent(*arrays, cpu=in_blocks, default=as_tree)


def _is_sharded(x: Any) -> bool:
    """Tell whether an axis is sharded explicitly: blocks would change its layout."""
    return any(names is not None for names in jax.typeof(x).sharding.spec)


def _as_tree(
    join: Callable[..., Any], axis: int, reverse: bool, *arrays: Any
) -> tuple[Any, ...]:
    return lax.associative_scan(join, arrays, reverse, axis)


def _in_blocks(
    join: Callable[..., Any], axis: int, reverse: bool, *arrays: Any
) -> tuple[Any, ...]:
    """Join rows in blocks of about the root of their number, then the blocks.

    A sum of n terms is so rounded about as often as twice that root.
    """
    length = arrays[0].shape[axis]
    size = math.isqrt(length)
    count = -(-length // size)

    def split(x: Any) -> Any:
        rows = jnp.moveaxis(x, axis, 0)
        rows = jnp.flip(rows, 0) if reverse else rows
        rest = [(0, 0)] * (rows.ndim - 1)
        rows = jnp.pad(rows, [(0, count * size - length), *rest], mode="edge")
        return jnp.swapaxes(rows.reshape(count, size, *rows.shape[1:]), 0, 1)

    def unsplit(x: Any) -> Any:
        rows = jnp.swapaxes(x, 0, 1).reshape(count * size, *x.shape[2:])[:length]
        return jnp.moveaxis(jnp.flip(rows, 0) if reverse else rows, 0, axis)

    inside = _in_steps(join, [split(x) for x in arrays])
    before = _in_steps(join, [x[-1, :-1] for x in inside])
    later = join([x[None] for x in before], [x[:, 1:] for x in inside])
    pairs = zip(inside, later, strict=True)
    return tuple(unsplit(jnp.concat([x[:, :1], y], axis=1)) for x, y in pairs)


def _in_steps(join: Callable[..., Any], arrays: Sequence[Any]) -> list[Any]:
    def step(before: Any, rows: Any) -> Any:
        now = tuple(join(before, rows))
        return now, now

    first = tuple(x[0] for x in arrays)
    _, others = scan(step, first, tuple(x[1:] for x in arrays))
    pairs = zip(first, others, strict=True)
    return [jnp.concat([x[None], y], axis=0) for x, y in pairs]
