"""Run a function in one mode, and compare the outcomes with what is expected."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from funloss.testing._harness.expectation import Expectation, stacked
from funloss.testing._harness.modes import Mode, Result
from funloss.testing._harness.problem import Problem
from funloss.testing._harness.snippet import snippet
from funloss.testing._harness.verdict import Finding, findings

__all__ = ["Check", "checks", "compare", "to_check"]


@dataclass(frozen=True)
class Check:
    """One comparison of one array.

    Attributes:
        loss: Name of the loss.
        call: What tells the call from others of the same loss.
        library: Name of the library and mode.
        dtype: Dtype of the inputs.
        quantity: What was compared: ``"value"``, ``"gradient wrt input"`` ...
        ulps: Largest error, in ulps; infinite if the arrays cannot be compared.
        fault: What is wrong, or an empty string.
        size: Number of elements in the inputs.
        code: Python that shows the fault, or an empty string.
    """

    loss: str
    call: str
    library: str
    dtype: str
    quantity: str
    ulps: float
    fault: str
    size: int
    code: str


def checks(
    mode: Mode, calls: Sequence[tuple[Sequence[Expectation], int]]
) -> Iterator[Check]:
    """Run and compare; JAX compiles all calls as one program where it compiles.

    Args:
        mode: The mode to run in.
        calls: For each call the expectation of each draw, and how many derivatives
            are wanted. A mode that does not stack draws sees the first alone.
    """
    problems = [
        (stacked(draws) if mode.stacked else draws[0].problem).with_orders(orders)
        for draws, orders in calls
    ]
    results = mode.run(problems) if problems else []
    for (draws, _), problem, result in zip(calls, problems, results, strict=True):
        for number, expectation in enumerate(draws if mode.stacked else draws[:1]):
            row = number if mode.stacked else None
            yield from compare(mode, expectation, result, problem, row)


def compare(
    mode: Mode,
    expectation: Expectation,
    result: Result,
    problem: Problem,
    row: int | None,
) -> Iterator[Check]:
    """Compare the result of `problem`, of which the expectation may be one row."""
    for finding in findings(expectation, result, row):
        yield to_check(mode, expectation, finding, problem, row)


def to_check(
    mode: Mode,
    expectation: Expectation,
    finding: Finding,
    problem: Problem,
    row: int | None = None,
) -> Check:
    """Return a finding as a check, with all that a report says about it."""
    return Check(
        loss=expectation.loss,
        call=expectation.call,
        library=mode.name,
        dtype=expectation.dtype,
        quantity=finding.quantity,
        ulps=finding.ulps,
        fault=finding.fault,
        size=problem.size(),
        code=snippet(problem, mode, finding, row) if finding.fault else "",
    )
