"""Run the calls of a case on every library that the plan names for them."""

import functools
import warnings
from collections.abc import Sequence
from dataclasses import replace

import jax

from funloss.testing.harness import (
    Check,
    Expectation,
    Outcome,
    Problem,
    checks,
    expect,
    mode,
)
from parity.case import DRAWS, Call
from parity.collection import CASES, Batch
from parity.garbage import collect_seldom
from parity.libraries import LIBRARIES
from parity.plan import Plan, everything
from parity.references import EXPECTED_WARNINGS, LIBRARY

__all__ = ["EPSILON", "check", "prepare", "work"]

# A relative error of this is one ulp in float64, or less.
EPSILON = 2.0**-52

# A loss that widens by accident is seen only where 64 bits exist.
jax.config.update("jax_enable_x64", True)


def check(calls: Sequence[Call], plan: Plan | None = None) -> list[Check]:
    """Check calls of one case; each mode of JAX compiles them as one program.

    Without a plan, every library runs every call.
    """
    plan = everything(calls) if plan is None else plan
    found = []
    outcomes: dict[int, Outcome] = {}

    # Libraries that run the same call share the reference's outcome; in another dtype,
    # or on another draw of the inputs, only its shapes are the same.
    @functools.cache
    def expected(k: int, dtype: str, number: int) -> Expectation:
        found = _expect(calls[k], dtype, number, outcomes.get(k))
        outcomes[k] = found.expected
        return found

    for (name, dtype), places in plan.items():
        library = LIBRARIES[name]
        draws = range(DRAWS if library.mode.stacked else 1)
        expectations = [
            [expected(k, dtype, number) for number in draws] for k in places
        ]
        planned = [(own, library.orders[dtype]) for own in expectations]
        with warnings.catch_warnings():
            # A loss that warns, of a division by zero say, is at fault.
            warnings.simplefilter("error")
            found += checks(library.mode, planned)
    return found


def prepare() -> None:
    """Differentiate once, as torch then imports what takes a second; collect seldom."""
    call = next(CASES[0].calls())
    _expect(call, "float64", 0, None)
    collect_seldom()


def work(batch: Batch, plan: Plan) -> list[Check]:
    """Check a batch."""
    return check(batch.calls(), plan)


def _expect(call: Call, dtype: str, number: int, like: Outcome | None) -> Expectation:
    """Evaluate the reference on draw `number` of the inputs."""
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
        expectation = expect(
            problem,
            case.reference,
            mode(LIBRARY),
            loss=case.loss,
            call=call.id,
            dtype=dtype,
            seed=f"{call.id}/{number}",
            like=like,
        )
    allowed = None if case.package is None else case.package.tolerance / EPSILON
    return replace(expectation, depth=case.depth, allowed=allowed)
