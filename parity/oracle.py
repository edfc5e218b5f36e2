"""The truth about a call: what the reference answers, in float64."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from parity.case import Call, seeded
from parity.convert import numpy_dtype
from parity.libraries import LIBRARIES
from parity.problem import Outcome, Problem
from parity.references import EXPECTED_WARNINGS, LIBRARY
from parity.tree import map_leaves

__all__ = ["Question", "ask", "stacked"]


@dataclass(frozen=True)
class Question:
    """A problem for the loss, and the reference's answer to it."""

    call: Call
    dtype: str
    problem: Problem
    truth: Outcome


def ask(call: Call, dtype: str, number: int) -> Question:
    """Draw the inputs, round them to `dtype`, and let the reference answer."""
    case = call.case
    inputs = {
        name: map_leaves(lambda leaf: _rounded(leaf, dtype), tree)
        for name, tree in call.draw(number).items()
    }
    problem = Problem(case.ours, call.positional(), inputs, call.options, case.wrt)
    first = _answer(problem, call)
    random = seeded(f"{call.id}/{number}")
    result = call.options.get("dtype") or dtype
    problem = replace(
        problem,
        orders=case.orders if case.wrt else 0,
        cotangents=_normal(random, first.values, result),
        directions=_normal(random, problem.variables(), dtype),
    )
    return Question(call, dtype, problem, _answer(problem, call))


def stacked(questions: Sequence[Question]) -> Problem:
    """Return one problem with the arrays of several draws along a new first axis."""
    problems = [question.problem for question in questions]
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


def _answer(problem: Problem, call: Call) -> Outcome:
    """Return what the reference says to `problem`, with every array widened."""
    options = {name: value for name, value in call.options.items() if name != "dtype"}
    widened = replace(
        problem,
        function=call.case.reference,
        inputs={name: map_leaves(_wide, tree) for name, tree in problem.inputs.items()},
        options=options,
        cotangents=tuple(_wide(array) for array in problem.cotangents),
        directions=tuple(_wide(array) for array in problem.directions),
    )
    with warnings.catch_warnings():
        for message in EXPECTED_WARNINGS:
            warnings.filterwarnings("ignore", message)
        try:
            (outcome,) = LIBRARIES[LIBRARY].evaluate([widened])
        except Exception as error:
            msg = f"the reference failed on {call.id}: {error}"
            raise RuntimeError(msg) from error
    return outcome


def _rounded(array: np.ndarray, dtype: str) -> np.ndarray:
    """Round a float64 array to the dtype under test; leave any other as it is."""
    return array.astype(numpy_dtype(dtype)) if array.dtype == np.float64 else array


def _wide(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind == "b":
        return array
    return array.astype(np.int64 if array.dtype.kind in "iu" else np.float64)


def _normal(
    random: np.random.Generator, like: Sequence[np.ndarray], dtype: str
) -> tuple[np.ndarray, ...]:
    draws = [np.asarray(random.standard_normal(array.shape)) for array in like]
    return tuple(draw.astype(numpy_dtype(dtype)) for draw in draws)


def _stack(trees: Sequence) -> tuple | np.ndarray:
    if isinstance(trees[0], tuple):
        return tuple(_stack(branches) for branches in zip(*trees, strict=True))
    return np.stack(trees)
