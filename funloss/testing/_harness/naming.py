"""How a program would name a function: what it imports, and what it writes."""

import ast
import functools
import importlib
import inspect
import itertools
import textwrap
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

from funloss.testing._adapt import Adapted

__all__ = ["full_name", "named"]


def named(function: Callable[..., Any]) -> tuple[list[str], str]:
    """Return import lines, and the expression that is `function` after them."""
    match function:
        case Adapted():
            given = function.settings()
            lines, inner = named(function.function)
            written = ", ".join(f"{name}={value!r}" for name, value in given.items())
            made = f"adapt({inner}, {written})"
            return ["from funloss.testing import adapt", *lines], made
        case functools.partial():
            given = [repr(value) for value in function.args]
            given += [f"{name}={value!r}" for name, value in function.keywords.items()]
            lines, inner = named(function.func)
            made = f"partial({', '.join([inner, *given])})"
            return ["from functools import partial", *lines], made
    name = getattr(function, "__name__", "")
    home = _home(function, name)
    if home == "funloss":
        return ["import funloss as fl"], f"fl.{name}"
    if home:
        return [f"from {home} import {name}"], name
    if isinstance(function, FunctionType) and name.isidentifier():
        return _definition(function), name
    return [
        f"# `candidate` is a {type(function).__name__}: define it here."
    ], "candidate"


def _definition(function: FunctionType) -> list[str]:
    """Return the source of a function that no module offers, and what it needs."""
    formula, maker = getattr(function, "__formula__", (function, ""))
    name = function.__name__
    try:
        source = textwrap.dedent(inspect.getsource(formula)).splitlines()
        tree = ast.parse("\n".join(source)).body[0]
    except (OSError, SyntaxError, TypeError):
        return [f"# `{name}` has no source: define it here."]
    needed: list[str] = []
    if maker and isinstance(tree, ast.FunctionDef):
        # However the loss was made of its formula: this does it as well.
        source = [f"@fl.{maker}", *source[tree.lineno - 1 :]]
        tree.decorator_list = []
        needed = ["import funloss as fl"]
    scope = {**formula.__globals__, **inspect.getclosurevars(formula).nonlocals}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for used_name in sorted(used & scope.keys() - {name}):
        needed += _assignment(used_name, scope[used_name])
    return [*needed, "", *source]


def _assignment(name: str, value: Any) -> list[str]:
    """Return lines after which a program has this value under this name."""
    if isinstance(value, ModuleType):
        path = value.__name__
        return [f"import {path}" if path == name else f"import {path} as {name}"]
    if callable(value):
        lines, written = named(value)
        return lines if written == name else [*lines, f"{name} = {written}"]
    if isinstance(value, bool | int | float | str | tuple | None):
        return [f"{name} = {value!r}"]
    return [f"# `{name}` is a {type(value).__name__}: define it here."]


def full_name(function: Callable[..., Any]) -> str:
    """Return the shortest dotted name of the function, for titles."""
    while isinstance(function, Adapted | functools.partial):
        function = function.function if isinstance(function, Adapted) else function.func
    name = getattr(function, "__name__", type(function).__name__)
    home = _home(function, name)
    return f"{home}.{name}" if home else name


def _home(function: Callable[..., Any], name: str) -> str:
    """Return the shortest module path that offers the function, or an empty string."""
    parts = (getattr(function, "__module__", None) or "").split(".")
    public = [part for part in parts if part != "src" and not part.startswith("_")]
    for path in (*itertools.accumulate(public, _dotted), ".".join(parts)):
        if path == "__main__":
            return ""
        try:
            module = importlib.import_module(path)
        except (ImportError, ValueError):
            continue
        if getattr(module, name, None) is function:
            return path
    return ""


def _dotted(left: str, right: str) -> str:
    return f"{left}.{right}"
