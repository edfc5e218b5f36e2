"""Sums of cheap losses, as XLA for the CPU computes them in the least time.

A sum of one array goes to a library that runs each operation of the losses over a
block of memory of its own. Several sums in one reduction stay with XLA's compiler,
which fuses all operations into one loop.
"""

import functools
import math
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.ad_checkpoint import checkpoint_name

__all__ = ["is_reduction", "joint_sum", "sum_arithmetic"]

# The name of sums for `is_reduction`: what depends on the platform has none it knows.
_KEPT = "sum"
_CHAINS = 4
# A chain of additions starts again after this many losses, or rounding errors add up.
_ROW = 512
_LEAST_ROW = 64
# Below it the few kernels more take longer than the sum.
_MANY = 2**13


@jax.custom_jvp
def sum_arithmetic(x: Any) -> Any:
    """Return the sum of all elements, whose size must be a number."""
    row = math.gcd(x.size, _ROW)
    if x.size < _MANY or row < _LEAST_ROW or not _on_one_device():
        return jnp.sum(x)
    return lax.platform_dependent(x, cpu=lambda x: _in_chains(x, row), default=jnp.sum)


@sum_arithmetic.defjvp
def _sum_arithmetic_jvp(primals: Any, tangents: Any) -> Any:
    return sum_arithmetic(*primals), jnp.sum(tangents[0])


def _in_chains(x: Any, row: int) -> Any:
    x = jnp.reshape(x, (-1, row // _CHAINS, _CHAINS))
    chains = lax.split(x, (1,) * _CHAINS, 2)
    zeros = (jnp.zeros((), x.dtype),) * _CHAINS
    sums = lax.reduce(
        tuple(chains), zeros, lambda a, b: tuple(map(lax.add, a, b)), (1, 2)
    )
    total = jnp.sum(sum(sums[1:], sums[0]))
    # Nan stays nan. Used twice, an exponential or a logarithm before the loss is not
    # drawn into the loop, where it would be computed one element at a time.
    first = x[0, 0, 0]
    return jnp.where(jnp.isnan(first), first, total)


def _on_one_device() -> bool:
    """Tell whether no array can lie on several devices, whose parts would mix."""
    mesh = jax.sharding.get_abstract_mesh()
    return (jax.device_count() if mesh.empty else mesh.size) == 1


def joint_sum(arrays: Any, axis: int, apart: bool) -> list[Any]:
    """Return the sum of each of `arrays` along `axis`, kept, in one pass."""
    return [checkpoint_name(x, _KEPT) for x in _joint_sum(arrays, axis, apart)]


# As sums of their own, arrays that share a part would have it written out. A CPU sums
# them up one element at a time in one pass, and many at a time in two.
@functools.partial(jax.custom_jvp, nondiff_argnums=(1, 2))
def _joint_sum(arrays: Any, axis: int, apart: bool) -> Any:

    def in_one_pass(*arrays: Any) -> list[Any]:
        zeros = tuple(jnp.zeros((), x.dtype) for x in arrays)
        sums = lax.reduce(
            arrays, zeros, lambda a, b: tuple(map(lax.add, a, b)), (axis,)
        )
        return [jnp.expand_dims(x, axis) for x in sums]

    def in_several(*arrays: Any) -> list[Any]:
        return [jnp.sum(x, axis, keepdims=True) for x in arrays]

    if not apart:
        return in_one_pass(*arrays)
    return lax.platform_dependent(*arrays, cpu=in_several, default=in_one_pass)


@_joint_sum.defjvp
def _joint_sum_jvp(axis: int, apart: bool, primals: Any, tangents: Any) -> Any:
    changes = [jnp.sum(x, axis, keepdims=True) for x in tangents[0]]
    return _joint_sum(*primals, axis, apart), changes


def is_reduction(primitive: Any, *_: Any, name: str = "", **__: Any) -> bool:
    """Tell `jax.checkpoint` to keep sums and maxima, small beside what they are of."""
    return name == _KEPT or primitive.name.startswith("reduce")
