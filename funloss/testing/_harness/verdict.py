"""Compare one library's outcome with the expected one, array by array."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from funloss.testing._harness.arrays import dtype_name
from funloss.testing._harness.expectation import Expectation
from funloss.testing._harness.problem import KINDS, Outcome
from funloss.testing._harness.tolerance import TOLERANCES
from funloss.testing._harness.ulps import error_in_ulps, scales

__all__ = ["Finding", "findings", "raised"]


@dataclass(frozen=True)
class Finding:
    """The verdict on one array.

    Attributes:
        kind: ``"values"``, ``"derivatives"`` or ``"products"``.
        index: Which array of that kind.
        quantity: The same in words.
        ulps: Largest error in ulps; infinite if the arrays cannot be compared.
        fault: What is wrong, or an empty string.
        want: What is expected, or words where it is no array.
    """

    kind: str
    index: int
    quantity: str
    ulps: float
    fault: str
    want: np.ndarray | str


def findings(
    expectation: Expectation, result: Outcome | Exception, draw: int | None
) -> Iterator[Finding]:
    """Yield a finding for each array of the outcome.

    `draw` is the row of the outcome that belongs to the expectation, None if the
    outcome has no axis of draws.
    """
    expected, problem = expectation.expected, expectation.problem
    if isinstance(result, Exception):
        yield Finding("values", 0, "value", np.inf, raised(result), expected.values[0])
        return
    scale = scales(problem, expected, expectation.dtype)
    names = problem.variable_names()
    for kind, words in KINDS.items():
        wants, gots = getattr(expected, kind), getattr(result, kind)
        if kind == "values" and len(gots) != len(wants):
            fault = f"{len(gots)} results instead of {len(wants)}"
            yield Finding(kind, 0, "value", np.inf, fault, wants[0])
            return
        # A library may compute fewer orders than the reference, never the reverse.
        for index, (got, want) in enumerate(zip(gots, wants, strict=False)):
            dtype = expectation.dtype
            if kind == "values":
                dtype = problem.options.get("dtype") or dtype
            row = got if draw is None else got[draw]
            allowed = expectation.allowed
            if expectation.exact:
                allowed = 0.0
            elif allowed is None:
                allowed = TOLERANCES[dtype].bound(kind, expectation.depth)
            ulps, fault = _compare(row, want, dtype, allowed, scale[kind][index])
            quantity = words.format(*names[index : index + 1])
            yield Finding(kind, index, quantity, ulps, fault, want)
        if wants and not gots and result.error:
            fault = raised(result.error)
            yield Finding(kind, 0, words.format(names[0]), np.inf, fault, wants[0])
            return


def raised(error: Exception) -> str:
    """Return what a function raised, in words."""
    return f"raised {type(error).__name__}: {error}"


def _compare(
    got: np.ndarray, want: np.ndarray, dtype: str, allowed: float, scale: np.ndarray
) -> tuple[float, str]:
    """Return the largest error and what is wrong, if anything."""
    if got.shape != want.shape:
        return np.inf, f"shape {got.shape} instead of {want.shape}"
    if dtype_name(got) != dtype:
        return np.inf, f"dtype {dtype_name(got)} instead of {dtype}"
    errors = error_in_ulps(got, want, dtype, scale)
    if not errors.size:
        return 0.0, ""
    worst = np.unravel_index(np.argmax(errors), errors.shape)
    ulps = float(errors[worst])
    if ulps <= allowed:
        return ulps, ""
    place = f" at {tuple(int(i) for i in worst)}" if worst else ""
    return ulps, f"{got[worst]} instead of {want[worst]}{place}: {ulps:.3g} ulps"
