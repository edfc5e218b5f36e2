"""A call of a loss on JAX: through one cached `jax.jit`, eager and traced alike."""

import functools
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jax.core import Tracer

from funloss._array import lookup
from funloss._array.debug import debugging
from funloss._array.jax_inputs import JaxInputs
from funloss._array.number import Number, RealOption, real_options
from funloss._array.numpy import NUMPY

__all__ = ["call", "compiled"]

_PLAIN = frozenset({type(None), bool, int, float, str})
_ARRAYS = (Tracer, jax.Array, np.ndarray, np.generic)


class _Plan:
    """What the types of a call's arguments say, by their places.

    There is one for the calls of a function with the same types and names, so that
    plans are told apart by identity.
    """

    function: Callable[..., Any]
    # Of the keywords.
    names: tuple[str, ...]
    # The types, one for all arrays and one for all numbers of real options.
    kinds: tuple[type, ...]
    arrays: tuple[int, ...]
    static: tuple[int, ...]
    # Real options, which may be arguments of the program.
    reals: tuple[tuple[int, RealOption], ...]
    # Their values have to be looked at.
    others: tuple[int, ...]
    # Whether any argument is traced.
    traced: bool

    def __init__(self, *fields: Any) -> None:
        """Take the fields in their order."""
        vars(self).update(zip(_Plan.__annotations__, fields, strict=True))
        # The program of arrays alone; others depend on values.
        alone = len(self.arrays) == len(self.kinds)
        self.run = _program(self, self.arrays, (), (), ())[0] if alone else None


def call(
    xp: JaxInputs,
    function: Callable[..., Any],
    args: Any,
    kwargs: Any,
    kinds: tuple[type, ...],
) -> Any:
    """Return ``function(*args, **kwargs)``, compiled where it can be.

    Programs are cached by the type and value of every argument that is not an array;
    arrays are dynamic, and so are most numbers of real options. A callable or
    unhashable argument has no value to be cached by, what is no array of JAX or NumPy
    has to be refused by name, and under `debug_values` values are read: such calls
    run as they stand.
    """
    if debugging():
        return function(*xp.asarray_tree(args), **xp.asarray_tree(kwargs))
    plan = _plan(function, kinds, tuple(kwargs))
    if plan.run is not None:
        return plan.run(*args, *kwargs.values()) if kwargs else plan.run(*args)
    values = (*args, *kwargs.values())
    found = _key(xp, plan, values)
    if found is None:
        args, kwargs = xp.asarray_tree(args), xp.asarray_tree(kwargs)
        values = (*args, *kwargs.values())
        plan = _plan(function, tuple(map(type, values)), tuple(kwargs))
        found = _key(xp, plan, values)
    if found is None:
        return function(*args, **kwargs)
    key, arrays, numbers = found
    try:
        run, bounds = _program(plan, *key)
    except TypeError:  # an unhashable option; tracing has not begun yet
        return function(*xp.asarray_tree(args), **xp.asarray_tree(kwargs))
    result = run(*arrays)
    # Afterwards, because it is the first run that finds the bounds.
    for name, value in numbers:
        if name in bounds:
            bounds[name].check(name, value)
    return result


def _key(xp: JaxInputs, plan: _Plan, values: tuple[Any, ...]) -> Any:
    """Return what a program is cached by, its arguments, and its numbers by name.

    None if the call cannot be compiled as it stands.
    """
    arrays, static = plan.arrays, plan.static
    for k in plan.others:
        x = values[k]
        if _is_dynamic(x):
            if not _is_convertible(xp, x):
                return None
            arrays += (k,)
        elif callable(x) and not isinstance(x, type):
            return None
        else:
            static += (k,)
    arrays = tuple(sorted(arrays)) if plan.others else arrays
    wide = jax.dtypes.canonicalize_dtype(np.float64)
    shared, numbers = (), []
    held = _holds_numbers(values, plan.traced, wide)
    for k, option in plan.reals:
        if held and option.shares(values[k]):
            shared += (k,)
            numbers.append((option.name, float(values[k])))
        else:
            static += (k,)
    fixed = tuple([tuple(x) if type(x := values[k]) is list else x for k in static])
    dynamic = [values[k] for k in arrays]
    dynamic += [_scalar(number, wide) for _, number in numbers]
    return (arrays, shared, static, fixed), dynamic, numbers


