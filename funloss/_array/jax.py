"""JAX: `jax.numpy`, with torch's slopes at corners, ties and zeros."""

import contextlib
import functools
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.core import Tracer
from jax.custom_derivatives import SymbolicZero

from funloss._array.base import Namespace
from funloss._array.debug import debugging


@functools.partial(jax.custom_jvp, nondiff_argnums=(2,))
def _softmax_cost(x: Any, labels: Any, axis: int) -> Any:
    shifted = x - lax.stop_gradient(jnp.max(x, axis, keepdims=True))
    log_mass = jnp.log(jnp.sum(jnp.exp(shifted), axis))
    where = jnp.expand_dims(labels, axis)
    taken = jnp.take_along_axis(shifted, where, axis, mode="promise_in_bounds")
    return log_mass - jnp.squeeze(taken, axis)


# Comparing with an iota instead of scattering keeps the gradient one fused pass
# over the logits, and lets the class axis be sharded.
@_softmax_cost.defjvp
def _softmax_cost_jvp(axis: int, primals: Any, tangents: Any) -> Any:
    x, labels = primals
    top = lax.stop_gradient(jnp.max(x, axis, keepdims=True))
    log_mass = jnp.log(jnp.sum(jnp.exp(x - top), axis, keepdims=True))
    classes = lax.broadcasted_iota(labels.dtype, x.shape, axis % x.ndim)
    hit = (classes == jnp.expand_dims(labels, axis)).astype(x.dtype)
    slope = jnp.exp(x - top - log_mass) - hit
    return _softmax_cost(x, labels, axis), jnp.sum(slope * tangents[0], axis)


def _contract(x: Any, weight: Any, dtype: Any) -> Any:
    last = (((1,), (1,)), ((), ()))
    return lax.dot_general(x, weight, last, preferred_element_type=dtype)


# The tangent of x stays wide: slopes of many blocks are added up in it, and are
# rounded once by the caller.
@jax.custom_jvp
def _narrow_project(x: Any, weight: Any) -> Any:
    return _contract(x.astype(weight.dtype), weight, x.dtype)


@_narrow_project.defjvp
def _narrow_project_jvp(primals: Any, tangents: Any) -> Any:
    x, weight = primals
    change = _contract(tangents[0], weight, x.dtype)
    change += _contract(x.astype(weight.dtype), tangents[1], x.dtype)
    return _narrow_project(x, weight), change


