"""Derivatives that JAX does not have as torch has them, or not as cheaply.

Values are single operations wherever one exists: XLA fuses those into a reduction,
while a select or a comparison is written out first. Slopes are computed from the
inputs, behind a barrier: without it XLA shares parts of the value with the slope,
and writes those out, too.
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.custom_derivatives import SymbolicZero

__all__ = [
    "absolute",
    "block",
    "clamp_max",
    "clamp_min",
    "log1p",
    "narrow_project",
    "project",
    "softmax_cost",
    "softplus",
]


# jnp.abs has slope 1 at 0, jnp.clip 1/2 at a bound.
@jax.custom_jvp
def absolute(x: Any) -> Any:
    """Return ``abs(x)``; slope ``sign(x)``, 0 at 0 and at nan."""
    return lax.abs(x)


@absolute.defjvp
def _absolute_jvp(primals: Any, tangents: Any) -> Any:
    (x,), (change,) = primals, tangents
    sign = (x > 0).astype(x.dtype) - (x < 0).astype(x.dtype)
    return absolute(x), sign * change


@jax.custom_jvp
def clamp_min(x: Any, bound: Any) -> Any:
    """Return the larger; slope 1 in `x` at the bound, 0 at nan."""
    return jnp.maximum(x, bound)


@clamp_min.defjvp
def _clamp_min_jvp(primals: Any, tangents: Any) -> Any:
    x, bound = primals
    change = jnp.where(x >= bound, tangents[0], jnp.where(x < bound, tangents[1], 0))
    return clamp_min(x, bound), change


@jax.custom_jvp
def clamp_max(x: Any, bound: Any) -> Any:
    """Return the smaller; slope 1 in `x` at the bound, 0 at nan."""
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


@functools.partial(jax.custom_jvp, nondiff_argnums=(5,))
def softmax_cost(
    x: Any, labels: Any, lead: Any, even: Any, keep: Any, axis: int
) -> Any:
    """Return ``-log_softmax(x)``: `lead` times that at `labels`, `even` times all."""
    cost = _label_cost(x, labels, axis)
    cost = cost if lead is None else lead * cost
    if even is not None:
        cost = cost + _bounded_cost(x, even, axis)
    return cost if keep is None else jnp.where(keep, cost, 0)


# Comparing with an iota instead of scattering keeps the gradient one fused pass
# over the logits, and lets the class axis be sharded.
def _softmax_cost_jvp(axis: int, primals: Any, tangents: Any) -> Any:
    x, labels, lead, even, keep = primals
    out = softmax_cost(*primals, axis)
    change = jnp.zeros_like(out)
    if not isinstance(tangents[0], SymbolicZero):
        classes = lax.broadcasted_iota(labels.dtype, x.shape, axis)
        truth = (classes == jnp.expand_dims(labels, axis)).astype(x.dtype)
        mass = 1 if lead is None else jnp.expand_dims(lead, axis)
        truth = truth if lead is None else mass * truth
        if even is not None:
            truth = truth + even
            share = x.shape[axis] // even.shape[axis]
            mass = mass + share * jnp.sum(even, axis, keepdims=True)
        slope = mass * _probabilities(x, keep, axis) - _kept(truth, keep, axis)
        change = change + jnp.sum(slope * tangents[0], axis)
    if lead is not None and not isinstance(tangents[2], SymbolicZero):
        change = change + softmax_cost(x, labels, None, None, keep, axis) * tangents[2]
    if even is not None and not isinstance(tangents[3], SymbolicZero):
        each = _charged(x, even, keep, axis)
        change = change + jnp.sum(each * tangents[3], axis)
    return out, change


softmax_cost.defjvp(_softmax_cost_jvp, symbolic_zeros=True)


@functools.partial(jax.custom_jvp, nondiff_argnums=(3,))
def expected_cost(x: Any, q: Any, keep: Any, axis: int) -> Any:
    """Return ``-sum(q * log_softmax(x))``, where ``0 * -inf`` is 0."""
    cost = _bounded_cost(x, q, axis)
    return cost if keep is None else jnp.where(keep, cost, 0)


def _expected_cost_jvp(axis: int, primals: Any, tangents: Any) -> Any:
    x, q, keep = primals
    out = expected_cost(x, q, keep, axis)
    change = jnp.zeros_like(out)
    x, q = lax.optimization_barrier((x, q))
    if not isinstance(tangents[0], SymbolicZero):
        mass = jnp.sum(q, axis, keepdims=True)
        slope = mass * _probabilities(x, keep, axis) - _kept(q, keep, axis)
        change = change + jnp.sum(slope * tangents[0], axis)
    if not isinstance(tangents[1], SymbolicZero):
        change = change + jnp.sum(_charged(x, q, keep, axis) * tangents[1], axis)
    return out, change


expected_cost.defjvp(_expected_cost_jvp, symbolic_zeros=True)


def _label_cost(x: Any, labels: Any, axis: int) -> Any:
    top, log_mass = _mass(x, axis)
    place = jnp.expand_dims(labels, axis)
    picked = jnp.take_along_axis(x, place, axis, mode="promise_in_bounds")
    return jnp.squeeze(log_mass - (picked - top), axis)


def _class_costs(x: Any, axis: int) -> Any:
    """Return ``-log_softmax(x)``."""
    top, log_mass = lax.optimization_barrier(_mass(x, axis))
    return log_mass - (x - top)


def _bounded_cost(x: Any, q: Any, axis: int) -> Any:
    """Return ``-sum(q * log_softmax(x))``, where ``0 * -inf`` is 0.

    The bound on a class's cost is 0 where it has no mass and infinite elsewhere. It is
    made of arithmetic, which XLA fuses into the sum; a select it would write out.
    """
    each = _class_costs(x, axis)
    if q.shape[axis] == 1:
        q = jnp.squeeze(q, axis)
        return jnp.where(q == 0, 0, q * jnp.sum(each, axis))
    present = jnp.sign(lax.abs(q))
    return jnp.sum(q * jnp.minimum(each, present / (1 - present)), axis)


def _charged(x: Any, q: Any, keep: Any, axis: int) -> Any:
    """Return ``-log_softmax(x)``, 0 where it is infinite and `q` is 0, or not kept."""
    each = _class_costs(_kept(x, keep, axis), axis)
    each = jnp.where((q == 0) & (each == jnp.inf), 0, each)
    return _kept(each, keep, axis)


def _kept(x: Any, keep: Any, axis: int) -> Any:
    return x if keep is None else jnp.where(jnp.expand_dims(keep, axis), x, 0)


@functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
def _probabilities(x: Any, keep: Any, axis: int) -> Any:
    top, log_mass = _mass(x, axis)
    p = jnp.exp(x - lax.optimization_barrier(top) - log_mass)
    return _kept(p, keep, axis)


@_probabilities.defjvp
def _probabilities_jvp(axis: int, primals: Any, tangents: Any) -> Any:
    x, keep = primals
    p, change = _probabilities(x, keep, axis), tangents[0]
    return p, p * (change - jnp.sum(p * change, axis, keepdims=True))


def _mass(x: Any, axis: int) -> tuple[Any, Any]:
    """Return the maximum and the logarithm of ``sum(exp(x - maximum))``."""
    top = lax.stop_gradient(jnp.max(x, axis, keepdims=True))
    return top, jnp.log(jnp.sum(jnp.exp(x - top), axis, keepdims=True))


@functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
def length(x: Any, scale: Any, axis: int) -> Any:
    """Return the Euclidean norm, `axis` kept; `scale` is a constant, slope 0 at 0."""
    return scale * jnp.sqrt(jnp.sum(lax.square(x / scale), axis, keepdims=True))


@length.defjvp
def _length_jvp(axis: int, primals: Any, tangents: Any) -> Any:
    (x, scale), (change, _) = primals, tangents
    out = length(x, scale, axis)
    unit = x / jnp.where(out == 0, 1, out)
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


def project(x: Any, weight: Any, dtype: Any) -> Any:
    """Return ``x @ weight.T``, added up in `dtype`."""
    last = (((1,), (1,)), ((), ()))
    return lax.dot_general(x, weight, last, preferred_element_type=dtype)


# The tangent of x stays wide: slopes of many blocks are added up in it, and are
# rounded once by the caller.
@jax.custom_jvp
def narrow_project(x: Any, weight: Any) -> Any:
    """Return ``x @ weight.T`` in the dtype of `x`, multiplied in that of `weight`."""
    return project(x.astype(weight.dtype), weight, x.dtype)


@narrow_project.defjvp
def _narrow_project_jvp(primals: Any, tangents: Any) -> Any:
    (x, weight), (x_change, weight_change) = primals, tangents
    narrow, held = lax.optimization_barrier((x.astype(weight.dtype), weight))
    change = project(x_change, held, x.dtype)
    change += project(narrow, weight_change, x.dtype)
    return narrow_project(x, weight), change
