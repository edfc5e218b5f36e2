"""Fewer rows of the inputs that show the same fault."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from funloss.testing._harness.check import Check
from funloss.testing._harness.problem import Problem
from funloss.testing._harness.tree import leaves, map_leaves

__all__ = ["minimal"]


def minimal(
    problem: Problem, failures: Callable[[Problem], list[Check]]
) -> list[Check]:
    """Return the failures on as few rows as halving finds, or none found on fewer.

    Rows are the first axis of every array that is as long as that of the first one.
    """
    found: list[Check] = []
    while (rows := _rows(problem)) > 1:
        half = rows // 2
        for part in (slice(0, half), slice(half, rows)):
            smaller = _taken(problem, part, rows)
            fewer = failures(smaller)
            if fewer:
                problem, found = smaller, fewer
                break
        else:
            break
    return found


def _rows(problem: Problem) -> int:
    first = leaves(list(problem.inputs.values()))[0]
    return first.shape[0] if first.ndim else 1


def _taken(problem: Problem, part: slice, rows: int) -> Problem:
    def leaf(array: np.ndarray) -> np.ndarray:
        return array[part] if array.ndim and array.shape[0] == rows else array

    inputs = {name: map_leaves(leaf, tree) for name, tree in problem.inputs.items()}
    return replace(problem, inputs=inputs)
