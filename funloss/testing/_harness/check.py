"""Put questions to a function in one mode, and hold the answers against the truth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from funloss.testing._harness.modes import Answer, Mode
from funloss.testing._harness.problem import Problem
from funloss.testing._harness.question import Question, stacked
from funloss.testing._harness.snippet import snippet
from funloss.testing._harness.verdict import Finding, findings

__all__ = ["Check", "checks", "judged", "shown"]


@dataclass(frozen=True)
class Check:
    """One comparison of one array.

    Attributes:
        loss: Name of the loss.
        call: What tells the call from others of the same loss.
        library: Name of the library and mode.
        dtype: Dtype of the inputs.
        quantity: What was compared: ``"value"``, ``"derivative of input"`` ...
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
    mode: Mode, asked: Sequence[tuple[Sequence[Question], int]]
) -> Iterator[Check]:
    """Ask and compare; JAX compiles all questions as one program where it compiles.

    Args:
        mode: Who answers.
        asked: For each call the draws of its question, and how many derivatives are
            wanted. A mode that does not stack draws sees the first alone.
    """
    problems = [
        (stacked(draws) if mode.stacked else draws[0].problem).with_orders(orders)
        for draws, orders in asked
    ]
    answers = mode.answers(problems) if problems else []
    for (draws, _), problem, answer in zip(asked, problems, answers, strict=True):
        for number, question in enumerate(draws if mode.stacked else draws[:1]):
            row = number if mode.stacked else None
            yield from judged(mode, question, answer, problem, row)


def judged(
    mode: Mode, question: Question, answer: Answer, problem: Problem, row: int | None
) -> Iterator[Check]:
    """Compare the answer to `problem`, of which the question may be one row."""
    for finding in findings(question, answer, row):
        yield shown(mode, question, finding, problem, row)


def shown(
    mode: Mode,
    question: Question,
    finding: Finding,
    problem: Problem,
    row: int | None = None,
) -> Check:
    """Return a finding with all that a report says about it."""
    return Check(
        loss=question.loss,
        call=question.call,
        library=mode.name,
        dtype=question.dtype,
        quantity=finding.quantity,
        ulps=finding.ulps,
        fault=finding.fault,
        size=problem.size(),
        code=snippet(problem, mode, finding, row) if finding.fault else "",
    )
