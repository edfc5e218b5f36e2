"""The wrapper around every public loss: it finds the library that makes the call."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np

from funloss._array import Namespace, is_known, lookup, namespace
from funloss._array.compiled import OWN_CODE, compiling, enrol, in_program
from funloss._array.numpy import NUMPY
from funloss._core.checks import check_choice

__all__ = ["explained", "loss"]

F = TypeVar("F", bound=Callable[..., Any])

# The library of a call by the types of its arguments, where these alone decide it.
_LIBRARIES: dict[tuple[type, ...], Namespace] = {}
_MOST = 4096


def loss(function: F) -> F:
    """Return `function` with its signature kept, called as its arrays' library does.

    On JAX a call is compiled and cached (`jax_call`), and where torch compiles it is
    one step of the program; on NumPy `function` runs without floating-point warnings.
    NumPy scalars count as Python numbers wherever an array is there to decide the
    dtype. What is annotated with ``bool`` must be True or False.
    """
    function = _with_checked_flags(function)
    entry = enrol(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if compiling():
            return in_program(entry, args, kwargs)
        try:
            kinds = _kinds(args, kwargs) if kwargs else tuple(map(type, args))
            xp = _LIBRARIES.get(kinds)
            if xp is None:
                xp, args, kwargs = _settled(function, kinds, args, kwargs)
                kinds = _kinds(args, kwargs)
            return xp.call(function, args, kwargs, kinds)
        except (TypeError, ValueError) as error:
            _explain(error, function, args, kwargs)
            raise

    # torch's compiler tells functions apart by their code.
    own: Any = call
    own.__code__ = own.__code__.replace(co_name=function.__name__)
    vars(call)[OWN_CODE] = True
    return cast("F", call)


def _with_checked_flags(function: F) -> F:
    """Return `function`; where it has flags, it raises if one is not True or False."""
    flags = [name for name, kind in function.__annotations__.items() if kind is bool]
    if not flags:
        return function
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        given = dict(zip(positional, args, strict=False)) | kwargs
        for name in flags:
            if name in given:
                check_choice((True, False), **{name: given[name]})
        return function(*args, **kwargs)

    return cast("F", checked)


def _kinds(args: Any, kwargs: Any) -> tuple[type, ...]:
    return (*map(type, args), *map(type, kwargs.values()))


def _settled(
    function: Callable[..., Any], kinds: tuple[type, ...], args: Any, kwargs: Any
) -> tuple[Namespace, Any, Any]:
    """Return the library of a call, and its arguments without NumPy scalars."""
    xp, mixed, scalars = None, False, False
    for x in (*args, *kwargs.values()):
        found = lookup(x)
        if found is None:
            continue
        if found is NUMPY and isinstance(x, np.generic):
            scalars = True
        elif xp is None:
            xp = found
        elif found is not xp:
            mixed = mixed or {found.name, xp.name} != {"jax", "numpy"}
            xp = found if xp is NUMPY else xp
    if xp and not (mixed or scalars) and all(map(is_known, kinds)):
        if len(_LIBRARIES) == _MOST:
            _LIBRARIES.clear()
        _LIBRARIES[kinds] = xp
    if scalars:
        kwargs = {name: _plain(x) for name, x in kwargs.items()}
        args = args if xp is None else tuple(_positional(x, xp) for x in args)
    if mixed:
        xp = namespace(**inspect.signature(function).bind(*args, **kwargs).arguments)
    return xp or NUMPY, args, kwargs


def explained(function: F) -> F:
    """Return `function` so that a wrong call of it says what to do."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (TypeError, ValueError) as error:
            _explain(error, function, args, kwargs)
            raise

    return cast("F", call)


def _explain(error: Exception, *call: Any) -> None:
    """Raise an error that says what to do, if the call was at fault."""
    from funloss._core.wrong_calls import explain  # noqa: PLC0415 - rarely needed

    explain(error, *call)


def _plain(x: Any) -> Any:
    return x.item() if isinstance(x, np.generic) else x


def _positional(x: Any, xp: Namespace) -> Any:
    # A label may well be one element of NumPy's integers.
    label = isinstance(x, np.integer) and xp.name in {"numpy", "jax"}
    return np.asarray(x) if label else _plain(x)
