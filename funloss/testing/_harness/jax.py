"""JAX: the function called as it is, under `jit`, `vmap`, `checkpoint` and `scan`."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from funloss.testing._harness.arrays import to_numpy
from funloss.testing._harness.problem import Outcome, Problem
from funloss.testing._harness.tree import leaves

__all__ = [
    "checkpointed",
    "compilations",
    "eager",
    "in_64_bits",
    "jitted",
    "mapped",
    "repeated",
    "scanned",
]


def eager(problems: Sequence[Problem]) -> list[Outcome]:
    """Call without any transformation."""
    return _evaluate(problems, _together([_program(problem) for problem in problems]))


def jitted(problems: Sequence[Problem]) -> list[Outcome]:
    """Compile all problems as one program."""
    programs = [_program(problem) for problem in problems]
    return _evaluate(problems, jax.jit(_together(programs)))


def repeated() -> Callable[[Sequence[Problem]], list[Outcome]]:
    """Return a function for problems that differ in numbers alone: it compiles once."""
    programs: dict[int, Callable] = {}

    def evaluate(problems: Sequence[Problem]) -> list[Outcome]:
        outcomes = []
        for problem in problems:
            if problem.orders not in programs:
                programs[problem.orders] = jax.jit(_together([_program(problem)]))
            outcomes += _evaluate([problem], programs[problem.orders])
        return outcomes

    return evaluate


def compilations(run: Callable[[], Any]) -> int:
    """Return how many programs JAX compiles while something runs."""
    _listen()
    before = len(_compiled)
    run()
    return len(_compiled) - before


_compiled: list[str] = []


@functools.cache
def _listen() -> None:
    def listen(event: str, duration_secs: float, **details: Any) -> None:
        if event == "/jax/core/compile/backend_compile_duration":
            _compiled.append(event)

    # Older versions of JAX cannot take a listener back.
    jax.monitoring.register_event_duration_secs_listener(listen)


def mapped(problems: Sequence[Problem]) -> list[Outcome]:
    """Map over stacked draws; the Hessian is reverse over reverse here alone."""
    programs = [
        jax.vmap(_program(problem, products=_reverse_over_reverse))
        for problem in problems
    ]
    return _evaluate(problems, jax.jit(_together(programs)))


def checkpointed(problems: Sequence[Problem]) -> list[Outcome]:
    """Compute everything again for the derivatives, as `jax.checkpoint` does."""
    programs = [_program(problem, wrap=jax.checkpoint) for problem in problems]
    return _evaluate(problems, jax.jit(_together(programs)))


def scanned(problems: Sequence[Problem]) -> list[Outcome]:
    """Call in the body of a `jax.lax.scan`, and differentiate through it."""
    programs = [_program(problem, wrap=_in_scan) for problem in problems]
    return _evaluate(problems, jax.jit(_together(programs)))


def in_64_bits(problems: Sequence[Problem]) -> bool:
    """Tell whether to keep 64 bits: if a problem holds float64, or the program does."""
    return jax.enable_x64.value or any(problem.wide() for problem in problems)


def _evaluate(problems: Sequence[Problem], programs: Callable) -> list[Outcome]:
    with jax.enable_x64(in_64_bits(problems)):
        outcomes = programs([_arguments(problem) for problem in problems])
        return [Outcome(*map(_to_numpy, outcome)) for outcome in outcomes]


def _to_numpy(arrays: list) -> list[np.ndarray]:
    return [to_numpy(array) for array in arrays]


def _together(programs: list[Callable]) -> Callable:
    return lambda arguments: [
        run(*own) for run, own in zip(programs, arguments, strict=True)
    ]


def _arguments(problem: Problem) -> tuple[dict[str, Any], list, list]:
    cotangents, directions = (
        [jnp.asarray(weight) for weight in weights]
        for weights in (problem.cotangents, problem.directions)
    )
    return problem.arrays("jax"), cotangents, directions


def _forward_over_reverse(derivatives: Callable, at: list, along: list) -> tuple:
    return jax.jvp(derivatives, (at,), (along,))


def _reverse_over_reverse(derivatives: Callable, at: list, along: list) -> tuple:
    found, pull_back = jax.vjp(derivatives, at)
    return found, pull_back(along)[0]


def _in_scan(outputs: Callable) -> Callable:
    def scanned(variables: list) -> list:
        stacked = jax.lax.scan(
            lambda carry, _: (carry, outputs(carry)), variables, None, length=1
        )[1]
        return [output[0] for output in stacked]

    return scanned


def _program(
    problem: Problem,
    products: Callable = _forward_over_reverse,
    wrap: Callable[[Callable], Callable] = lambda outputs: outputs,
) -> Callable:
    """Return outputs, derivatives and products as one function of the arrays."""

    def run(arrays: dict, cotangents: list, directions: list) -> tuple:
        outputs = wrap(
            lambda variables: problem.call(problem.replaced(arrays, variables), "jax")
        )
        variables = leaves([arrays[name] for name in problem.wrt])

        def derivatives(variables: list) -> list:
            (found,) = jax.vjp(outputs, variables)[1](cotangents)
            return found

        if problem.orders == 1 and isinstance(variables[0], Tracer):
            # One trace instead of two: tracing and compiling take nearly all the time.
            # Not without `jit`, where a plain call is to be seen.
            values, pull_back = jax.vjp(outputs, variables)
            return values, pull_back(cotangents)[0], []
        values = outputs(variables)
        if problem.orders == 0:
            return values, [], []
        if problem.orders == 1:
            return values, derivatives(variables), []
        return values, *products(derivatives, variables, directions)

    return run
