"""Where libraries compute otherwise, measured where this runs."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import ml_dtypes
import mpmath
import numpy as np
import torch

from funloss.testing.harness import error_in_ulps

__all__ = ["LIBRARIES", "platforms"]

LIBRARIES = ("NumPy", "JAX", "JAX in jit", "torch")

Function = Callable[[Any], Any]

# What is computed, of which number.
_OPERATIONS: Mapping[str, tuple[Any, Function]] = {
    "`1e-39 * 3` in float32": (np.float32(1e-39), lambda x: x * 3),
    "`1e-20 * 1e-19` in float32": (np.float32(1e-20), lambda x: x * np.float32(1e-19)),
    "`x * x - 1` in bfloat16, for x = 1 + 2**-6: exactly 0.0315": (
        ml_dtypes.bfloat16(1 + 2**-6),
        lambda x: x * x - 1,
    ),
    "`sum` of 1000 ones in bfloat16": (
        np.ones(1000, ml_dtypes.bfloat16),
        lambda x: x.sum(),
    ),
}
# Functions of a number, and where they are computed.
_FUNCTIONS: Mapping[str, tuple[float, float]] = {
    "exp": (-80.0, 80.0),
    "expm1": (-10.0, 10.0),
    "log": (1e-6, 1e6),
    "log1p": (-0.9, 10.0),
    "tanh": (-8.0, 8.0),
}
_POINTS = 4096


def platforms() -> dict[str, list[str]]:
    """Return what each of `LIBRARIES` makes of the same operations, in figures."""
    found = {}
    for words, (x, function) in _OPERATIONS.items():
        results = [run(np.asarray(x)) for run in _runs(function, function, function)]
        found[words] = [f"{float(result):.4g}" for result in results]
    for name, (low, high) in _FUNCTIONS.items():
        words = f"`{name}` from {low:g} to {high:g} in float32: ulps of error"
        found[words] = [f"{error:g}" for error in _errors(name, low, high)]
    return found


def _errors(name: str, low: float, high: float) -> list[float]:
    """Return the largest errors of a function in float32 on an interval, in ulps."""
    x = np.linspace(low, high, _POINTS, dtype=np.float32)
    with mpmath.workdps(30):
        wanted = np.asarray([float(getattr(mpmath, name)(float(v))) for v in x])
    runs = _runs(*(getattr(library, name) for library in (np, jnp, torch)))
    found = [np.asarray(run(x)) for run in runs]
    return [error_in_ulps(y, wanted, "float32", 0.0).max() for y in found]


def _runs(of_numpy: Function, of_jax: Function, of_torch: Function) -> list[Function]:
    """Return how each library computes a function of an array of NumPy's."""
    compiled = jax.jit(of_jax)
    return [
        of_numpy,
        lambda x: of_jax(jnp.asarray(x)),
        lambda x: compiled(jnp.asarray(x)),
        lambda x: of_torch(_tensor(x)),
    ]


def _tensor(x: np.ndarray) -> torch.Tensor:
    if x.dtype == ml_dtypes.bfloat16:
        return torch.from_numpy(x.astype(np.float32)).to(torch.bfloat16)
    return torch.from_numpy(x)
