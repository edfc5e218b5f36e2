"""A label that is no class must raise or give nan; one to be ignored must count 0."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from funloss.testing._classes import class_count
from funloss.testing._harness.check import Check
from funloss.testing._harness.grid import Grid
from funloss.testing._harness.modes import Mode
from funloss.testing._harness.problem import KINDS, Outcome, Problem
from funloss.testing._harness.verdict import Finding
from funloss.testing._ignored import ignored_rows
from funloss.testing._report import Report
from funloss.testing._subject import (
    Subject,
    drawn,
    evaluated,
    modes_for,
    report,
    subjects,
)

__all__ = ["check_labels"]

_WANTED = "an exception, or nan"


def check_labels(
    function: Callable[..., Any],
    inputs: Mapping[str, Any],
    *,
    labels: str = "target",
    classes: int | None = None,
    ignore_index: int | None = None,
    axis: int = 1,
    options: Grid | Sequence[Grid] | None = None,
    wrt: str | Sequence[str] | None = None,
    library: str = "jax",
) -> Report:
    """Put labels out of range: the call must raise, or value and gradient turn nan.

    A number that looks right, because the label counts as another class or as
    nothing, is a fault; so is nan with derivatives that let training go on. Rows whose
    label is `ignore_index` must count as if they were not there, with derivatives of 0.

    Args:
        function: The loss under test.
        inputs: NumPy arrays by name, passed by position in this order.
        labels: Name of the labels, whose numbers are to be in range.
        classes: Number of classes; by default the length of the first floating input
            along `axis`.
        ignore_index: The label that the function ignores, if there is one, by default
            or by `options`.
        axis: Axis of the classes.
        options: Values of each option by keyword, all crossed; or several such
            mappings, one after the other.
        wrt: Names of the inputs to differentiate; the first floating one by default.
        library: Whose arrays the function takes, as in `check_parity`. On JAX it is
            called as it is, and under `jit`.

    Returns:
        A report.

    Raises:
        ValueError: If an argument is none of what is stated above.

    Examples:
        >>> import numpy as np
        >>> def pick(input, target):
        ...     return -np.mean(input[np.arange(len(target)), target])
        >>> inputs = {"input": np.ones((2, 3)), "target": np.asarray([0, 2])}
        >>> for failure in check_labels(pick, inputs, library="numpy").failures:
        ...     print(failure.fault)
        label -1 counts as a class, or as nothing: -1.0
    """
    order = min(1, *(mode.orders for mode in modes_for(library)))
    every = subjects(function, inputs, options, wrt, order)
    arrays = every[0].problem.inputs
    classes = class_count(arrays, labels, axis, classes)
    counted = np.flatnonzero(arrays[labels] != ignore_index)
    place = labels, int(counted[counted.size // 2]) if counted.size else 0
    others = [classes, classes + 100, -1, -classes - 1, -100]
    wrong = [label for label in others if label != ignore_index]
    title = f"{every[0].loss} ({library}) with labels out of range"

    def of_each(subject: Subject) -> Iterator[Check]:
        for mode in modes_for(library):
            right = drawn(mode, subject.problem, subject.call, "float64")
            evaluated(mode, right)
            for label in wrong:
                yield _check_detected(subject, mode, right, label, place)
            if ignore_index is not None:
                yield from ignored_rows(subject, mode, labels, ignore_index, axis)

    return report(title, every, of_each)


def _check_detected(
    subject: Subject, mode: Mode, right: Problem, label: int, place: tuple[str, int]
) -> Check:
    """Check that one label out of range raises, or makes all of it nan."""
    name, index = place
    given = right.inputs[name].astype(np.int64)
    given.flat[index] = label
    problem = replace(right, inputs={**right.inputs, name: given})
    with np.errstate(all="ignore"):
        (outcome,) = mode.run([problem])
    finding = Finding("values", 0, "value", 0.0, "", _WANTED)
    if isinstance(outcome, Outcome):
        finding = _detected(outcome, label, problem)
    return subject.check(mode, problem, finding, detail=f"with label {label}")


def _detected(outcome: Outcome, label: int, problem: Problem) -> Finding:
    """Return whether the value and the derivatives are nan."""
    for index, value in enumerate(outcome.values):
        if not np.any(np.isnan(value)):
            fault = f"label {label} counts as a class, or as nothing: {value}"
            return Finding("values", index, "value", np.inf, fault, _WANTED)
    if outcome.derivatives and not any(
        np.any(np.isnan(derivative)) for derivative in outcome.derivatives
    ):
        fault = "value is nan but the gradient is finite: training goes on"
        name = KINDS["derivatives"].format(problem.variable_names()[0])
        return Finding("derivatives", 0, name, np.inf, fault, _WANTED)
    return Finding("values", 0, "value", 0.0, "", _WANTED)
