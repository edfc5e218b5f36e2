"""Derivatives that JAX does not have as torch has them, or not as cheaply.

Values are single operations wherever one exists: XLA fuses those into a reduction,
while a select or a comparison is written out first. Derivatives are computed from the
inputs, behind a barrier: without it XLA shares parts of the value with the derivative,
and writes those out, too. On a CPU that is quicker where the parts are exponentials or
logarithms (`on_cpu`).
"""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.custom_derivatives import SymbolicZero

from funloss._array.jax_control import cond

__all__ = [
    "absolute",
    "block",
    "clamp_max",
    "clamp_min",
    "exact_on_cpu",
    "linear",
    "log1p",
    "narrow_linear",
    "norm2",
    "on_cpu",
    "quotient",
    "softplus",
    "take_one",
    "where",
]


# The two are equal, and so are their derivatives: those of a switch would have zeros
# in one branch where the other has none, which `jax.shard_map` refuses.
@jax.custom_jvp
def on_cpu(one: Any, other: Any) -> Any:
    """Return `one` in a program for a CPU, the same as `other` elsewhere."""
    return lax.platform_dependent(
        one, other, cpu=lambda one, _: one, default=lambda _, other: other
    )


@on_cpu.defjvp
def _on_cpu_jvp(primals: Any, tangents: Any) -> Any:
    return on_cpu(*primals), tangents[0]


# jnp.where takes a Python number for float64 wherever x64 is on, and narrows it after.
def where(condition: Any, x: Any, y: Any) -> Any:
    """Select; a Python number takes the dtype of the array beside it."""
    if hasattr(x, "dtype") or hasattr(y, "dtype"):
        dtype = jnp.result_type(x, y)
        x, y = (v if hasattr(v, "dtype") else dtype.type(v) for v in (x, y))
    return jnp.where(condition, x, y)


# jnp.abs has derivative 1 at 0, jnp.clip 1/2 at a bound.
@jax.custom_jvp
def absolute(x: Any) -> Any:
    """Return ``abs(x)``; derivative ``sign(x)``, 0 at 0 and at nan."""
    return lax.abs(x)


@absolute.defjvp
def _absolute_jvp(primals: Any, tangents: Any) -> Any:
    (x,), (change,) = primals, tangents
    sign = (x > 0).astype(x.dtype) - (x < 0).astype(x.dtype)
    return absolute(x), sign * change


@jax.custom_jvp
def clamp_min(x: Any, bound: Any) -> Any:
    """Return the larger; derivative 1 in `x` at the bound, 0 at nan."""
    return jnp.maximum(x, bound)


@clamp_min.defjvp
def _clamp_min_jvp(primals: Any, tangents: Any) -> Any:
    x, bound = primals
    change = jnp.where(x >= bound, tangents[0], jnp.where(x < bound, tangents[1], 0))
    return clamp_min(x, bound), change


@jax.custom_jvp
def clamp_max(x: Any, bound: Any) -> Any:
    """Return the smaller; derivative 1 in `x` at the bound, 0 at nan."""
    return jnp.minimum(x, bound)


@clamp_max.defjvp
def _clamp_max_jvp(primals: Any, tangents: Any) -> Any:
    x, bound = primals
    change = jnp.where(x <= bound, tangents[0], jnp.where(x > bound, tangents[1], 0))
    return clamp_max(x, bound), change


# XLA's for the CPU is off by 128 ulps of float64 between -0.4143 and -0.3542.
@jax.custom_jvp
def log1p(x: Any) -> Any:
    """Return ``log(1 + x)`` with the digits that `x` has near 0."""
    if x.dtype != jnp.float64:
        return jnp.log1p(x)
    return jnp.where(x < -0.35, jnp.log(1 + x), jnp.log1p(x))


@log1p.defjvp
def _log1p_jvp(primals: Any, tangents: Any) -> Any:
    (x,), (change,) = primals, tangents
    return log1p(x), change / (1 + x)


@jax.custom_jvp
def softplus(x: Any) -> Any:
    """Return ``log(1 + exp(x))`` without overflow."""
    return jnp.maximum(x, 0) + jnp.log1p(jnp.exp(-lax.abs(x)))


@softplus.defjvp
def _softplus_jvp(primals: Any, tangents: Any) -> Any:
    (x,), (change,) = primals, tangents
    return softplus(x), jax.nn.sigmoid(lax.optimization_barrier(x)) * change


# JAX divides by the square of `y`, which under- and overflows, and then by its cube.
@jax.custom_jvp
def quotient(x: Any, y: Any) -> Any:
    """Return ``x / y``."""
    return x / y


