"""Sums, labels and results must keep the digits that their dtypes promise."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from funloss.testing._classes import Classes
from funloss.testing._harness.check import Check, checks
from funloss.testing._harness.expectation import expect, rounded, to_float64
from funloss.testing._harness.grid import Grid
from funloss.testing._harness.modes import Mode, repeated
from funloss.testing._harness.problem import Problem
from funloss.testing._harness.tolerance import TOLERANCES
from funloss.testing._harness.tree import leaves, map_leaves
from funloss.testing._report import Report
from funloss.testing._subject import EvaluationError, Subject, drawn, report, subjects

__all__ = ["check_dtypes"]

_ROWS = 4096
_INTEGERS = ("int8", "int16", "int32", "int64", "uint8")


def check_dtypes(
    function: Callable[..., Any],
    inputs: Mapping[str, Any],
    *,
    options: Grid | Sequence[Grid] | None = None,
    wrt: str | Sequence[str] | None = None,
    labels: str | None = None,
    axis: int = 1,
    integers: Sequence[str] = _INTEGERS,
    library: str = "jax",
) -> Report:
    """Compare each dtype with float64, where 16 bits are easily too few.

    The reference is the function itself in float64.

    - Results must have the dtype of the floating inputs.
    - In bfloat16 and float16 the inputs are repeated to some thousands of rows: a sum
      that is kept in 16 bits stops growing.
    - Integers must mean the same in every dtype that holds them.
    - The classes are repeated to more than 2048, and the labels moved to the last
      ones, which neither float16 nor bfloat16 can count to.

    Args:
        function: The loss under test.
        inputs: NumPy arrays by name, passed by position in this order. Rows are the
            first axis of every array that is as long as that of the first one.
        options: Values of each option by keyword, all crossed; or several such
            mappings, one after the other.
        wrt: Names of the inputs to differentiate; the first floating one by default.
        labels: Name of the labels, if the function takes any.
        axis: Axis of the classes in the first floating input, and in others of as
            many classes; they are the only axis of an array with one.
        integers: Dtypes of integers to try, where the library takes not all.
        library: Whose arrays the function takes, as in `check_parity`.

    Returns:
        A report.

    Raises:
        ValueError: If an argument is none of what is stated above.

    Examples:
        >>> import numpy as np
        >>> def total(input):
        ...     return np.cumsum(input)[-1]
        >>> report = check_dtypes(total, {"input": np.ones(2)}, library="numpy")
        >>> for failure in report.failures:
        ...     print(failure.call, failure.dtype, failure.fault)
        tiled bfloat16 256.0 instead of 4096.0: 120 ulps
        tiled float16 2048.0 instead of 4096.0: 512 ulps
    """
    for name in integers:
        if name not in _INTEGERS:
            msg = f"integers must be of {_INTEGERS}, got {name!r}"
            raise ValueError(msg)
    order = min(1, repeated(library).orders)
    every = subjects(function, inputs, options, wrt, order)
    classes = Classes.of(every[0].problem.inputs, labels, axis) if labels else None
    title = f"{every[0].loss} ({library}) in every dtype"

    def of_each(subject: Subject) -> Iterator[Check]:
        mode = repeated(library)
        problem = subject.problem
        drawn(mode, problem, "", "float64")
        yield from _compared(subject, mode, problem, ("float64", "float32"), "")
        tiled = _tiled(problem)
        yield from _compared(subject, mode, tiled, ("bfloat16", "float16"), "tiled")
        for name in integers:
            yield from _as_integers(subject, mode, name)
        if classes:
            many = replace(problem, inputs=classes.enlarged(problem.inputs))
            yield from _compared(subject, mode, many, tuple(TOLERANCES), "many classes")

    return report(title, every, of_each)


def _compared(
    subject: Subject, mode: Mode, problem: Problem, dtypes: Sequence[str], detail: str
) -> Iterator[Check]:
    """Compare a call in each dtype with the same call in float64."""
    for dtype in dtypes:
        try:
            expectation = expect(
                problem,
                problem.function,
                mode,
                loss=subject.loss,
                call=subject.named(detail),
                dtype=dtype,
                seed=subject.loss + subject.call,
            )
        except RuntimeError as error:
            wide = to_float64(rounded(problem, dtype))
            raise EvaluationError(mode, wide, f"raised {error}") from error
        # What overflows float16 is infinite in what is expected as well.
        with np.errstate(all="ignore"):
            yield from list(checks(mode, [([expectation], problem.orders)]))


def _tiled(problem: Problem) -> Problem:
    """Return the problem with its rows repeated."""
    first = leaves(list(problem.inputs.values()))[0]
    rows = first.shape[0] if first.ndim and first.size else _ROWS
    times = -(-_ROWS // rows)

    def leaf(array: np.ndarray) -> np.ndarray:
        if array.ndim == 0 or array.shape[0] != rows:
            return array
        return np.concatenate([array] * times)

    inputs = {name: map_leaves(leaf, tree) for name, tree in problem.inputs.items()}
    return replace(problem, inputs=inputs)


def _as_integers(subject: Subject, mode: Mode, name: str) -> Iterator[Check]:
    """Give every array of integers that a dtype can hold in that dtype."""
    limits = np.iinfo(name)
    narrow = {
        key: array.astype(name)
        for key, array in subject.problem.inputs.items()
        if isinstance(array, np.ndarray)
        and array.dtype.kind in "iu"
        and array.size
        and limits.min <= array.min()
        and array.max() <= limits.max
    }
    if narrow:
        inputs = {**subject.problem.inputs, **narrow}
        problem = replace(subject.problem, inputs=inputs)
        detail = f"{' and '.join(narrow)} in {name}"
        yield from _compared(subject, mode, problem, ("float64",), detail)
