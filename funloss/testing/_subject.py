"""What the checks without a reference share: a function that is held against itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from funloss.testing._arguments import chosen_wrt, prepared
from funloss.testing._harness.arrays import backend
from funloss.testing._harness.check import Check, shown
from funloss.testing._harness.grid import Grid, points, words
from funloss.testing._harness.modes import Mode, mode, repeated
from funloss.testing._harness.naming import full_name
from funloss.testing._harness.problem import KINDS, Outcome, Problem
from funloss.testing._harness.question import Question, weighed
from funloss.testing._harness.verdict import Finding, raised
from funloss.testing._report import Report

__all__ = [
    "RefusedError",
    "Subject",
    "answered",
    "drawn",
    "every_way",
    "filled",
    "report",
    "subjects",
]


class RefusedError(Exception):
    """A function did not answer what the check is to begin with."""

    def __init__(
        self, mode: Mode, problem: Problem, fault: str, kind: str = "values"
    ) -> None:
        """Keep who was asked what, and what is wrong with which kind of arrays."""
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

    def question(
        self,
        problem: Problem,
        truth: Outcome,
        dtype: str = "float64",
        detail: str = "",
        *,
        exact: bool = False,
    ) -> Question:
        """Return a question; `detail` tells it from others at the same options."""
        return Question(self.loss, self.named(detail), dtype, problem, truth, exact)

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
        question = self.question(problem, nothing, dtype, detail)
        return shown(mode, question, finding, problem)

    def refused(self, refused: RefusedError) -> Check:
        """Return the check that failed because the function did not answer."""
        names = [*refused.problem.variable_names(), ""]
        quantity = KINDS[refused.kind].format(names[0])
        finding = Finding(refused.kind, 0, quantity, np.inf, refused.fault, "an answer")
        dtypes = [x.dtype.name for x in refused.problem.variables()]
        dtype = dtypes[0] if dtypes else "float64"
        return self.check(refused.mode, refused.problem, finding, dtype)


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
        except RefusedError as refused:
            made.add([subject.refused(refused)])
    return made


def every_way(library: str) -> list[Mode]:
    """Return the modes that see a fault of the function itself: JAX has two.

    XLA turns a product with a mask into a choice, which hides a leak that the same
    function has outside of `jit`. Each mode is for the problems of one subject.
    """
    if backend(library) == "jax":
        return [mode(library), repeated(library)]
    return [mode(library)]


def answered(mode: Mode, problem: Problem) -> Outcome:
    """Return the outcome, or raise `RefusedError` if it is not complete."""
    (answer,) = mode.answers([problem])
    if isinstance(answer, Exception):
        raise RefusedError(mode, problem, raised(answer)) from answer
    if answer.error is not None:
        kind = "products" if answer.slopes else "slopes"
        raise RefusedError(mode, problem, raised(answer.error), kind) from answer.error
    return answer


def drawn(mode: Mode, problem: Problem, seed: str, dtype: str) -> Problem:
    """Return the problem with cotangents and directions drawn from `seed`."""
    if problem.orders == 0:
        return problem
    first = answered(mode, problem.with_orders(0))
    result = problem.options.get("dtype") or dtype
    for value in first.values:
        if value.dtype.name != result:
            fault = f"dtype {value.dtype.name} instead of {result}"
            raise RefusedError(mode, problem.with_orders(0), fault)
    return weighed(problem, first, seed, dtype)


def filled(like: Outcome, number: float) -> Outcome:
    """Return an outcome of the same shapes that holds one number."""
    return Outcome(
        *(
            [np.full(array.shape, number) for array in arrays]
            for arrays in (like.values, like.slopes, like.products)
        )
    )
