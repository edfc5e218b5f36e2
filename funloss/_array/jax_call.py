"""A call of a loss on JAX: through one cached `jax.jit`, eager and traced alike."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np
from jax.core import Tracer

from funloss._array import lookup
from funloss._array.debug import debugging
from funloss._array.number import Number, real_options
from funloss._array.numpy import NUMPY

__all__ = ["call", "compiled"]

_ARRAY, _NUMBER = object(), object()
# What no array is, told at a glance.
_PLAIN = frozenset({type(None), bool, int, float, str})


def call(xp: Any, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Return ``function(*args, **kwargs)``, compiled where it can be.

    Programs are cached by the type and value of every argument that is not an array;
    arrays are dynamic, and so are most numbers of real options. A callable or
    unhashable argument has no value to be cached by, what is no array of JAX or NumPy
    has to be refused by name, and under `debug_values` values are read: such calls
    run as they stand.
    """
    key = _key(xp, function, args, kwargs)
    if key is None:
        args, kwargs = xp.taken(args), xp.taken(kwargs)
        key = _key(xp, function, args, kwargs)
    if key is None or debugging():
        return function(*xp.taken(args), **xp.taken(kwargs))
    arrays, layout, numbers = key
    try:
        run, bounds = compiled(function, layout, tuple(kwargs))
    except TypeError:  # an unhashable option; tracing has not begun yet
        return function(*xp.taken(args), **xp.taken(kwargs))
    result = run(*arrays)
    # Afterwards, because it is the first run that finds the bounds.
    for name, value in numbers:
        if name in bounds:
            bounds[name].check(name, value)
    return result


def _key(xp: Any, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Return what is dynamic, the layout of all arguments, and the numbers by name.

    None if the call cannot be compiled as it stands.
    """
    arrays, layout, numbers = [], [], []
    options = real_options(function)
    for place, x in (*enumerate(args), *kwargs.items()):
        kind = type(x)
        if kind in _PLAIN:
            option = options.get(place)
            if option is not None and option.shares(x) and _holds_numbers(args, kwargs):
                numbers.append((option.name, float(x)))
                arrays.append(float(x))
                layout.append(_NUMBER)
            else:
                layout.append((kind, x))
        elif _is_dynamic(x):
            if not _is_at_home(xp, x):
                return None
            arrays.append(x)
            layout.append(_ARRAY)
        elif callable(x) and not isinstance(x, type):
            return None
        else:
            layout.append((kind, tuple(x) if isinstance(x, list) else x))
    return arrays, tuple(layout), numbers


def _holds_numbers(args: Any, kwargs: Any) -> bool:
    """Tell whether numbers should be arguments of the call's own program.

    Inside the caller's they are constants. With x64 they are of 64 bits, which a
    program for 32 should not hold.
    """
    every = (*args, *kwargs.values())
    if any(map(_is_staged, every)):
        return False
    if jax.dtypes.canonicalize_dtype(np.float64) == np.float32:
        return True
    return any(getattr(x, "dtype", None) == np.float64 for x in every)


def _is_staged(x: Any) -> bool:
    """Tell whether `x` belongs to a program of the caller's: it keeps numbers."""
    while hasattr(x, "primal"):
        x = x.primal
    return isinstance(x, Tracer)


def _is_dynamic(x: Any) -> bool:
    if isinstance(x, (tuple, list)):
        return any(map(_is_dynamic, x))
    return lookup(x) is not None


def _is_at_home(home: Any, x: Any) -> bool:
    """Tell whether jax takes `x` as it is; what it refuses, the loss names."""
    if isinstance(x, (tuple, list)):
        return all(_is_at_home(home, item) for item in x)
    xp = lookup(x)
    if xp is NUMPY:
        return isinstance(x, np.generic) or home.holds(x)
    return xp is None or xp is home


@functools.lru_cache(maxsize=1024)
def compiled(
    function: Callable[..., Any], layout: tuple[Any, ...], names: tuple[str, ...]
) -> tuple[Callable[..., Any], dict[str, Any]]:
    """Return the compiled function, and the bounds of numbers that tracing finds."""
    bounds: dict[str, Any] = {}

    @functools.wraps(function)
    def run(*arrays: Any) -> Any:
        values = list(_filled(layout, iter(arrays), bounds))
        split = len(values) - len(names)
        return function(
            *values[:split], **dict(zip(names, values[split:], strict=True))
        )

    return jax.jit(run), bounds


def _filled(
    layout: tuple[Any, ...], arrays: Iterator[Any], bounds: dict[str, Any]
) -> Iterator[Any]:
    for slot in layout:
        if slot is _ARRAY:
            yield next(arrays)
        elif slot is _NUMBER:
            yield Number(next(arrays), bounds)
        else:
            kind, value = slot
            yield list(value) if kind is list else value
