"""Sums over the second of two items, on JAX."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from funloss._array.jax_control import scan
from funloss._array.jax_custom_jvp import derivative_along

__all__ = ["sum_over_pairs"]

_UNROLL = 4


def sum_over_pairs(
    dense: Callable[..., Any],
    function: Callable[..., Any],
    firsts: Mapping[str, Any],
    seconds: Mapping[str, Any],
) -> Any:
    """Return ``dense(function, firsts, seconds)``, on a CPU one second item at a time.

    There a sum along the last axis takes one number after the other, while a step for
    each second item acts on many first items at once, and keeps no table either.
    """

    def in_steps(firsts: Any, seconds: Any) -> Any:
        # With a rule as a whole: of what is in a loop JAX loses the rules where a
        # derivative is differentiated, and shares that of a maximum at a tie.
        return derivative_along(
            lambda *items: (_in_steps(function, *items),),
            lambda moving, *_: _in_steps(function, *moving),
            (firsts, seconds),
        )

    def at_once(firsts: Any, seconds: Any) -> Any:
        return dense(function, firsts, seconds)

    arrays = jax.tree.leaves((firsts, seconds))
    if any(x.ndim and jax.typeof(x).sharding.spec[-1] is not None for x in arrays):
        return at_once(firsts, seconds)
    return lax.platform_dependent(firsts, seconds, cpu=in_steps, default=at_once)


def _in_steps(function: Callable[..., Any], firsts: Any, seconds: Any) -> Any:
    arrays = {k: x for k, x in seconds.items() if x is not None and x.ndim}
    count = max(x.shape[-1] for x in arrays.values())
    # What all items share, of length 1, broadcasts as it is.
    columns = {
        name: jnp.moveaxis(x, -1, 0)[..., None]
        for name, x in arrays.items()
        if x.shape[-1] == count
    }

    def at(column: Any) -> Any:
        return function(firsts, dict(seconds) | column)

    def step(total: Any, column: Any) -> Any:
        return total + at(column), None

    # Not from zeros, which would not lie on the devices of the items.
    start = at({name: x[0] for name, x in columns.items()})
    others = {name: x[1:] for name, x in columns.items()}
    return scan(step, start, others, unroll=_UNROLL)[0]
