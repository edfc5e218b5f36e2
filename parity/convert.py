"""NumPy arrays to and from the arrays of each library, and their dtypes."""

from typing import Any

import array_api_strict
import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import torch

__all__ = ["dtype_name", "from_numpy", "library_dtype", "numpy_dtype", "to_numpy"]

# Without it JAX turns float64 arrays into float32 ones.
jax.config.update("jax_enable_x64", True)


def numpy_dtype(name: str) -> np.dtype:
    """Return NumPy's dtype of that name; bfloat16 is the one of ml_dtypes."""
    return np.dtype(ml_dtypes.bfloat16 if name == "bfloat16" else name)


def library_dtype(name: str, library: str) -> Any:
    """Return what `library` calls the dtype `name`."""
    match library:
        case "torch":
            return getattr(torch, name)
        case "array-api-strict":
            return getattr(array_api_strict, name)
        case "jax":
            return jnp.dtype(name)
        case _:
            return numpy_dtype(name)


def dtype_name(array: Any) -> str:
    """Return the name of an array's dtype, whatever its library: ``"float32"``."""
    if isinstance(array.dtype, torch.dtype):
        return str(array.dtype).removeprefix("torch.")
    return getattr(array.dtype, "name", None) or array.dtype._np_dtype.name


def from_numpy(array: np.ndarray, library: str) -> Any:
    """Return a new array of `library` with the same dtype and values."""
    match library:
        case "torch" if array.dtype == ml_dtypes.bfloat16:
            # torch reads no ml_dtypes; the bits are the same.
            bits = torch.from_numpy(array.view(np.int16).copy())
            return bits.view(torch.bfloat16)
        case "torch":
            return torch.from_numpy(array.copy())
        case "array-api-strict":
            return array_api_strict.asarray(array)
        case "jax":
            return jnp.asarray(array)
        case _:
            return array


def to_numpy(array: Any) -> np.ndarray:
    """Return the values as a NumPy array of the same dtype."""
    if isinstance(array, torch.Tensor):
        array = array.detach()
        if array.dtype is torch.bfloat16:
            return array.view(torch.int16).numpy().view(ml_dtypes.bfloat16)
        return array.numpy(force=True)  # a sign has a ZeroTensor for a slope
    return np.asarray(array)
