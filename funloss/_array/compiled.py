"""Losses as single steps of the programs that torch compiles.

torch's compiler reads Python, and stumbles over what a loss does before its formula:
tables of types, imports on first use, signatures. It need not read it. A loss is a pure
function, so it enters a program as one step, and torch traces the operations inside.
"""

import itertools
import sys
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["OWN_CODE", "compiling", "enrol", "fixed", "in_program"]

# The mark of a function whose code no other function has.
OWN_CODE = "_funloss_own_code"
_COUNT = itertools.count()
_LOSSES: "weakref.WeakValueDictionary[str, Callable[..., Any]]" = (
    weakref.WeakValueDictionary()
)
_FUNCTIONS: dict[str, dict[str, Any]] = {}


def enrol(function: Callable[..., Any]) -> str:
    """Return a name under which programs find a loss, unlike that of any other."""
    name = f"{function.__module__}.{function.__qualname__} {next(_COUNT)}"
    _LOSSES[name] = function
    return name


def compiling() -> bool:
    """Tell whether torch is compiling or exporting a program."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.compiler.is_compiling():
        return False
    torch.compiler.allow_in_graph(_step)
    return True


def in_program(name: str, args: Any, kwargs: Any) -> Any:
    """Return a loss as one step; torch's compiler reads this, so it is plain."""
    names = tuple([option for option, x in kwargs.items() if _is_function(x)])
    key = _kept(names, *[kwargs[option] for option in names])
    rest = {option: x for option, x in kwargs.items() if option not in names}
    return _step(name, key, *args, **rest)


def _is_function(x: Any) -> bool:
    return callable(x) and not isinstance(x, type)


def _kept(names: tuple[str, ...], *functions: Any) -> str:
    """Return a key for options that are functions: a program takes none as inputs."""
    for name, function in zip(names, functions, strict=True):
        # The compiler tells functions apart by their code alone.
        if getattr(function, "__closure__", None) and not hasattr(function, OWN_CODE):
            msg = (
                f"{name} must not refer to variables of an enclosing function while "
                f"torch compiles, got {function!r}: use functools.partial"
            )
            raise ValueError(msg)
    key = " ".join(f"{n}={id(x)}" for n, x in zip(names, functions, strict=True))
    _FUNCTIONS[key] = dict(zip(names, functions, strict=True))
    return key


def _step(name: str, key: str, *args: Any, **kwargs: Any) -> Any:
    options = {option: _settled(x) for option, x in kwargs.items()}
    return _LOSSES[name](*map(_settled, args), **options, **_FUNCTIONS[key])


def _settled(x: Any) -> Any:
    """Return an argument; NumPy's scalars and open integers become Python's."""
    if isinstance(x, np.generic):
        return x.item()
    return fixed(x) if type(x).__name__ == "SymInt" else x


def fixed(x: Any) -> Any:
    """Return an option that chooses code: a number left open becomes Python's own."""
    kind = type(x).__name__
    return int(x) if kind == "SymInt" else float(x) if kind == "SymFloat" else x


# torch's compiler calls a function that has this mark, and takes what it returns for a
# constant. `torch.compiler.assume_constant_result` sets it, but torch may be absent.
for _function in (compiling, _kept):
    vars(_function)["_dynamo_marked_constant"] = True
