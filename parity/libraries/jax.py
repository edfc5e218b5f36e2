"""JAX: the public function called as it is, under `jit`, and under `vmap`."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from parity.convert import to_numpy
from parity.problem import Outcome, Problem
from parity.tree import leaves

__all__ = ["eager", "jitted", "mapped"]


def eager(problem: Problem) -> Outcome:
    """Call without any transformation, then take slopes by reverse mode."""
    arrays, cotangents, _ = _arguments(problem)
    outputs, slopes = problem.call(arrays, "jax"), []
    if problem.orders:
        slopes = _slopes(problem, arrays, cotangents)(_variables(problem, arrays))
    return _outcome((outputs, slopes, []))


def jitted(problems: Sequence[Problem]) -> list[Outcome]:
    """Compile all problems as one program; curvature is forward over reverse."""
    programs = [_program(problem, _forward_over_reverse) for problem in problems]

    @jax.jit
    def together(arguments):
        return [run(*own) for run, own in zip(programs, arguments, strict=True)]

    answers = together([_arguments(problem) for problem in problems])
    return [_outcome(answer) for answer in answers]


def mapped(problems: Sequence[Problem]) -> list[Outcome]:
    """Map over stacked draws; curvature is reverse over reverse."""
    programs = [_program(problem, _reverse_over_reverse) for problem in problems]

    @jax.jit
    def together(arguments):
        return [
            jax.vmap(run)(*own) for run, own in zip(programs, arguments, strict=True)
        ]

    answers = together([_arguments(problem) for problem in problems])
    return [_outcome(answer) for answer in answers]


def _arguments(problem: Problem) -> tuple[dict[str, Any], list, list]:
    weights = (problem.cotangents, problem.directions)
    return (problem.arrays("jax"), *([jnp.asarray(w) for w in ws] for ws in weights))


def _variables(problem: Problem, arrays: dict[str, Any]) -> list[jax.Array]:
    return leaves([arrays[name] for name in problem.wrt])


def _outcome(answer: tuple[list, list, list]) -> Outcome:
    return Outcome(*([to_numpy(array) for array in arrays] for arrays in answer))


def _slopes(problem: Problem, arrays: dict[str, Any], cotangents: list) -> Callable:
    def outputs(variables: list) -> list:
        return problem.call(problem.replaced(arrays, variables), "jax")

    def slopes(variables: list) -> list:
        (found,) = jax.vjp(outputs, variables)[1](cotangents)
        return found

    return slopes


def _program(problem: Problem, curvature: Callable) -> Callable:
    """Return outputs, slopes and curvature as one function of the arrays."""

    def run(arrays: dict, cotangents: list, directions: list) -> tuple:
        outputs = problem.call(arrays, "jax")
        if problem.orders == 0:
            return outputs, [], []
        slopes = _slopes(problem, arrays, cotangents)
        variables = _variables(problem, arrays)
        if problem.orders == 1:
            return outputs, slopes(variables), []
        return outputs, *curvature(slopes, variables, directions)

    return run


def _forward_over_reverse(slopes: Callable, at: list, along: list) -> tuple:
    return jax.jvp(slopes, (at,), (along,))


def _reverse_over_reverse(slopes: Callable, at: list, along: list) -> tuple:
    found, pull_back = jax.vjp(slopes, at)
    return found, pull_back(along)[0]
