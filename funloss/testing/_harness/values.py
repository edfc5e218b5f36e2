"""Libraries without derivatives, NumPy above all: values only."""

from funloss.testing._harness.arrays import to_numpy
from funloss.testing._harness.problem import Outcome, Problem

__all__ = ["evaluate"]


def evaluate(problem: Problem, library: str) -> Outcome:
    """Return the outputs on arrays of `library`."""
    outputs = problem.call(problem.arrays(library), library)
    return Outcome([to_numpy(output) for output in outputs], [], [])
