"""NumPy arrays to and from the arrays of any library, and their dtypes."""

import importlib
from typing import Any

import ml_dtypes
import numpy as np

__all__ = [
    "backend",
    "dtype_name",
    "from_numpy",
    "library_dtype",
    "numpy_dtype",
    "to_numpy",
]


def backend(library: str) -> str:
    """Return the library whose arrays `library` takes: Keras takes its backend's."""
    if library == "keras":
        return importlib.import_module("keras").backend.backend()
    return library


def numpy_dtype(name: str) -> np.dtype:
    """Return NumPy's dtype of that name; bfloat16 is the one of ml_dtypes."""
    return np.dtype(ml_dtypes.bfloat16 if name == "bfloat16" else name)


def library_dtype(name: str, library: str) -> Any:
    """Return what `library` calls the dtype `name`."""
    if library in {"numpy", "jax"}:
        return numpy_dtype(name)
    return getattr(_module(library), name)


def dtype_name(array: Any) -> str:
    """Return the name of an array's dtype, whatever its library: ``"float32"``."""
    return str(array.dtype).rpartition(".")[2]


def from_numpy(array: np.ndarray, library: str) -> Any:
    """Return a new array of `library` with the same dtype and values.

    JAX keeps 64 bits only where they are enabled.
    """
    match library:
        case "numpy":
            return array
        case "jax":
            return _module("jax.numpy").asarray(array)
        case "torch" if array.dtype == ml_dtypes.bfloat16:
            # torch reads no ml_dtypes; the bits are the same.
            torch = _module("torch")
            return torch.from_numpy(array.view(np.int16).copy()).view(torch.bfloat16)
        case "torch":
            return _module("torch").from_numpy(array.copy())
        case _:
            return _module(library).asarray(array)


def to_numpy(array: Any) -> np.ndarray:
    """Return the values as a NumPy array of the same dtype."""
    if hasattr(array, "detach"):
        array = array.detach()
        if dtype_name(array) == "bfloat16":
            bits = array.view(_module("torch").int16)
            return bits.numpy(force=True).view(ml_dtypes.bfloat16)
        return array.numpy(force=True)  # a sign has a ZeroTensor for a derivative
    if hasattr(array, "get") and type(array).__module__.startswith("cupy"):
        return array.get()
    return np.asarray(array)


def _module(library: str) -> Any:
    return importlib.import_module(library.replace("-", "_"))
