"""Formulas whose partial derivatives are given, on JAX."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.custom_derivatives import SymbolicZero

from funloss._array.jax_derivatives import exact_on_cpu, on_cpu

__all__ = ["by_platform", "custom_jvp", "derivative_along", "quick_value"]


def custom_jvp(
    xp: Any,
    formula: Callable[..., Any],
    partials: Sequence[Callable[..., Any] | None] | None,
    arguments: Sequence[Any],
    axis: int | None,
    shared: Callable[..., Any] | None,
) -> Any:
    """Return ``formula(xp, *arguments)`` with the given derivatives.

    Derivatives are computed from the inputs, so that nothing but the inputs is kept
    between the forward and the backward pass. On a CPU, where exponentials take longer
    than memory does, they also take what `shared` returns from the formula.
    """
    if partials is None:
        return formula(xp, *arguments)
    dtype = next(x.dtype for x in arguments if isinstance(x, jax.Array))
    known = {
        k: jnp.asarray(x, dtype) if isinstance(x, float) else x
        for k, x in enumerate(arguments)
        if isinstance(x, jax.Array | float)
    }

    def evaluate(function: Callable[..., Any], arrays: Any, parts: Any = ()) -> Any:
        given = dict(enumerate(arguments)) | dict(zip(known, arrays, strict=True))
        return function(xp, *given.values(), *parts)

    value = jax.custom_jvp(lambda *arrays: evaluate(formula, arrays))

    def push(arrays: Any, changes: Any) -> Any:
        out = value(*arrays)
        total = jnp.zeros_like(out)
        # Without the barrier XLA shares parts of the value with the derivatives, and
        # writes them out instead of fusing them.
        again = _barrier(arrays, apart=shared is not None)
        parts = () if shared is None else evaluate(shared, on_cpu(arrays, again))
        for k, change in zip(known, changes, strict=True):
            partial = partials[k]
            if partial is not None and not isinstance(change, SymbolicZero):
                step = evaluate(partial, again, parts) * change
                total = total + (step if axis is None else jnp.sum(step, axis))
        return out, total

    value.defjvp(push, symbolic_zeros=True)
    return value(*known.values())


def _barrier(arrays: Any, *, apart: bool) -> Any:
    """Return arrays behind one barrier, or each behind its own.

    Behind one, all vary over the axes of `jax.shard_map` that any of them varies over.
    """
    if not apart:
        return lax.optimization_barrier(arrays)
    return tuple(lax.optimization_barrier(x) for x in arrays)


def quick_value(
    xp: Any,
    quick: Callable[..., Any],
    general: Callable[..., Any],
    arguments: Sequence[Any],
) -> Any:
    """Return ``general(xp, *arguments)``, by `quick` where a CPU computes no more."""
    known = {k: x for k, x in enumerate(arguments) if isinstance(x, jax.Array)}

    def evaluate(function: Callable[..., Any], *arrays: Any) -> Any:
        given = dict(enumerate(arguments)) | dict(zip(known, arrays, strict=True))
        return function(xp, *given.values())

    whole = functools.partial(evaluate, general)
    value = jax.custom_jvp(
        lambda *arrays: exact_on_cpu(functools.partial(evaluate, quick), whole, *arrays)
    )
    value.defjvp(functools.partial(jax.jvp, whole))
    return value(*known.values())


def derivative_along(
    value: Callable[..., tuple[Any, ...]],
    along: Callable[..., Any],
    arrays: Sequence[Any],
) -> Any:
    """Return ``value(*arrays)[0]`` with the derivative of `along` in what changes."""
    function = jax.custom_jvp(lambda *arrays: value(*arrays)[0])

    def push(held: Any, changes: Any) -> Any:
        results, (leaves, tree) = value(*held), jax.tree.flatten(held)
        steps = dict(enumerate(jax.tree.leaves(changes)))
        steps = {k: x for k, x in steps.items() if not isinstance(x, SymbolicZero)}

        def moving(*moved: Any) -> Any:
            given = dict(enumerate(leaves)) | dict(zip(steps, moved, strict=True))
            return along(tree.unflatten(given.values()), held, results)

        starts = tuple(leaves[k] for k in steps)
        return results[0], jax.jvp(moving, starts, tuple(steps.values()))[1]

    function.defjvp(push, symbolic_zeros=True)
    return function(*arrays)


def by_platform(
    function: Callable[..., Any], other: Callable[..., Any], *arrays: Any
) -> Any:
    """Return ``function(*arrays)`` in a program for a CPU, else as much by `other`."""
    value = jax.custom_jvp(
        lambda *arrays: lax.platform_dependent(*arrays, cpu=function, default=other)
    )
    value.defjvp(lambda x, dx: (value(*x), jax.jvp(function, x, dx)[1]))
    return value(*arrays)