class JaxNamespace(Namespace):
    """`jax.numpy` with slopes that `jax.grad` takes from here."""

    def concrete(self, *arrays: Any) -> bool:
        """Tell whether none of `arrays` is traced and `debug_values` is on."""
        return debugging() and not any(isinstance(x, Tracer) for x in arrays)

    def device_kw(self, like: Any) -> dict[str, Any]:
        """Return no keyword: tracers have no device, and jit places constants."""
        del like
        return {}

    def as_dtype(self, dtype: Any) -> Any:
        """Return the dtype by NumPy's rules; float64 needs x64, as all of JAX."""
        try:
            return jax.dtypes.canonicalize_dtype(dtype)
        except TypeError:
            return None

    def quiet(self) -> AbstractContextManager[Any]:
        """Do nothing: JAX does not warn."""
        return contextlib.nullcontext()

    def astype(self, x: Any, dtype: Any, *, copy: bool = True) -> Any:
        """Cast."""
        del copy
        return lax.convert_element_type(x, dtype)

    def stop_gradient(self, x: Any) -> Any:
        """Return `x` as a constant."""
        return lax.stop_gradient(x)

    # jnp.abs has slope 1 at 0, jnp.clip 1/2 at a bound; comparisons against
    # constants give torch's 0 and 1, and stop_gradient its 0 at nan.
    def absolute(self, x: Any) -> Any:
        """Return ``abs(x)``; slope ``sign(x)``, 0 at 0 and at nan."""
        return x * ((x > 0).astype(x.dtype) - (x < 0).astype(x.dtype))

    def clamp_min(self, x: Any, bound: Any) -> Any:
        """Raise `x` to at least `bound`; slope 1 at the bound, nan stays (slope 0)."""
        rest = jnp.where(x < bound, bound, lax.stop_gradient(x))
        return jnp.where(x >= bound, x, rest)

    def clamp_max(self, x: Any, bound: Any) -> Any:
        """Lower `x` to at most `bound`; slope 1 at the bound, nan stays (slope 0)."""
        rest = jnp.where(x > bound, bound, lax.stop_gradient(x))
        return jnp.where(x <= bound, x, rest)

    def sigmoid(self, x: Any) -> Any:
        """Return ``1 / (1 + exp(-x))`` without overflow."""
        return jax.nn.sigmoid(x)

    def elementwise(
        self,
        formula: Callable[..., Any],
        slopes: Sequence[Callable[..., Any] | None] | None,
        *arguments: Any,
    ) -> Any:
        """Return ``formula(xp, *arguments)`` with the given slopes.

        Slopes are computed from the inputs, so that nothing but the inputs is
        kept between the forward and the backward pass.
        """
        if slopes is None:
            return formula(self, *arguments)
        dynamic = [k for k, x in enumerate(arguments) if isinstance(x, jax.Array)]

        def complete(arrays: Sequence[Any]) -> list[Any]:
            known = dict(zip(dynamic, arrays, strict=True))
            return [known.get(k, x) for k, x in enumerate(arguments)]

        @jax.custom_jvp
        def value(*arrays: Any) -> Any:
            return formula(self, *complete(arrays))

        def push(primals: Any, tangents: Any) -> Any:
            out, change = value(*primals), None
            for k, tangent in zip(dynamic, tangents, strict=True):
                slope = slopes[k]
                if slope is None or isinstance(tangent, SymbolicZero):
                    continue
                term = slope(self, *complete(primals)) * tangent
                change = term if change is None else change + term
            if change is None:
                return out, jnp.zeros_like(out)
            return out, jnp.broadcast_to(change, out.shape)

        value.defjvp(push, symbolic_zeros=True)
        return value(*(arguments[k] for k in dynamic))

    def logsumexp(self, x: Any, axis: Any, *, keepdims: bool = False) -> Any:
        """Return ``log(sum(exp(x)))``; all -inf gives -inf, any +inf gives inf."""
        return jax.nn.logsumexp(x, axis, keepdims=keepdims)

    def softmax_cost(self, x: Any, labels: Any, axis: int) -> Any:
        """Return ``-log_softmax(x)`` at `labels`, in range and without `axis`."""
        return _softmax_cost(x, labels, axis)

    def mapped_sum(self, x: Any, axis_name: Any) -> Any:
        """Add `x` up over a mapped axis."""
        return lax.psum(x, axis_name)

    def gather(self, x: Any, indices: Any, axis: int) -> Any:
        """Take along `axis` by `indices` of as many dimensions, all in range."""
        return jnp.take_along_axis(x, indices, axis, mode="promise_in_bounds")

    def block(self, x: Any, start: Any, size: int) -> Any:
        """Return `size` rows of `x` from `start` on, which may be traced."""
        return lax.dynamic_slice_in_dim(x, start, size)

    def project(self, x: Any, weight: Any, *, narrow: bool = False) -> Any:
        """Return ``x @ weight.T`` for matrices, in the dtype of `x`."""
        if narrow:
            return _narrow_project(x, weight)
        return _contract(x, weight.astype(x.dtype), x.dtype)

    def segment_sum(self, x: Any, ids: Any, count: int) -> Any:
        """Sum the rows of `x` that share an id of ``0..count-1``."""
        return jax.ops.segment_sum(x, ids, count, mode="promise_in_bounds")

    def top_k(self, x: Any, k: int, axis: int) -> tuple[Any, Any]:
        """Return the `k` largest in descending order and where; ties by index."""
        values, chosen = lax.top_k(jnp.moveaxis(x, axis, -1), k)
        return jnp.moveaxis(values, -1, axis), jnp.moveaxis(chosen, -1, axis)

    def cumulative_max(self, x: Any, axis: int) -> Any:
        """Return the running maximum."""
        return lax.cummax(x, axis % x.ndim)

    def cumulative_logsumexp(self, x: Any, axis: int) -> Any:
        """Return the running `logsumexp`."""
        return lax.cumlogsumexp(x, axis % x.ndim)

    def scan(self, step: Callable[..., Any], carry: Any, rows: Any) -> tuple[Any, Any]:
        """Run ``carry, y = step(carry, row)`` over the first axis of each of `rows`."""
        return lax.scan(step, carry, rows)

    def custom_grad(
        self, forward: Callable[..., Any], backward: Callable[..., Any]
    ) -> Callable[..., Any]:
        """Return `forward` with the reverse-mode derivative that `backward` gives."""
        function = jax.custom_vjp(forward)

        def pull(arrays: Any, g: Any) -> tuple[Any, ...]:
            gradients = backward(arrays, g)
            pairs = zip(gradients, arrays, strict=True)
            return tuple(jnp.zeros_like(x) if d is None else d for d, x in pairs)

        function.defvjp(lambda *arrays: (forward(*arrays), arrays), pull)
        return function

    def checkpoint(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return `function`, computed again for its derivative instead of kept."""
        return jax.checkpoint(function, prevent_cse=False)

    def _special(self, name: str, x: Any) -> Any:
        return getattr(jax.scipy.special, name)(x)


JAX = JaxNamespace("jax", jnp)
