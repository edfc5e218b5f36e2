"""NumPy and array-api-strict: values only, they have no derivatives."""

from parity.convert import to_numpy
from parity.problem import Outcome, Problem

__all__ = ["evaluate"]


def evaluate(problem: Problem, library: str) -> Outcome:
    """Return the outputs on arrays of `library`."""
    outputs = problem.call(problem.arrays(library), library)
    return Outcome([to_numpy(output) for output in outputs], [], [])
