"""JAX's settings in the tests: strict, except beside what is not funloss's."""

import contextlib

import jax

__all__ = ["by_default", "strict"]


@contextlib.contextmanager
def strict():
    """Refuse to broadcast arrays of different numbers of axes, and to promote."""
    with jax.numpy_rank_promotion("raise"), jax.numpy_dtype_promotion("strict"):
        yield


@contextlib.contextmanager
def by_default():
    """Broadcast and promote as JAX does unless told: around calls of peers alone."""
    with jax.numpy_rank_promotion("allow"), jax.numpy_dtype_promotion("standard"):
        yield
