"""The wrapper around every public loss: it finds the library that makes the call."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np

from funloss._array import Namespace, lookup, namespace
from funloss._array.numpy import NUMPY
from funloss._frame.wrong_calls import explain

__all__ = ["loss"]

F = TypeVar("F", bound=Callable[..., Any])


def loss(function: F) -> F:
    """Return `function` with its signature kept, called as its arrays' library does.

    On JAX a call is compiled and cached (`jax_call`); on NumPy `function` runs
    without floating-point warnings. NumPy scalars count as Python numbers wherever an
    array is there to decide the dtype.
    """

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
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
        if scalars:
            kwargs = {name: _plain(x) for name, x in kwargs.items()}
            args = args if xp is None else tuple(_positional(x, xp) for x in args)
        try:
            if mixed:
                xp = namespace(
                    **inspect.signature(function).bind(*args, **kwargs).arguments
                )
            return (xp or NUMPY).call(function, args, kwargs)
        except (TypeError, ValueError) as error:
            explain(error, function, args, kwargs)
            raise

    return cast("F", call)


def _plain(x: Any) -> Any:
    return x.item() if isinstance(x, np.generic) else x


def _positional(x: Any, xp: Namespace) -> Any:
    # A label may well be one element of NumPy's integers.
    label = isinstance(x, np.integer) and xp.name in {"numpy", "jax"}
    return np.asarray(x) if label else _plain(x)
