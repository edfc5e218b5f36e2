"""The switch that makes funloss read values wherever it can."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

__all__ = ["debug_values", "debugging"]

_DEBUGGING = ContextVar("funloss_debug_values", default=False)


def debugging() -> bool:
    """Tell whether `debug_values` is in force."""
    return _DEBUGGING.get()


@contextlib.contextmanager
def debug_values() -> Iterator[None]:
    """Raise on bad values wherever they can be read, JAX included.

    Faults that only values show - a class out of range, a probability outside
    0..1 - raise on NumPy and on torch's CPU tensors at all times. On JAX they
    give nan, in value and gradient; inside this context they raise too, for
    calls outside `jax.jit`. Calls are slower there: nothing is compiled.

    Examples:
        >>> import jax.numpy as jnp, funloss as fl
        >>> print(fl.cross_entropy(jnp.zeros((1, 3)), jnp.asarray([3])))
        nan
        >>> with fl.debug_values():
        ...     fl.cross_entropy(jnp.zeros((1, 3)), jnp.asarray([3]))
        Traceback (most recent call last):
            ...
        ValueError: target must be in 0..2, got 3 at (0,)
    """
    token = _DEBUGGING.set(True)
    try:
        yield
    finally:
        _DEBUGGING.reset(token)