def _quotient_jvp(primals: Any, tangents: Any) -> Any:
    (_, y), (change, y_change) = primals, tangents
    out = quotient(*primals)
    change = 0 if isinstance(change, SymbolicZero) else change
    if not isinstance(y_change, SymbolicZero):
        change = change - out * y_change
    return out, change / y


quotient.defjvp(_quotient_jvp, symbolic_zeros=True)


def exact_on_cpu(
    quick: Callable[..., Any], general: Callable[..., Any], *arrays: Any
) -> Any:
    """Return ``general(*arrays)``, in a program for a CPU by `quick` where it may be.

    `quick` returns the value and whether it is that of `general`, element by element.
    """

    def on_cpu(*arrays: Any) -> Any:
        value, exact = quick(*arrays)
        return cond(jnp.all(exact), lambda *_: value, general, *arrays)

    return lax.platform_dependent(*arrays, cpu=on_cpu, default=general)


@functools.partial(jax.custom_jvp, nondiff_argnums=(1, 2))
def norm2(x: Any, scale_of: Callable[[Any], Any], axis: int) -> Any:
    """Return the Euclidean norm, `axis` kept; `scale_of` is that of its squares.

    The scale takes a pass over `x` of its own. Sums that no scale other than 1 can
    have are known by their size.
    """
    limit = float(jnp.finfo(x.dtype).max) ** 0.375

    def quick(x: Any) -> Any:
        squares = jnp.sum(lax.square(x), axis, keepdims=True)
        exact = (squares >= x.shape[axis] / limit**2) & (squares <= limit**2)
        return jnp.sqrt(squares), exact

    def general(x: Any) -> Any:
        scale = scale_of(x)
        return scale * jnp.sqrt(jnp.sum(lax.square(x / scale), axis, keepdims=True))

    return exact_on_cpu(quick, general, x)


@norm2.defjvp
def _norm2_jvp(
    scale_of: Callable[[Any], Any], axis: int, primals: Any, tangents: Any
) -> Any:
    (x,), (change,) = primals, tangents
    out = norm2(x, scale_of, axis)
    unit = quotient(x, jnp.where(out == 0, 1, out))
    return out, jnp.sum(unit * change, axis, keepdims=True)


# XLA for the CPU slices bfloat16 as float32, and would widen all of `x` to do so.
@functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
def block(x: Any, start: Any, size: int) -> Any:
    """Return `size` rows of `x` from `start` on."""
    if x.dtype == jnp.bfloat16:
        x, start = lax.optimization_barrier((x, start))
    return lax.dynamic_slice_in_dim(x, start, size)


@block.defjvp
def _block_jvp(size: int, primals: Any, tangents: Any) -> Any:
    change = lax.dynamic_slice_in_dim(tangents[0], primals[1], size)
    return block(*primals, size), change


@functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
def take_one(x: Any, index: Any, axis: int) -> Any:
    """Take one element along `axis`, which is kept.

    Its derivative is a comparison: XLA fuses no scatter.
    """
    return jnp.take_along_axis(x, index, axis, mode="promise_in_bounds")


@take_one.defjvp
def _take_one_jvp(axis: int, primals: Any, tangents: Any) -> Any:
    (x, index), (change, _) = primals, tangents
    places = lax.broadcasted_iota(index.dtype, x.shape, axis)
    change = jnp.where(places == index, change, 0)
    return take_one(x, index, axis), jnp.sum(change, axis, keepdims=True)


def linear(x: Any, weight: Any, dtype: Any, precision: Any = None) -> Any:
    """Return ``x @ weight.T``, added up in `dtype`."""
    last = (((1,), (1,)), ((), ()))
    return lax.dot_general(
        x, weight, last, precision=precision, preferred_element_type=dtype
    )


# The tangent of x stays wide: derivatives of many blocks are added up in it, and are
# rounded once by the caller.
@jax.custom_jvp
def narrow_linear(x: Any, weight: Any) -> Any:
    """Return ``x @ weight.T`` in the dtype of `x`, multiplied in that of `weight`."""
    return linear(x.astype(weight.dtype), weight, x.dtype)


@narrow_linear.defjvp
def _narrow_linear_jvp(primals: Any, tangents: Any) -> Any:
    (x, weight), (x_change, weight_change) = primals, tangents
    narrow, held = lax.optimization_barrier((x.astype(weight.dtype), weight))
    change = linear(x_change, held, x.dtype)
    change += linear(narrow, weight_change, x.dtype)
    return narrow_linear(x, weight), change
