"""Gradients and their derivatives against finite differences."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from funloss.testing._arguments import is_floating, prepared
from funloss.testing._harness.check import Check
from funloss.testing._harness.grid import Grid
from funloss.testing._harness.modes import Mode, repeated
from funloss.testing._harness.problem import KINDS, Outcome, Problem
from funloss.testing._harness.tree import leaves
from funloss.testing._harness.verdict import Finding
from funloss.testing._point import Point, reach
from funloss.testing._report import Report
from funloss.testing._subject import Subject, drawn, evaluated, report, subjects

__all__ = ["check_gradients"]


def check_gradients(
    function: Callable[..., Any],
    inputs: Mapping[str, Any],
    *,
    options: Grid | Sequence[Grid] | None = None,
    wrt: str | Sequence[str] | None = None,
    library: str = "jax",
    order: int = 2,
    corners: Sequence[Mapping[str, Any]] = (),
) -> Report:
    """Compare derivatives with finite differences, in float64.

    Derivatives are compared along random directions; where one fails, entry by entry.
    Products of the Hessian are compared with differences of the derivatives. On a
    corner only one-sided derivatives exist, and each derivative must lie between those
    two. Values and derivatives must be finite.

    Args:
        function: The loss under test, which must compute float64 in float64.
        inputs: NumPy arrays by name, passed by position in this order. All numbers are
            to be finite, and none on a corner.
        options: Values of each option by keyword, all crossed; or several such
            mappings, one after the other.
        wrt: Names of the inputs to differentiate; the first floating one by default.
        library: A library with derivatives: ``"jax"``, ``"torch"``, or ``"keras"`` on
            one of them.
        order: 1 for gradients, 2 for Hessian-vector products as well.
        corners: Further inputs, with numbers on corners or at the edge of the domain.
            Hessian-vector products are not compared there.

    Returns:
        A report. The ulps of a check that passes are 0.

    Raises:
        ValueError: If an argument is none of what is stated above.

    Examples:
        >>> import numpy as np, torch
        >>> def careless(input, target):
        ...     return torch.mean((input - target.detach()) ** 2)
        >>> inputs = {"input": np.asarray([1.0, 3.0]), "target": np.zeros(2)}
        >>> report = check_gradients(careless, inputs, wrt="target", library="torch")
        >>> print(report.failures[0].quantity)
        gradient wrt target
    """
    if repeated(library).orders == 0:
        msg = f"library must be one with derivatives, got {library!r}"
        raise ValueError(msg)
    if order not in {1, 2}:
        msg = f"order must be 1 or 2, got {order!r}"
        raise ValueError(msg)
    for number, given in enumerate([inputs, *corners]):
        _check_finite(f"corners[{number - 1}]" if number else "inputs", given, inputs)
    every = subjects(function, inputs, options, wrt, order)
    if not every[0].problem.wrt:
        msg = f"inputs must hold a floating array, got {list(inputs)}"
        raise ValueError(msg)
    title = f"{every[0].loss} ({library}) against finite differences"

    def of_each(subject: Subject) -> Iterator[Check]:
        mode = repeated(library)
        yield from _Derivatives(subject, mode, subject.problem, "").checks()
        for number, given in enumerate(corners):
            at = replace(subject.problem, inputs=prepared(given), orders=1)
            detail = f"at corners[{number}]"
            yield from _Derivatives(subject, mode, at, detail).checks(corner=True)

    return report(title, every, of_each)


def _check_finite(
    name: str, given: Mapping[str, Any], inputs: Mapping[str, Any]
) -> None:
    if list(given) != list(inputs):
        msg = f"{name} must name what inputs do, {list(inputs)}, got {list(given)}"
        raise ValueError(msg)
    for key, tree in prepared(given).items():
        for array in leaves(tree):
            if is_floating(array) and not np.all(np.isfinite(array)):
                msg = f"{name}[{key!r}] must be finite, got {array}"
                raise ValueError(msg)


@dataclass(frozen=True)
class _Derivatives:
    """A function at one point."""

    subject: Subject
    mode: Mode
    problem: Problem
    detail: str

    def checks(self, *, corner: bool = False) -> Iterator[Check]:
        """Compare all derivatives."""
        seed = f"{self.subject.loss}{self.subject.call}{self.detail}"
        problem = drawn(self.mode, self.problem, seed, "float64")
        pairs = zip(problem.directions, problem.variables(), strict=True)
        problem = replace(problem, directions=tuple(v * reach(x) for v, x in pairs))
        outcome = evaluated(self.mode, problem)
        point = Point(self.mode, problem, outcome)
        findings = list(_not_finite(outcome))
        if not findings:
            names = problem.variable_names()
            for index, name in enumerate(names):
                found = (
                    point.one_sided(index) if corner else point.derivative(index, seed)
                )
                findings.append(
                    Finding(
                        "derivatives", index, KINDS["derivatives"].format(name), *found
                    )
                )
            if outcome.products and not any(each.fault for each in findings):
                findings += [
                    Finding("products", index, KINDS["products"].format(name), *found)
                    for index, (name, found) in enumerate(
                        zip(names, point.products(), strict=True)
                    )
                ]
        for finding in findings:
            yield self.subject.check(self.mode, problem, finding, detail=self.detail)


def _not_finite(outcome: Outcome) -> Iterator[Finding]:
    for index, value in enumerate(outcome.values):
        wrong = value[~np.isfinite(value)]
        if wrong.size:
            fault = f"{wrong[0]} at finite inputs"
            if all(
                np.all(np.isfinite(derivative)) for derivative in outcome.derivatives
            ):
                fault += ", though its gradient is finite"
            yield Finding("values", index, "value", np.inf, fault, "finite numbers")
