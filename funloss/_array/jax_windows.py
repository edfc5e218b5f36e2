"""Sums in a window that moves along an axis, on JAX."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from funloss._array import windows
from funloss._array.windows import part

__all__ = ["windowed_squares", "windowed_sums"]


def windowed_sums(x: Any, taps: Sequence[float], axis: int) -> Any:
    """Return ``sum(taps[k] * x[i + k])``, with a gradient in as few steps."""

    def sums(x: Any) -> Any:
        return windows.windowed_sums(x, taps, axis)

    def pull(g: Any) -> Any:
        return windows.pull_sums(_padded(g, len(taps) - 1, axis), taps, axis)

    value = jax.custom_jvp(sums)
    value.defjvp(lambda x, dx: (value(*x), _transposable(sums, pull, dx[0], axis)))
    return value(x)


def windowed_squares(x: Any, mean: Any, taps: Sequence[float], axis: int) -> Any:
    """Return ``sum(taps[k] * (x[i + k] - mean[i])**2)``, where its gradient is 0."""

    def jvp(arrays: Any, changes: Any) -> Any:
        x, mean = arrays

        def push(change: Any) -> Any:
            return windows.push_squares(x, mean, change, taps, axis)

        def pull(g: Any) -> Any:
            far, g = (_padded(y, len(taps) - 1, axis) for y in (mean, g))
            return windows.pull_squares(x, far, g, taps, axis)

        return value(*arrays), _transposable(push, pull, changes[0], axis)

    value = jax.custom_jvp(
        lambda x, mean: windows.windowed_squares(x, mean, taps, axis)
    )
    value.defjvp(jvp)
    return value(x, mean)


def _padded(x: Any, width: int, axis: int) -> Any:
    widths = [(0, 0, 0)] * x.ndim
    widths[axis] = width, width, 0
    # Without the barrier, each of the sums would read the array through the padding.
    return lax.optimization_barrier(lax.pad(x, x.dtype.type(0), widths))


def _transposable(
    push: Callable[[Any], Any], pull: Callable[[Any], Any], x: Any, axis: int
) -> Any:
    """Return ``push(x)``, a linear function of `x` whose transpose is `pull`.

    JAX takes transposes for the solutions of linear systems alone. That of ``[[1, 0],
    [-push, 1]] @ [u, v] == [x, 0]`` has ``v = push(x)``. XLA leaves out what is not
    used of it; the system itself serves second derivatives.
    """
    count, size = x.shape[axis], jax.eval_shape(push, x).shape[axis]

    def parts(pair: Any) -> tuple[Any, Any]:
        return part(pair, axis, 0, count), part(pair, axis, count, size)

    def system(pair: Any) -> Any:
        u, v = parts(pair)
        return jnp.concatenate([u, v - push(u)], axis)

    def solve(_: Any, pair: Any) -> Any:
        u, v = parts(pair)
        return jnp.concatenate([u, v + push(u)], axis)

    def solve_transpose(_: Any, pair: Any) -> Any:
        u, v = parts(pair)
        return jnp.concatenate([u + pull(v), v], axis)

    widths = [(0, 0, 0)] * x.ndim
    widths[axis] = 0, size, 0
    pair = lax.pad(x, x.dtype.type(0), widths)
    return parts(lax.custom_linear_solve(system, pair, solve, solve_transpose))[1]
