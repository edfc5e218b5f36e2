"""The ways to call a function: each library, and each transformation of JAX."""

import functools
import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from funloss.testing._harness import values
from funloss.testing._harness.arrays import backend
from funloss.testing._harness.problem import Outcome, Problem

__all__ = ["TRANSFORMS", "Mode", "Result", "mode", "repeated"]

Result = Outcome | Exception

# How JAX calls a function, by the name of what does it.
TRANSFORMS = {
    "eager": "eager",
    "jit": "jitted",
    "vmap": "mapped",
    "scan": "scanned",
    "checkpoint": "checkpointed",
}


@dataclass(frozen=True)
class Mode:
    """A library, and on JAX a transformation.

    Attributes:
        name: In reports: ``"torch"``, ``"jax-jit"``.
        library: Whose arrays the function gets.
        evaluate: Evaluates a batch of problems; may raise.
        orders: Highest derivative that it computes.
        stacked: Whether it takes stacked draws rather than the first.
    """

    name: str
    library: str
    evaluate: Callable[[Sequence[Problem]], list[Outcome]]
    orders: int = 0
    stacked: bool = False

    def run(self, problems: Sequence[Problem]) -> list[Result]:
        """Return the outcome of each problem, or the exception it raised."""
        try:
            return list(self.evaluate(problems))
        except Exception as error:
            if len(problems) == 1:
                return [self._without_derivatives(problems[0], error)]
        # One fault fails a whole program; alone, the others still run.
        return [result for problem in problems for result in self.run([problem])]

    def _without_derivatives(self, problem: Problem, error: Exception) -> Result:
        """Return as many orders as do not raise; an exception if all do."""
        if problem.orders == 0:
            return error
        (result,) = self.run([problem.with_orders(problem.orders - 1)])
        if isinstance(result, Outcome) and result.error is None:
            return replace(result, error=error)
        return result


@functools.cache
def mode(library: str, transform: str = "eager") -> Mode:
    """Return the mode of a library, or of JAX under a transformation."""
    owner = backend(library)
    if owner == "jax":
        module = importlib.import_module("funloss.testing._harness.jax")
        evaluate = getattr(module, TRANSFORMS[transform])
        name = f"{library}-{transform}"
        return Mode(name, owner, evaluate, orders=2, stacked=transform == "vmap")
    if owner == "torch":
        module = importlib.import_module("funloss.testing._harness.torch")
        return Mode(library, owner, _singly(module.evaluate), orders=2)
    return Mode(
        library, owner, _singly(functools.partial(values.evaluate, library=owner))
    )


def repeated(library: str) -> Mode:
    """Return a mode for problems that differ in numbers alone: JAX compiles once."""
    if backend(library) != "jax":
        return mode(library)
    module = importlib.import_module("funloss.testing._harness.jax")
    return replace(mode(library, "jit"), evaluate=module.repeated())


def _singly(evaluate: Callable[[Problem], Outcome]) -> Callable:
    return lambda problems: [evaluate(problem) for problem in problems]
