"""Sums of several arrays at once, and what is kept of sums for a derivative."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.ad_checkpoint import checkpoint_name

__all__ = ["is_reduction", "joint_sum"]

# The name of sums for `is_reduction`: what depends on the platform has none it knows.
_KEPT = "sum"


def joint_sum(arrays: Any, axis: int, apart: bool) -> list[Any]:
    """Return the sum of each of `arrays` along `axis`, kept, in one pass."""
    return [checkpoint_name(x, _KEPT) for x in _joint_sum(arrays, axis, apart)]


# As sums of their own, arrays that share a part would have it written out. A CPU sums
# them up one element at a time in one pass, and many at a time in two.
@functools.partial(jax.custom_jvp, nondiff_argnums=(1, 2))
def _joint_sum(arrays: Any, axis: int, apart: bool) -> Any:

    def in_one_pass(*arrays: Any) -> list[Any]:
        zeros = tuple(jnp.zeros((), x.dtype) for x in arrays)
        sums = lax.reduce(arrays, zeros, _add_each, (axis,))
        return [jnp.expand_dims(x, axis) for x in sums]

    def in_several(*arrays: Any) -> list[Any]:
        return [jnp.sum(x, axis, keepdims=True) for x in arrays]

    if not apart:
        return in_one_pass(*arrays)
    return lax.platform_dependent(*arrays, cpu=in_several, default=in_one_pass)


# One function, by which JAX finds what it compiled outside of a program.
def _add_each(some: Any, others: Any) -> Any:
    return tuple(map(lax.add, some, others))


@_joint_sum.defjvp
def _joint_sum_jvp(axis: int, apart: bool, primals: Any, tangents: Any) -> Any:
    changes = [jnp.sum(x, axis, keepdims=True) for x in tangents[0]]
    return _joint_sum(*primals, axis, apart), changes


def is_reduction(primitive: Any, *_: Any, name: str = "", **__: Any) -> bool:
    """Tell `jax.checkpoint` to keep sums and maxima, small beside what they are of."""
    return name == _KEPT or primitive.name.startswith("reduce")
