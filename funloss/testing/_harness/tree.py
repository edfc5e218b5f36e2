"""Nested tuples of arrays, the only containers a loss takes or returns."""

from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["leaves", "map_leaves", "paths", "rebuild"]


def leaves(tree: Any) -> list[Any]:
    """Return the arrays of nested tuples or lists, from left to right."""
    if isinstance(tree, tuple | list):
        return [leaf for branch in tree for leaf in leaves(branch)]
    return [tree]


def paths(name: str, tree: Any) -> list[str]:
    """Return how Python reaches each leaf: ``name[0][1]``, or just ``name``."""
    if isinstance(tree, tuple | list):
        return [
            path
            for index, branch in enumerate(tree)
            for path in paths(f"{name}[{index}]", branch)
        ]
    return [name]


def map_leaves(function: Callable[[Any], Any], tree: Any) -> Any:
    """Apply `function` to every leaf and keep the nesting, as tuples."""
    if isinstance(tree, tuple | list):
        return tuple(map_leaves(function, branch) for branch in tree)
    return function(tree)


def rebuild(tree: Any, replacements: Iterator[Any]) -> Any:
    """Return `tree` with its leaves taken from `replacements`, left to right."""
    return map_leaves(lambda _: next(replacements), tree)
