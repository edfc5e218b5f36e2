"""Branches and loops of JAX, in a program and outside of one.

Outside, as in a call with a function or under `debug_values`, JAX compiles each for
itself, and keeps what it compiled: the next call has other functions, so thousands of
programs would fill the memory. Here nothing is kept.
"""

import functools
from collections.abc import Callable
from typing import Any

import jax
from jax import lax
from jax.core import Tracer

__all__ = ["cond", "scan", "while_loop"]


def cond(
    predicate: Any,
    function: Callable[..., Any],
    other: Callable[..., Any],
    *arrays: Any,
) -> Any:
    """Return ``function(*arrays)`` where the predicate holds, else `other`'s."""
    if isinstance(predicate, Tracer):
        return lax.cond(predicate, function, other, *arrays)
    return (function if predicate else other)(*arrays)


def scan(step: Callable[..., Any], carry: Any, rows: Any, **options: Any) -> Any:
    """Return ``lax.scan(step, carry, rows, **options)``."""
    return _once(functools.partial(lax.scan, step, **options), carry, rows)


def while_loop(holds: Callable[..., Any], step: Callable[..., Any], carry: Any) -> Any:
    """Return ``lax.while_loop(holds, step, carry)``."""
    return _once(functools.partial(lax.while_loop, holds, step), carry)


def _once(run: Callable[..., Any], *arrays: Any) -> Any:
    """Return ``run(*arrays)``; what is compiled for it alone goes with it."""
    inside = any(isinstance(x, Tracer) for x in jax.tree.leaves(arrays))
    return run(*arrays) if inside else jax.jit(run)(*arrays)
