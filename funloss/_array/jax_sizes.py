"""Axis sizes on JAX, which are symbols while a program is exported for any size.

A symbol is at least 1, and compares with a number only where the answer is the same
for all of its values.
"""

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax
from jax.core import max_dim

from funloss._array.base import Namespace

__all__ = ["JaxSizes"]


class JaxSizes(Namespace):
    """What depends on sizes as numbers."""

    def known(self, *sizes: Any) -> bool:
        """Tell whether `sizes` are numbers, not symbols of an exported program."""
        return all(isinstance(size, int) for size in sizes)

    def count(self, sizes: Sequence[Any], dtype: Any) -> Any:
        """Return the product of `sizes`, a float or a 0-d array of symbols."""
        number = float(math.prod(size for size in sizes if self.known(size)))
        for size in sizes:
            if not self.known(size):
                number = number * lax.convert_element_type(jnp.asarray(size), dtype)
        return number

    def pairs(self, like: Any, count: Any) -> tuple[Any, Any]:
        """Return both indices of every pair ``i < j`` of ``0..count-1``, in order."""
        if self.known(count):
            return super().pairs(like, count)
        places = jnp.arange(count)
        # `max` says what JAX cannot tell: that the number of pairs is not negative.
        every = max_dim(count * (count - 1) // 2, 0)
        starts = places * (2 * count - places - 1) // 2
        # How many rows start up to a place, less one. The last, without a pair, starts
        # behind all: with its place there is something to add up even of one row.
        begun = jnp.zeros(every + 1, places.dtype).at[starts].add(1)
        first = (jnp.cumsum(begun) - 1)[:every]
        start = starts.at[first].get(mode="promise_in_bounds")
        return first, first + 1 + jnp.arange(every) - start
