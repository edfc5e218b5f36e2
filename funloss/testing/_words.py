"""What the words of the command line mean: functions, arrays, numbers."""

import argparse
import ast
import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

__all__ = ["function", "library_name", "numbers", "pair", "shape", "value", "values"]


def function(text: str) -> Callable[..., Any]:
    """Return what ``MODULE:FUNCTION`` names, or refuse it."""
    path, _, name = text.partition(":")
    try:
        found: Any = importlib.import_module(path)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, ValueError) as error:
        msg = f"must be MODULE:FUNCTION that can be imported, got {text!r}: {error}"
        raise argparse.ArgumentTypeError(msg) from None
    return found


def library_name(text: str) -> str:
    """Return the name of a library that is installed, or refuse it."""
    module = text.replace("-", "_")
    if not module.isidentifier() or importlib.util.find_spec(module) is None:
        msg = f"must be a library that is installed, got {text!r}"
        raise argparse.ArgumentTypeError(msg)
    return text


def pair(text: str) -> tuple[str, str]:
    """Return the parts of ``NAME=VALUE``."""
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        msg = f"must be NAME=VALUE, got {text!r}"
        raise argparse.ArgumentTypeError(msg)
    return name, value


def shape(text: str) -> tuple[int, ...]:
    """Return sizes, written as ``4,5``."""
    sizes = [size.strip() for size in text.strip("()").split(",") if size]
    if not all(size.isdecimal() for size in sizes):
        msg = f"--shape must be sizes, as in NAME=4,5, got {text!r}"
        raise ValueError(msg)
    return tuple(map(int, sizes))


_NUMBERS = {0: "numbers", 1: "a whole number", 2: "two numbers"}


def numbers(option: str, text: str, count: int) -> list[Any]:
    """Return one whole number, or two numbers, or any if `count` is 0."""
    found = values(text)
    kinds = int if count == 1 else int | float
    if len(found) != (count or len(found)) or not all(
        isinstance(x, kinds) for x in found
    ):
        msg = f"{option} must be {_NUMBERS[count]} after NAME=, got {text!r}"
        raise ValueError(msg)
    return found


def values(text: str) -> list[Any]:
    """Return what stands between commas."""
    return [value(part) for part in text.split(",")]


def value(text: str) -> Any:
    """Return a literal of Python, or else the text."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
