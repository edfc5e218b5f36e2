"""Compare a loss with another one, wherever each of them runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from funloss.testing._arguments import (
    chosen_dtypes,
    chosen_modes,
    chosen_order,
    chosen_wrt,
    is_floating,
    prepared,
)
from funloss.testing._harness.check import Check, checks
from funloss.testing._harness.expectation import expect
from funloss.testing._harness.grid import Grid, points, words
from funloss.testing._harness.minimal import minimal
from funloss.testing._harness.modes import Mode, mode
from funloss.testing._harness.naming import full_name
from funloss.testing._harness.problem import Problem
from funloss.testing._harness.tree import map_leaves
from funloss.testing._report import Report

__all__ = ["check_parity"]


def check_parity(
    candidate: Callable[..., Any],
    reference: Callable[..., Any],
    inputs: Mapping[str, Any],
    *,
    options: Grid | Sequence[Grid] | None = None,
    wrt: str | Sequence[str] | None = None,
    library: str = "jax",
    reference_library: str = "torch",
    dtypes: Sequence[str] = ("float64", "float32"),
    transforms: Sequence[str] | None = None,
    order: int | None = None,
) -> Report:
    """Compare a loss with a reference: values, gradients, Hessian-vector products.

    The reference computes in float64, on the inputs as each dtype rounds them. The
    candidate's error is counted in ulps of that dtype; what is allowed stands, with
    its reasons, in one table for all losses.

    Args:
        candidate: The loss under test.
        reference: What it should equal. `adapt` makes the two callable alike.
        inputs: NumPy arrays by name, or nested tuples of them; both functions get
            them by position, in this order. Floating arrays take each dtype in turn,
            all others stay as they are. Put some numbers exactly on the corners.
        options: Values of each option by keyword, all crossed; or several such
            mappings, one after the other. Both functions get them by keyword.
        wrt: Names of the inputs to differentiate; the first floating one by default.
        library: Whose arrays the candidate takes: ``"jax"``, ``"torch"``,
            ``"numpy"``, ``"keras"`` (those of its backend), or the name of any
            module with the array API, such as ``"array-api-strict"``.
        reference_library: Likewise for the reference.
        dtypes: Any of ``"float64"``, ``"float32"``, ``"bfloat16"``, ``"float16"``.
        transforms: How JAX calls the candidate, of ``"eager"``, ``"jit"``,
            ``"vmap"``, ``"scan"`` and ``"checkpoint"``; the first three by default.
        order: Highest derivative compared: 0 values, 1 derivatives as well, 2 products
            of the Hessian with a random direction as well. By default 1, or 0 if one
            of the libraries has no derivatives.

    Returns:
        A report; ``report.raise_for_failures()`` turns it into an assertion.

    Raises:
        TypeError: If an input is a tuple or list of anything but arrays.
        ValueError: If an argument is none of what is stated above.
        RuntimeError: If the reference fails.

    Examples:
        >>> import numpy as np
        >>> def mean_error(input, target):
        ...     return np.mean(np.abs(input - target))
        >>> def mean_square(input, target):
        ...     return np.mean((input - target) ** 2)
        >>> inputs = {"input": np.asarray([1.0, 3.0]), "target": np.zeros(2)}
        >>> on = {"library": "numpy", "reference_library": "numpy"}
        >>> report = check_parity(mean_error, mean_square, inputs, **on)
        >>> report.passed
        False
        >>> report.failures[0].fault
        '3.0 instead of 9.0: 3.38e+15 ulps'
    """
    arrays = prepared(inputs)
    names = chosen_wrt(wrt, arrays)
    reference_mode = mode(
        reference_library, "jit" if reference_library == "jax" else "eager"
    )
    modes = chosen_modes(library, transforms, ("eager", "jit", "vmap"))
    orders = chosen_order(order, [reference_mode, *modes]) if names else 0
    subject, other = full_name(candidate), full_name(reference)
    report = Report(f"{subject} ({library}) against {other} ({reference_library})")
    for choice in points({} if options is None else options):
        problem = Problem(candidate, tuple(arrays), arrays, choice, names, orders)
        comparison = _Comparison(subject, words(choice), reference, reference_mode)
        for dtype in chosen_dtypes(dtypes):
            for each in modes:
                found = comparison.checks(problem, each, dtype)
                if any(check.fault for check in found):
                    found = comparison.minimised(found, problem, each, dtype)
                report.add(found)
    return report


@dataclass(frozen=True)
class _Comparison:
    """A candidate at one choice of options, and its reference."""

    subject: str
    call: str
    reference: Callable[..., Any]
    reference_mode: Mode

    def checks(self, problem: Problem, mode: Mode, dtype: str) -> list[Check]:
        """Evaluate the reference, then the candidate, and compare."""
        expectations = [
            expect(
                draw,
                self.reference,
                self.reference_mode,
                loss=self.subject,
                call=self.call,
                dtype=dtype,
                seed=f"{self.subject}{self.call}/{number}",
            )
            for number, draw in enumerate(_draws(problem, mode))
        ]
        return list(checks(mode, [(expectations, problem.orders)]))

    def minimised(
        self, found: list[Check], problem: Problem, mode: Mode, dtype: str
    ) -> list[Check]:
        """Show each fault on fewer rows, where it is there as well."""
        quantities = {check.quantity for check in found if check.fault}

        def failures(smaller: Problem) -> list[Check]:
            try:
                again = self.checks(smaller, mode, dtype)
            except RuntimeError:  # the reference raises on so few rows
                return []
            return [c for c in again if c.fault and c.quantity in quantities]

        fewer = {check.quantity: check for check in minimal(problem, failures)}
        return [fewer.get(c.quantity, c) if c.fault else c for c in found]


def _draws(problem: Problem, mode: Mode) -> list[Problem]:
    """Return the problem; and if draws are stacked, one with half the variables too.

    Halving keeps numbers exact, in order, and in any range around zero.
    """
    if not mode.stacked:
        return [problem]
    halved = {
        name: map_leaves(
            lambda leaf: leaf / 2 if is_floating(leaf) else leaf, problem.inputs[name]
        )
        for name in problem.wrt
    }
    return [problem, replace(problem, inputs={**problem.inputs, **halved})]
