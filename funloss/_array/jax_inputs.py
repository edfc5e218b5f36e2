"""NumPy's arrays beside JAX's: whose numbers JAX holds, and what becomes of others.

Without x64 JAX keeps the low 32 bits of NumPy's 64, without a word: a label far out of
range would turn into a class. Integers beyond 32 bits therefore stay NumPy's until it
is known what they stand for.
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from funloss._array.jax_indexing import JaxRows

__all__ = ["JaxInputs"]

_LOW, _HIGH = -(2**31), 2**31 - 1
# From this size on two reductions are faster than copies.
_MANY = 2**11


class JaxInputs(JaxRows):
    """Functions of JAX that take NumPy's integers beyond 32 bits as well."""

    def mode(self) -> Any:
        """Return what floats of 64 bits become, which x64 decides."""
        return jax.dtypes.canonicalize_dtype(np.float64)

    def holds(self, x: np.ndarray) -> bool:
        """Tell whether `jax.jit` takes an array of NumPy, and changes no number."""
        known, wide = _kind(x.dtype)
        if not known or not wide:
            return known
        return jax.dtypes.canonicalize_dtype(x.dtype) == x.dtype or _is_narrow(x)

    def asarray_tree(self, arguments: Any) -> Any:
        """Return arguments with NumPy's arrays as JAX's own, if it holds them."""

        def own(x: Any) -> Any:
            if not isinstance(x, np.ndarray):
                return x
            x = x.astype(x.dtype.newbyteorder("="), copy=False)
            return jnp.asarray(x) if self.holds(x) else x

        return jax.tree.map(own, arguments)

    def astype(self, x: Any, dtype: Any, *, copy: bool = True) -> Any:
        """Cast."""
        del copy
        if isinstance(x, np.ndarray):
            return jnp.asarray(x.astype(dtype))
        return lax.convert_element_type(x, dtype)

    def reshape(self, x: Any, shape: Any) -> Any:
        """Return `x` in another shape."""
        if isinstance(x, np.ndarray):
            return x.reshape(shape)
        return super().reshape(x, shape)

    def moveaxis(self, x: Any, source: Any, destination: Any) -> Any:
        """Return `x` with an axis elsewhere."""
        of = np if isinstance(x, np.ndarray) else jnp
        return of.moveaxis(x, source, destination)

    def saturated(self, x: Any) -> Any:
        """Return signed integers, the nearest to those of `x`."""
        if isinstance(x, np.ndarray):
            low = max(_LOW, np.iinfo(x.dtype).min)
            return jnp.asarray(np.clip(x, low, _HIGH).astype(np.int32))
        return super().saturated(x)

    def differs(self, x: Any, number: int) -> Any:
        """Return where integers are not `number`; None if none of them can be."""
        if isinstance(x, np.ndarray):
            return jnp.asarray(x != number)
        return super().differs(x, number)

    def identities(self, x: Any) -> Any:
        """Return signed integers that are equal where those of `x` are."""
        if isinstance(x, np.ndarray):
            codes = np.unique(x, return_inverse=True)[1]
            return jnp.asarray(codes.reshape(x.shape).astype(np.int32))
        return super().identities(x)

    def beyond(self, x: Any) -> Any:
        """Return where JAX does not hold integers, or None."""
        if isinstance(x, np.ndarray):
            return jnp.asarray((x < _LOW) | (x > _HIGH))
        return None

    def held(self, x: Any) -> Any:
        """Return integers that JAX holds, those of `x` or the nearest."""
        return self.saturated(x) if isinstance(x, np.ndarray) else x


@functools.lru_cache(maxsize=128)
def _kind(dtype: np.dtype) -> tuple[bool, bool]:
    """Tell whether JAX has a dtype, and whether its integers are of 64 bits."""
    try:
        jnp.asarray(np.empty(0, dtype))
    except TypeError:
        return False, False
    return dtype.isnative, dtype.kind in "iu" and dtype.itemsize > 4


def _is_narrow(x: np.ndarray) -> bool:
    if x.size < _MANY:
        # A tenth of the time of two reductions of NumPy, which take 7 microseconds.
        narrow = np.uint32 if x.dtype.kind == "u" else np.int32
        return x.astype(narrow).astype(x.dtype).tobytes() == x.tobytes()
    low, high = np.minimum.reduce(x, axis=None), np.maximum.reduce(x, axis=None)
    lowest, highest = (0, 2**32 - 1) if x.dtype.kind == "u" else (_LOW, _HIGH)
    return int(low) >= lowest and int(high) <= highest
