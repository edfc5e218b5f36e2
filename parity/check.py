"""Ask every library the same questions and compare the answers with the truth."""

import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from parity.case import DRAWS, Call
from parity.libraries import LIBRARIES, Answer, Library
from parity.oracle import Question, ask, stacked
from parity.problem import Problem
from parity.snippet import snippet
from parity.tolerance import TOLERANCES
from parity.tree import leaves
from parity.verdict import findings

__all__ = ["Check", "check"]


@dataclass(frozen=True)
class Check:
    """One comparison of one array.

    Attributes:
        loss: Name of the loss.
        call: Id of the call.
        library: Name of the library and mode.
        dtype: Dtype of the inputs.
        quantity: What was compared: ``"value"``, ``"slope of input"`` ...
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


def check(
    calls: Sequence[Call],
    libraries: Collection[str] = tuple(LIBRARIES),
    dtypes: Collection[str] = tuple(TOLERANCES),
) -> list[Check]:
    """Check calls of one case; each mode of JAX compiles them as one program."""
    case = calls[0].case
    found = []
    for dtype in [dtype for dtype in case.dtypes if dtype in dtypes]:
        chosen = [
            library
            for name, library in LIBRARIES.items()
            if name in libraries
            and dtype in library.orders
            and (case.vmap or not library.stacked)
        ]
        draws = DRAWS if any(library.stacked for library in chosen) else 1
        asked = [[ask(call, dtype, n) for n in range(draws)] for call in calls]
        for library in chosen:
            found += _check(library, dtype, asked)
    return found


def _check(
    library: Library, dtype: str, asked: Sequence[Sequence[Question]]
) -> Iterator[Check]:
    runs, problems = [], []
    for draws in asked:
        always, sampled, one_in = library.orders[dtype]
        drawn = draws[0].call.sampled(f"{library.name} {dtype}", one_in)
        orders = sampled if drawn else always
        if orders is not None:
            problem = stacked(draws) if library.stacked else draws[0].problem
            runs.append(draws)
            problems.append(problem.with_orders(orders))
    with warnings.catch_warnings():
        # A loss that warns, of a division by zero say, is at fault.
        warnings.simplefilter("error")
        answers = library.answers(problems) if problems else []
    for draws, problem, answer in zip(runs, problems, answers, strict=True):
        for number, question in enumerate(draws if library.stacked else draws[:1]):
            row = number if library.stacked else None
            yield from _checks(library, question, problem, answer, row)


def _checks(
    library: Library,
    question: Question,
    problem: Problem,
    answer: Answer,
    row: int | None,
) -> Iterator[Check]:
    call = question.call
    for finding in findings(question, answer, row):
        fault = finding.fault
        yield Check(
            loss=call.case.loss,
            call=call.id,
            library=library.name,
            dtype=question.dtype,
            quantity=finding.quantity,
            ulps=finding.ulps,
            fault=fault,
            size=sum(leaf.size for leaf in leaves(list(problem.inputs.values()))),
            code=snippet(problem, library.name, finding, row) if fault else "",
        )
