"""A problem and the outcome that the reference gives in float64."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from funloss.testing._harness.arrays import numpy_dtype
from funloss.testing._harness.grid import readable
from funloss.testing._harness.modes import Mode
from funloss.testing._harness.problem import Outcome, Problem
from funloss.testing._harness.tree import map_leaves

__all__ = [
    "Expectation",
    "expect",
    "normal",
    "rounded",
    "seeded",
    "stacked",
    "to_float64",
    "with_cotangents",
]


@dataclass(frozen=True)
class Expectation:
    """A problem for a function, and the outcome that it should have.

    Attributes:
        loss: Name of the function, in reports.
        call: What tells the call from others of the same function.
        dtype: Name of the dtype under test.
        problem: The call.
        expected: The right outcome, in float64.
        exact: Whether no error at all is allowed.
        depth: Steps of a recursion, each of which rounds the one before.
        allowed: Largest error in ulps, if not that of the table of tolerances.
    """

    loss: str
    call: str
    dtype: str
    problem: Problem
    expected: Outcome
    exact: bool = False
    depth: int = 0
    allowed: float | None = None


def seeded(name: str) -> np.random.Generator:
    """Return the generator that belongs to `name`, the same in every process."""
    digest = hashlib.sha256(name.encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def expect(
    problem: Problem,
    reference: Callable[..., Any],
    mode: Mode,
    *,
    loss: str,
    call: str,
    dtype: str,
    seed: str,
    like: Outcome | None = None,
) -> Expectation:
    """Round the inputs to `dtype`, and evaluate the reference in float64.

    `problem` needs neither cotangents nor directions: they are drawn from `seed`. An
    outcome with values of the same shapes, if there is one, saves a call.
    """
    problem = rounded(problem, dtype)
    if like is None:
        (like,) = _evaluate(problem.with_orders(0), reference, mode, call)
    problem = with_cotangents(problem, like, seed, dtype)
    (expected,) = _evaluate(problem, reference, mode, call)
    return Expectation(loss, call, dtype, problem, expected)


def _evaluate(
    problem: Problem, reference: Callable[..., Any], mode: Mode, call: str
) -> list[Outcome]:
    try:
        return mode.evaluate([replace(to_float64(problem), function=reference)])
    except Exception as error:
        msg = f"the reference failed on {readable(call)}: {error}"
        raise RuntimeError(msg) from error


def rounded(problem: Problem, dtype: str) -> Problem:
    """Return the problem with float64 arrays rounded; others stay as they are."""

    def leaf(array: np.ndarray) -> np.ndarray:
        return array.astype(numpy_dtype(dtype)) if array.dtype == np.float64 else array

    inputs = {name: map_leaves(leaf, tree) for name, tree in problem.inputs.items()}
    return replace(problem, inputs=inputs)


def to_float64(problem: Problem) -> Problem:
    """Return the problem in float64 and int64, without the option `dtype`."""
    options = {name: x for name, x in problem.options.items() if name != "dtype"}
    return replace(
        problem,
        inputs={
            name: map_leaves(_to_64_bits, tree) for name, tree in problem.inputs.items()
        },
        options=options,
        cotangents=tuple(_to_64_bits(array) for array in problem.cotangents),
        directions=tuple(_to_64_bits(array) for array in problem.directions),
    )


def normal(
    random: np.random.Generator, like: Sequence[np.ndarray], dtype: str
) -> tuple[np.ndarray, ...]:
    """Draw an array like each, in `dtype`."""
    draws = [np.asarray(random.standard_normal(array.shape)) for array in like]
    return tuple(draw.astype(numpy_dtype(dtype)) for draw in draws)


def with_cotangents(problem: Problem, first: Outcome, seed: str, dtype: str) -> Problem:
    """Return the problem with cotangents and directions drawn from `seed`.

    All cotangents have one sign: of both, they would let the derivative of an option,
    which is a sum over all outputs, cancel to far below the terms that it is rounded
    by.
    """
    random = seeded(seed)
    below = random.random() < 0.5
    draws = normal(random, first.values, problem.options.get("dtype") or dtype)
    return replace(
        problem,
        cotangents=tuple(np.where((x < 0) == below, x, -x) for x in draws),
        directions=normal(random, problem.variables(), dtype),
    )


def stacked(expectations: Sequence[Expectation]) -> Problem:
    """Return one problem with the arrays of several draws along a new first axis."""
    problems = [expectation.problem for expectation in expectations]
    inputs = {
        name: _stack([problem.inputs[name] for problem in problems])
        for name in problems[0].inputs
    }
    return replace(
        problems[0],
        inputs=inputs,
        cotangents=_stack([problem.cotangents for problem in problems]),
        directions=_stack([problem.directions for problem in problems]),
    )


def _to_64_bits(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind == "b":
        return array
    return array.astype(np.int64 if array.dtype.kind in "iu" else np.float64)


def _stack(trees: Sequence) -> Any:
    if isinstance(trees[0], tuple):
        return tuple(_stack(branches) for branches in zip(*trees, strict=True))
    return np.stack(trees)
