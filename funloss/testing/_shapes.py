"""A shape that fits only by broadcasting is a mistake, and must raise."""

import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from funloss.testing._arguments import check_names
from funloss.testing._harness.check import Check
from funloss.testing._harness.grid import Grid
from funloss.testing._harness.modes import mode
from funloss.testing._harness.verdict import Finding
from funloss.testing._report import Report
from funloss.testing._subject import Subject, evaluated, report, subjects

__all__ = ["check_shapes"]


def check_shapes(
    function: Callable[..., Any],
    inputs: Mapping[str, Any],
    *,
    options: Grid | Sequence[Grid] | None = None,
    library: str = "jax",
    allowed: Collection[str] = (),
) -> Report:
    """Give each array but the first a shape that broadcasts: the call must raise.

    Tried are the array without its first axis, with one entry along it, and with an
    axis added at its end, as when ``(N,)`` meets ``(N, 1)``. A single number in place
    of an array is taken as meant.

    Args:
        function: The loss under test.
        inputs: NumPy arrays by name, passed by position in this order.
        options: Values of each option by keyword, all crossed; or several such
            mappings, one after the other.
        library: Whose arrays the function takes, as in `check_parity`.
        allowed: Names of inputs that may broadcast.

    Returns:
        A report.

    Raises:
        ValueError: If an argument is none of what is stated above.

    Examples:
        >>> import numpy as np
        >>> def mean_square(input, target):
        ...     return np.mean((input - target) ** 2)
        >>> pair = {"input": np.asarray([1.0, 2.0]), "target": np.zeros(2)}
        >>> for failure in check_shapes(mean_square, pair, library="numpy").failures:
        ...     print(failure.call, "-", failure.fault)
        target of shape (1,) - counts as (2,): 2.5
        target of shape (2, 1) - counts as (2,): 2.5
    """
    every = subjects(function, inputs, options, None, 0)
    names = [
        name
        for name, array in list(every[0].problem.inputs.items())[1:]
        if name not in allowed and isinstance(array, np.ndarray)
    ]
    check_names("allowed", allowed, inputs)
    if not names:
        msg = f"inputs must hold a second array that is not allowed, got {list(inputs)}"
        raise ValueError(msg)
    title = f"{every[0].loss} ({library}) with shapes that broadcast"

    def of_each(subject: Subject) -> Iterator[Check]:
        evaluated(mode(library), subject.problem)
        for name in names:
            yield from _refusals(subject, library, name)

    return report(title, every, of_each)


def _refusals(subject: Subject, library: str, name: str) -> Iterator[Check]:
    right = subject.problem.inputs[name]
    for array in _alike(right):
        changed = {**subject.problem.inputs, name: array}
        problem = replace(subject.problem, inputs=changed)
        with warnings.catch_warnings():
            # A warning is not enough: the wrong number is trained on all the same.
            warnings.simplefilter("ignore")
            (result,) = mode(library).run([problem])
        fault = ""
        if not isinstance(result, Exception):
            value = result.values[0]
            shown = value if value.ndim == 0 else f"an array of shape {value.shape}"
            fault = f"counts as {right.shape}: {shown}"
        ulps = np.inf if fault else 0.0
        finding = Finding("values", 0, "value", ulps, fault, "an exception")
        detail = f"{name} of shape {array.shape}"
        dtype = "float64"
        yield subject.check(mode(library), problem, finding, dtype, detail)


def _alike(array: np.ndarray) -> list[np.ndarray]:
    """Return versions of an array that broadcast to where it fits."""
    versions = [array[..., None]]
    if array.ndim and array.shape[0]:
        versions = [np.asarray(array[0]), array[:1], *versions]
    return [each for each in versions if each.ndim and each.shape != array.shape]
