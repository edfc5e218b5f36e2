"""Ask every library about the calls of a case, as often as the plan says."""

import warnings
from collections.abc import Collection, Sequence
from dataclasses import replace

from funloss.testing._harness.check import Check, checks
from funloss.testing._harness.modes import mode
from funloss.testing._harness.problem import Problem
from funloss.testing._harness.question import Question, ask
from parity.case import DRAWS, DTYPES, Call
from parity.libraries import LIBRARIES
from parity.references import EXPECTED_WARNINGS, LIBRARY

__all__ = ["check"]


def check(
    calls: Sequence[Call],
    libraries: Collection[str] = tuple(LIBRARIES),
    dtypes: Collection[str] = DTYPES,
    *,
    full: bool = False,
) -> list[Check]:
    """Check calls of one case; each mode of JAX compiles them as one program.

    Samples are taken where the plan says so, unless the run is to be `full`.
    """
    case = calls[0].case
    found = []
    for dtype in [dtype for dtype in case.dtypes if dtype in dtypes]:
        chosen = [
            library
            for name, library in LIBRARIES.items()
            if name in libraries
            and dtype in library.orders
            and (case.vmap or not library.mode.stacked)
        ]
        draws = DRAWS if any(library.mode.stacked for library in chosen) else 1
        asked = [[_ask(call, dtype, n) for n in range(draws)] for call in calls]
        for library in chosen:
            planned = []
            for call, questions in zip(calls, asked, strict=True):
                always, sampled, one_in = library.orders[dtype]
                drawn = call.sampled(f"{library.mode.name} {dtype}", one_in)
                orders = sampled if full or drawn else always
                if orders is not None:
                    planned.append((questions, orders))
            with warnings.catch_warnings():
                # A loss that warns, of a division by zero say, is at fault.
                warnings.simplefilter("error")
                found += checks(library.mode, planned)
    return found


def _ask(call: Call, dtype: str, number: int) -> Question:
    """Let the reference answer draw `number` of the inputs."""
    case = call.case
    problem = Problem(
        case.ours,
        call.positional(),
        call.draw(number),
        call.options,
        case.wrt,
        orders=case.orders if case.wrt else 0,
    )
    with warnings.catch_warnings():
        for message in EXPECTED_WARNINGS:
            warnings.filterwarnings("ignore", message)
        question = ask(
            problem,
            case.reference,
            mode(LIBRARY),
            loss=case.loss,
            call=call.id,
            dtype=dtype,
            seed=f"{call.id}/{number}",
        )
    return replace(question, depth=case.depth)