@functools.lru_cache(maxsize=1024)
def _scalar(number: float, _wide: Any) -> jax.Array:
    """Return a number as an array: a compiled program takes it in less time.

    Its dtype is `_wide`, what JAX's present settings make of numbers.
    """
    with jax.ensure_compile_time_eval():
        return jax.numpy.asarray(number)


@functools.lru_cache(maxsize=1024)
def _plan(
    function: Callable[..., Any], kinds: tuple[type, ...], names: tuple[str, ...]
) -> _Plan:
    options = real_options(function)
    first = len(kinds) - len(names)
    arrays, static, reals, others = [], [], [], []
    types = [jax.Array if issubclass(kind, _ARRAYS) else kind for kind in kinds]
    for k, kind in enumerate(kinds):
        if kind in _PLAIN:
            option = options.get(k if k < first else names[k - first])
            if option is None or kind not in (float, int):
                static.append(k)
            else:
                reals.append((k, option))
                types[k] = float
        else:
            known = issubclass(kind, Tracer | jax.Array | np.generic)
            (arrays if known else others).append(k)
    return _Plan(
        function,
        names,
        tuple(types),
        tuple(arrays),
        tuple(static),
        tuple(reals),
        tuple(others),
        any(issubclass(kind, Tracer) for kind in kinds),
    )


def _holds_numbers(values: tuple[Any, ...], traced: bool, wide: Any) -> bool:
    """Tell whether numbers should be arguments of the call's own program.

    Inside the caller's they are constants. With x64 they are of 64 bits, which a
    program for 32 should not hold.
    """
    if traced and any(_is_staged(x) for x in values if isinstance(x, Tracer)):
        return False
    if wide == np.float32:
        return True
    return any(getattr(x, "dtype", None) == np.float64 for x in values)


def _is_staged(x: Any) -> bool:
    """Tell whether a tracer belongs to a program of the caller's: it keeps numbers."""
    while hasattr(x, "primal"):
        x = x.primal
    return isinstance(x, Tracer)


def _is_dynamic(x: Any) -> bool:
    if isinstance(x, (tuple, list)):
        return any(map(_is_dynamic, x))
    return lookup(x) is not None


def _is_convertible(home: JaxInputs, x: Any) -> bool:
    """Tell whether jax takes `x` as it is; what it refuses, the loss names."""
    if isinstance(x, (tuple, list)):
        return all(_is_convertible(home, item) for item in x)
    xp = lookup(x)
    if xp is NUMPY:
        return isinstance(x, np.generic) or home.holds(x)
    return xp is None or xp is home


@functools.lru_cache(maxsize=1024)
def _program(plan: _Plan, *key: Any) -> tuple[Callable[..., Any], dict[str, Any]]:
    """Return what `compiled` does; a plan stands for its function, types and names."""
    return compiled(plan.function, plan.kinds, plan.names, *key)


@functools.lru_cache(maxsize=1024)
def compiled(
    function: Callable[..., Any],
    kinds: tuple[type, ...],
    names: tuple[str, ...],
    arrays: tuple[int, ...],
    numbers: tuple[int, ...],
    static: tuple[int, ...],
    values: tuple[Any, ...],
) -> tuple[Callable[..., Any], dict[str, Any]]:
    """Return the compiled function, and the bounds of numbers that tracing finds."""
    bounds: dict[str, Any] = {}
    first = len(kinds) - len(names)
    pairs = zip(static, values, strict=True)
    fixed = {k: list(x) if kinds[k] is list else x for k, x in pairs}

    @functools.wraps(function)
    def run(*dynamic: Any) -> Any:
        held = iter(dynamic)
        given = fixed | {k: next(held) for k in arrays}
        given |= {k: Number(next(held), bounds) for k in numbers}
        each = [given[k] for k in range(len(kinds))]
        named = dict(zip(names, each[first:], strict=True))
        return function(*each[:first], **named)

    return jax.jit(run), bounds
