"""The wrapper around every public loss: quiet NumPy, one cached jit on JAX."""

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

import numpy as np

from funloss._array import Namespace, lookup, namespace
from funloss._array.debug import debugging
from funloss._array.numpy import NUMPY

__all__ = ["loss"]

F = TypeVar("F", bound=Callable[..., Any])

_ARRAY = object()
_CACHE_SIZE = 1024


def loss(function: F) -> F:
    """Return `function` with its signature kept and its calls made fast.

    On JAX a call runs through a `jax.jit` that is cached by the type and value
    of every argument that is not an array; arrays are dynamic. A callable or
    unhashable argument has no value to be cached by, so such a call runs as it
    stands. On NumPy `function` runs without floating-point warnings.

    NumPy scalars count as Python numbers wherever an array is there to decide
    the dtype.
    """

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        xp, mixed, scalars = None, False, False
        for x in (*args, *kwargs.values()):
            found = lookup(x)
            if found is None:
                continue
            if isinstance(x, np.generic):
                scalars = True
            elif xp is None:
                xp = found
            elif found is not xp:
                mixed = True
        if scalars:
            kwargs = {name: _plain(x) for name, x in kwargs.items()}
            args = args if xp is None else tuple(_positional(x, xp) for x in args)
        if mixed:
            xp = namespace(
                **inspect.signature(function).bind(*args, **kwargs).arguments
            )
        if xp is not None and xp.name == "jax":
            return _call_jax(xp, function, args, kwargs)
        with (xp or NUMPY).quiet():
            return function(*args, **kwargs)

    return cast("F", call)


def _plain(x: Any) -> Any:
    return x.item() if isinstance(x, np.generic) else x


def _positional(x: Any, xp: Namespace) -> Any:
    # A label may well be one element of NumPy's integers.
    label = isinstance(x, np.integer) and xp.name in {"numpy", "jax"}
    return np.asarray(x) if label else _plain(x)


def _call_jax(xp: Any, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    arrays, layout = [], []
    for x in (*args, *kwargs.values()):
        if _is_dynamic(x):
            if not _is_at_home(x):
                return function(*xp.taken(args), **xp.taken(kwargs))
            arrays.append(x)
            layout.append(_ARRAY)
        elif callable(x) and not isinstance(x, type):
            return function(*xp.taken(args), **xp.taken(kwargs))
        else:
            layout.append((type(x), tuple(x) if isinstance(x, list) else x))
    if debugging():
        return function(*xp.taken(args), **xp.taken(kwargs))
    try:
        run = _compiled(xp.jit, function, tuple(layout), tuple(kwargs))
    except TypeError:  # an unhashable option; tracing has not begun yet
        return function(*xp.taken(args), **xp.taken(kwargs))
    return run(*arrays)


def _is_dynamic(x: Any) -> bool:
    if isinstance(x, tuple | list):
        return any(map(_is_dynamic, x))
    return lookup(x) is not None


def _is_at_home(x: Any) -> bool:
    """Tell whether jax takes `x`; what it refuses, the loss refuses by name."""
    if isinstance(x, tuple | list):
        return all(map(_is_at_home, x))
    xp = lookup(x)
    return xp is None or xp.name in {"jax", "numpy"}


@functools.lru_cache(maxsize=_CACHE_SIZE)
def _compiled(
    jit: Callable[..., Any],
    function: Callable[..., Any],
    layout: tuple[Any, ...],
    names: tuple[str, ...],
) -> Callable[..., Any]:
    @functools.wraps(function)
    def run(*arrays: Any) -> Any:
        values = list(_filled(layout, iter(arrays)))
        split = len(values) - len(names)
        return function(
            *values[:split], **dict(zip(names, values[split:], strict=True))
        )

    return jit(run)


def _filled(layout: tuple[Any, ...], arrays: Iterator[Any]) -> Iterator[Any]:
    for slot in layout:
        if slot is _ARRAY:
            yield next(arrays)
        else:
            kind, value = slot
            yield list(value) if kind is list else value
