"""A function at its options, as checks without a reference share it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from funloss.testing._arguments import chosen_wrt, prepared
from funloss.testing._harness.arrays import backend
from funloss.testing._harness.check import Check, to_check
from funloss.testing._harness.expectation import Expectation, with_cotangents
from funloss.testing._harness.grid import Grid, points, words
from funloss.testing._harness.modes import Mode, mode, repeated
from funloss.testing._harness.naming import full_name
from funloss.testing._harness.problem import KINDS, Outcome, Problem
from funloss.testing._harness.verdict import Finding, raised
from funloss.testing._report import Report

__all__ = [
    "EvaluationError",
    "Subject",
    "drawn",
    "evaluated",
    "full_like",
    "modes_for",
    "report",
    "subjects",
]


class EvaluationError(Exception):
    """A function has no outcome where the check is to begin."""

    def __init__(
        self, mode: Mode, problem: Problem, fault: str, kind: str = "values"
    ) -> None:
        """Keep the call, and what is wrong with which kind of arrays."""
        super().__init__(fault)
        self.mode, self.problem, self.fault, self.kind = mode, problem, fault, kind


@dataclass(frozen=True)
class Subject:
    """A function at one choice of its options.

    Attributes:
        loss: Its name, in reports.
        call: The choice in words.
        problem: The call, with floating inputs in float64.
    """

    loss: str
    call: str
    problem: Problem

    def expect(
        self,
        problem: Problem,
        expected: Outcome,
        dtype: str = "float64",
        detail: str = "",
        *,
        exact: bool = False,
    ) -> Expectation:
        """Return an expectation; `detail` tells it from others at the same options."""
        return Expectation(
            self.loss, self.named(detail), dtype, problem, expected, exact
        )

    def named(self, detail: str) -> str:
        """Return what tells a call from others: its options, and the detail."""
        if detail:
            return f"{self.call} {detail}" if self.problem.options else detail
        return self.call

    def check(
        self,
        mode: Mode,
        problem: Problem,
        finding: Finding,
        dtype: str = "float64",
        detail: str = "",
    ) -> Check:
        """Return a finding as it stands in a report."""
        nothing = Outcome([], [], [])
        expectation = self.expect(problem, nothing, dtype, detail)
        return to_check(mode, expectation, finding, problem)

    def failed(self, error: EvaluationError) -> Check:
        """Return the check that failed because the function has no outcome."""
        names = [*error.problem.variable_names(), ""]
        quantity = KINDS[error.kind].format(names[0])
        finding = Finding(error.kind, 0, quantity, np.inf, error.fault, "an answer")
        dtypes = [x.dtype.name for x in error.problem.variables()]
        dtype = dtypes[0] if dtypes else "float64"
        return self.check(error.mode, error.problem, finding, dtype)


def subjects(
    function: Callable[..., Any],
    inputs: Mapping[str, Any],
    options: Grid | Sequence[Grid] | None,
    wrt: str | Sequence[str] | None,
    orders: int,
    *,
    keywords: Sequence[str] = (),
) -> list[Subject]:
    """Return the function at every choice of its options.

    All inputs are passed by position, except those in `keywords`.
    """
    arrays = prepared(inputs)
    names = chosen_wrt(wrt, arrays)
    positional = tuple(name for name in arrays if name not in keywords)
    orders = orders if names else 0
    return [
        Subject(
            full_name(function),
            words(choice),
            Problem(function, positional, arrays, choice, names, orders),
        )
        for choice in points(options or {})
    ]


def report(
    title: str, every: Sequence[Subject], checks: Callable[[Subject], Iterator[Check]]
) -> Report:
    """Gather the checks of every subject; a function that raises has failed one."""
    made = Report(title)
    for subject in every:
        try:
            for check in checks(subject):
                made.add([check])
        except EvaluationError as error:
            made.add([subject.failed(error)])
    return made


def modes_for(library: str) -> list[Mode]:
    """Return the modes that see a fault of the function itself: JAX has two.

    XLA turns a product with a mask into a choice, which hides a leak that the same
    function has outside of `jit`. Each mode is for the problems of one subject.
    """
    if backend(library) == "jax":
        return [mode(library), repeated(library)]
    return [mode(library)]


def evaluated(mode: Mode, problem: Problem) -> Outcome:
    """Return the outcome, or raise `EvaluationError` if it is not complete."""
    (result,) = mode.run([problem])
    if isinstance(result, Exception):
        raise EvaluationError(mode, problem, raised(result)) from result
    if result.error is not None:
        kind = "products" if result.derivatives else "derivatives"
        fault = raised(result.error)
        raise EvaluationError(mode, problem, fault, kind) from result.error
    return result


def drawn(mode: Mode, problem: Problem, seed: str, dtype: str) -> Problem:
    """Return the problem with cotangents and directions drawn from `seed`."""
    if problem.orders == 0:
        return problem
    first = evaluated(mode, problem.with_orders(0))
    result = problem.options.get("dtype") or dtype
    for value in first.values:
        if value.dtype.name != result:
            fault = f"dtype {value.dtype.name} instead of {result}"
            raise EvaluationError(mode, problem.with_orders(0), fault)
    return with_cotangents(problem, first, seed, dtype)


def full_like(like: Outcome, number: float) -> Outcome:
    """Return an outcome of the same shapes that holds one number."""
    return Outcome(
        *(
            [np.full(array.shape, number) for array in arrays]
            for arrays in (like.values, like.derivatives, like.products)
        )
    )
