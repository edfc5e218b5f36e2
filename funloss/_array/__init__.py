"""The small array-API abstraction: the only folder that knows array libraries."""

import numbers
import sys
from typing import Any, cast

import numpy as np

from funloss._array.base import Namespace
from funloss._array.numpy import NUMPY

__all__ = [
    "Namespace",
    "array_namespace",
    "is_known",
    "is_number",
    "lookup",
    "namespace",
]

_NOT_ARRAYS = (type(None), bool, int, float, complex, str, tuple, list, dict)
_BY_TYPE: dict[type, Namespace | None] = dict.fromkeys(_NOT_ARRAYS)


def lookup(x: Any) -> Namespace | None:
    """Return the namespace of one array, or None for anything else.

    A library is recognised by the type of its array, never imported on
    suspicion: whoever holds a jax array has imported jax.
    """
    try:
        return _BY_TYPE[type(x)]
    except KeyError:
        found = _recognise(x)
    if found is not None:
        _BY_TYPE[type(x)] = found
    return found


def is_known(kind: type) -> bool:
    """Tell whether the type of an argument alone says which library it is from."""
    return kind in _BY_TYPE


def _recognise(x: Any) -> Namespace | None:
    if isinstance(x, np.ma.MaskedArray | np.matrix):
        msg = (
            f"masked arrays and matrices are not supported, got {type(x).__name__}: "
            "pass a plain array, and a mask as where="
        )
        raise TypeError(msg)
    if isinstance(x, np.ndarray | np.generic):
        return NUMPY
    # isinstance on the value: jax's tracers deny being subclasses of jax.Array.
    for library, (kind, load) in _LIBRARIES.items():
        module = sys.modules.get(library)
        if module is not None and isinstance(x, getattr(module, kind, ())):
            return load()
    if hasattr(x, "__array_namespace__") and not isinstance(x, type):
        standard = x.__array_namespace__()
        return _generic(standard.__name__, standard)
    return None


def _load_jax() -> Namespace:
    from funloss._array.jax import JAX  # noqa: PLC0415 - jax may be absent

    return JAX


def _load_torch() -> Namespace:
    from funloss._array.torch import TORCH  # noqa: PLC0415 - torch may be absent

    return TORCH


def _load_dask() -> Namespace:
    from funloss._array.dask import DASK  # noqa: PLC0415 - dask may be absent

    return DASK


def _load_cupy() -> Namespace:
    import array_api_compat.cupy as compat  # noqa: PLC0415 - cupy may be absent

    return _generic("cupy", compat)


_LIBRARIES = {
    "jax": ("Array", _load_jax),
    "torch": ("Tensor", _load_torch),
    "dask.array": ("Array", _load_dask),
    "cupy": ("ndarray", _load_cupy),
}
_GENERIC: dict[str, Namespace] = {}


def _generic(name: str, standard: Any) -> Namespace:
    return _GENERIC.setdefault(name, Namespace(name, standard))


def is_number(x: Any) -> bool:
    """Tell whether `x` is a real number of Python, or one that torch leaves open.

    A program that torch compiles is one for all numbers that it was called with.
    """
    kind = type(x)
    # An abstract class takes a while to answer.
    return kind is float or isinstance(x, numbers.Real) or kind.__name__ == "SymFloat"


def namespace(**arrays: Any) -> Namespace:
    """Return the namespace shared by `arrays`, named for the error message.

    None and Python scalars are passed over; jax and numpy together are jax.

    Raises:
        TypeError: No array at all, or arrays of two libraries.
    """
    shared = {lookup(x) for x in arrays.values()} - {None}
    if len(shared) == 1:
        return cast("Namespace", shared.pop())
    found = {name: lookup(x) for name, x in arrays.items()}
    libraries = {xp.name: xp for xp in found.values() if xp is not None}
    if not libraries:
        kinds = ", ".join(f"{name} {type(x).__name__}" for name, x in arrays.items())
        msg = f"at least one argument must be an array, got {kinds}"
        raise TypeError(msg)
    if len(libraries) == 2 and "jax" in libraries:
        libraries.pop("numpy", None)
    if len(libraries) > 1:
        kinds = ", ".join(f"{name} {xp.name}" for name, xp in found.items() if xp)
        msg = f"arrays must come from one library, got {kinds}"
        raise TypeError(msg)
    return next(iter(libraries.values()))


def array_namespace(*arrays: Any) -> Namespace:
    """Return the namespace of `arrays`, for losses of your own.

    It holds the functions of the array-API standard 2024.12 and the primitives
    that losses need, with the same value on every library and torch's derivatives
    at corners, ties and zeros: `absolute`, `clamp_min`, `safe_sqrt`, `norm`,
    `xlogy`, `softplus`, `logsumexp`, `log_softmax`, `gather` and more. None and
    Python numbers are passed over; jax and NumPy together are jax.

    Args:
        arrays: Arrays of one library.

    Raises:
        TypeError: No array at all, or arrays of two libraries.

    Examples:
        >>> import numpy as np
        >>> xp = array_namespace(np.zeros(2))
        >>> print(xp.softplus(np.asarray([-1000.0, 0.0, 10.0])).round(3))
        [ 0.     0.693 10.   ]
    """
    return namespace(**{f"argument {k}": x for k, x in enumerate(arrays)})
