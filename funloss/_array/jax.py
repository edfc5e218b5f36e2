"""JAX: `jax.numpy`, with torch's derivatives at corners, ties and zeros."""

import contextlib
import functools
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.core import Tracer

from funloss._array import jax_call, jax_control, jax_pairs, jax_sums
from funloss._array import jax_derivatives as rules
from funloss._array import jax_softmax as softmax
from funloss._array.debug import debugging
from funloss._array.jax_custom_jvp import (
    by_platform,
    custom_jvp,
    derivative_along,
    quick_value,
)
from funloss._array.jax_inputs import JaxInputs


class JaxNamespace(JaxInputs):
    """`jax.numpy` with derivatives that `jax.grad` takes from here."""

    fused = True

    log1p = staticmethod(rules.log1p)
    quotient = staticmethod(rules.quotient)
    where = staticmethod(rules.where)

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

    def promote(self, dtypes: Sequence[Any]) -> Any:
        """Return the dtype that `dtypes` promote to, even where JAX is strict."""
        with jax.numpy_dtype_promotion("standard"):
            return super().promote(dtypes)

    def quiet(self) -> AbstractContextManager[Any]:
        """Do nothing: JAX does not warn."""
        return contextlib.nullcontext()

    def was_number(self, x: Any) -> bool:
        """Tell whether an array was a Python number: JAX types those weakly."""
        return jax.typeof(x).weak_type

    def call(
        self, function: Callable[..., Any], args: Any, kwargs: Any, kinds: Any
    ) -> Any:
        """Return ``function(*args, **kwargs)``, a loss, compiled and cached."""
        return jax_call.call(self, function, args, kwargs, kinds)

    def stop_gradient(self, x: Any) -> Any:
        """Return `x` as a constant."""
        return lax.stop_gradient(x)

    def optimization_barrier(self, *arrays: Any) -> Any:
        """Return `arrays` behind a barrier, so that XLA fuses instead of sharing."""
        return lax.optimization_barrier(arrays)

    def on_cpu(
        self, function: Callable[..., Any], other: Callable[..., Any], *arrays: Any
    ) -> Any:
        """Return ``function(*arrays)`` in a program for a CPU, else by `other`."""
        return by_platform(function, other, *arrays)

    def absolute(self, x: Any) -> Any:
        """Return ``abs(x)``; derivative ``sign(x)``, 0 at 0 and at nan."""
        return rules.absolute(x)

    def clamp_min(self, x: Any, bound: Any) -> Any:
        """Raise `x` to at least `bound`; gradient 1 there, nan stays (gradient 0)."""
        return rules.clamp_min(x, jnp.asarray(bound, x.dtype))

    def clamp_max(self, x: Any, bound: Any) -> Any:
        """Lower `x` to at most `bound`; gradient 1 there, nan stays (gradient 0)."""
        return rules.clamp_max(x, jnp.asarray(bound, x.dtype))

    def multiply_no_nan(self, weight: Any, x: Any) -> Any:
        """Return ``mass * x`` for ``x >= 0``; 0 without mass, even of infinity."""
        # The bound is 0 or infinite: XLA fuses it into a sum, but not a select.
        present = jnp.sign(lax.abs(weight))
        return weight * jnp.minimum(x, present / (1 - present))

    def softplus(self, x: Any) -> Any:
        """Return ``log(1 + exp(x))`` without overflow; derivative `sigmoid`."""
        return rules.softplus(x)

    def sigmoid(self, x: Any) -> Any:
        """Return ``1 / (1 + exp(-x))`` without overflow."""
        return jax.nn.sigmoid(x)

    def custom_jvp(
        self,
        formula: Callable[..., Any],
        partials: Sequence[Callable[..., Any] | None] | None,
        *arguments: Any,
        axis: int | None = None,
        shared: Callable[..., Any] | None = None,
    ) -> Any:
        """Return ``formula(xp, *arguments)`` with the given derivatives."""
        return custom_jvp(self, formula, partials, arguments, axis, shared)

    def quick_value(
        self, quick: Callable[..., Any], general: Callable[..., Any], *arguments: Any
    ) -> Any:
        """Return ``general(xp, *arguments)``, by `quick` where that is exact."""
        return quick_value(self, quick, general, arguments)

    def logsumexp(self, x: Any, axis: Any, *, keepdims: bool = False) -> Any:
        """Return ``log(sum(exp(x)))``; all -inf gives -inf, any +inf gives inf."""
        return jax.nn.logsumexp(x, axis, keepdims=keepdims)

    def softmax_cross_entropy_with_integer_labels(
        self,
        x: Any,
        labels: Any,
        axis: int,
        keep: Any = None,
        *,
        row_weight: Any = None,
        smoothing_target: Any = None,
        smoothing: Any = 0.0,
    ) -> Any:
        """Return ``-log_softmax(x)`` at `labels`, weighted and smoothed."""
        if smoothing_target is None:
            smoothing = None
        elif not isinstance(smoothing, jax.Array):
            smoothing = jnp.asarray(smoothing, x.dtype)
        shares = row_weight, smoothing_target, smoothing
        return softmax.softmax_cross_entropy_with_integer_labels(
            x, labels, shares, keep, axis % x.ndim
        )

    def softmax_cross_entropy(self, x: Any, q: Any, axis: int, keep: Any = None) -> Any:
        """Return ``-sum(q * log_softmax(x))``, 0 where `keep` is False."""
        return softmax.softmax_cross_entropy(x, q, keep, axis % x.ndim)

    def masked_logsumexp(self, x: Any, axis: int, keep: Any = None) -> Any:
        """Return ``log(sum(exp(x)))`` of rows, sharing what their losses compute."""
        return softmax.masked_logsumexp(x, keep, axis % x.ndim)

    def joint_sum(self, *arrays: Any, axis: int, apart: bool = False) -> list[Any]:
        """Return the sum of each of `arrays` along `axis`, kept, in one pass."""
        return jax_sums.joint_sum(arrays, axis % arrays[0].ndim, apart)

    def sum_over_pairs(
        self,
        function: Callable[..., Any],
        firsts: Mapping[str, Any],
        seconds: Mapping[str, Any],
    ) -> Any:
        """Return the sum over j of ``function(first, second)`` of items i and j."""
        dense = super().sum_over_pairs
        return jax_pairs.sum_over_pairs(dense, function, firsts, seconds)

    def norm2(self, x: Any, axis: int) -> Any:
        """Return the Euclidean norm, `axis` kept, without overflow; gradient 0 at 0."""
        axis = axis % x.ndim
        return rules.norm2(x, functools.partial(self.safe_scale, p=2, axis=axis), axis)

    def direction(self, x: Any, axis: int) -> Any:
        """Return `x` over its Euclidean norm; a zero vector stays, with gradient 1."""
        size = self.norm2(x, axis)
        return rules.quotient(x, jnp.where(size == 0, 1, size))

    def iterate_decreasing(self, step: Callable[..., Any], x: Any, limit: int) -> Any:
        """Repeat ``x = step(x)`` where that is less, `limit` times; no derivative."""

        def lower(state: Any) -> Any:
            count, _, x = state
            return count + 1, x, jnp.minimum(x, step(x))

        def falls(state: Any) -> Any:
            count, before, x = state
            return (count < limit) & jnp.any(x < before)

        start = (1, x, jnp.minimum(x, step(x)))
        return jax_control.while_loop(falls, lower, start)[-1]

    def scan(
        self,
        step: Callable[..., Any],
        carry: Any,
        rows: Any,
        *,
        reverse: bool = False,
    ) -> tuple[Any, Any]:
        """Run ``carry, y = step(carry, row)`` over the first axis of each of `rows`."""
        return jax_control.scan(step, carry, rows, reverse=reverse)

    def custom_vjp(
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

    def derivative_along(
        self, value: Any, along: Any, *arrays: Any, back: Any = None
    ) -> Any:
        """Return the first of what ``value(*arrays)`` returns, with a derivative."""
        del back
        return derivative_along(value, along, arrays)

    def checkpoint(
        self, function: Callable[..., Any], *, keep_sums: bool = False
    ) -> Callable[..., Any]:
        """Return `function`, computed again for its derivative instead of kept.

        With `keep_sums`, sums and maxima along axes are kept.
        """
        policy = jax_sums.is_reduction if keep_sums else None
        return jax.checkpoint(function, prevent_cse=False, policy=policy)

    def _special(self, name: str, x: Any) -> Any:
        return getattr(jax.scipy.special, name)(x)


JAX = JaxNamespace("jax", jnp)
