"""What is masked must not matter: neither to the value nor to any derivative."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from funloss.testing._arguments import (
    check_names,
    chosen_dtypes,
    chosen_order,
    is_floating,
)
from funloss.testing._harness.check import Check, checks
from funloss.testing._harness.expectation import rounded
from funloss.testing._harness.grid import Grid
from funloss.testing._harness.modes import Mode
from funloss.testing._harness.problem import Outcome, Problem
from funloss.testing._report import Report
from funloss.testing._subject import (
    Subject,
    drawn,
    evaluated,
    modes_for,
    report,
    subjects,
)

__all__ = ["check_mask"]

_PLANTED = (np.nan, np.inf, -np.inf)


def check_mask(
    function: Callable[..., Any],
    inputs: Mapping[str, Any],
    *,
    where: str = "where",
    places: Mapping[str, Any] | None = None,
    options: Grid | Sequence[Grid] | None = None,
    wrt: str | Sequence[str] | None = None,
    library: str = "jax",
    dtype: str = "float64",
    order: int | None = None,
) -> Report:
    """Plant nan and infinities where the mask is False: nothing may change.

    Values, gradients and Hessian-vector products must be, to the last bit, those that
    the function has with the given numbers in the masked places; and exactly 0 in
    these places.

    Args:
        function: The loss under test.
        inputs: NumPy arrays by name, passed by position in this order, except the
            mask. The numbers in masked places are to be finite.
        where: Name of the mask, which is passed by keyword; True keeps.
        places: For some inputs, a boolean array that is True at the entries that must
            not matter. By default those where the mask is False, after it is
            broadcast to the input, or repeated along the axes that the mask lacks.
        options: Values of each option by keyword, all crossed; or several such
            mappings, one after the other.
        wrt: Names of the inputs to differentiate; the first floating one by default.
        library: Whose arrays the function takes, as in `check_parity`.
        dtype: Dtype of the floating inputs.
        order: Highest derivative: 0, 1 or 2; 1 by default, or 0 where there is none.

    Returns:
        A report.

    Raises:
        ValueError: If the mask masks nothing, if an input does not fit it and is not in
            `places`, or if an argument is none of what is stated above.

    Examples:
        >>> import numpy as np
        >>> def total(input, where):
        ...     return np.sum(input * where)
        >>> inputs = {"input": np.ones(2), "where": np.asarray([True, False])}
        >>> check_mask(total, inputs, library="numpy").failures[0].fault
        'nan instead of 1.0: inf ulps'
    """
    orders = chosen_order(order, modes_for(library))
    chosen_dtypes([dtype])
    every = subjects(function, inputs, options, wrt, orders, keywords=[where])
    arrays = every[0].problem.inputs
    ignored = _ignored(arrays, where, places or {})
    title = f"{every[0].loss} ({library}) at masked places"

    def of_each(subject: Subject) -> Iterator[Check]:
        problem = rounded(subject.problem, dtype)
        for mode in modes_for(library):
            yield from _without_effect(subject, mode, problem, ignored, dtype)

    return report(title, every, of_each)


def _without_effect(
    subject: Subject,
    mode: Mode,
    problem: Problem,
    ignored: Mapping[str, np.ndarray],
    dtype: str,
) -> Iterator[Check]:
    problem = drawn(mode, problem, subject.loss + subject.call, dtype)
    expected = _zero_masked(evaluated(mode, problem), problem, ignored)
    for number in _PLANTED:
        planted = _planted(problem, ignored, number)
        detail = f"{number} planted"
        expectation = subject.expect(planted, expected, dtype, detail, exact=True)
        # NumPy warns of what the check is about to find.
        with np.errstate(all="ignore"):
            yield from list(checks(mode, [([expectation], problem.orders)]))


def _ignored(
    arrays: Mapping[str, Any], where: str, places: Mapping[str, Any]
) -> dict[str, np.ndarray]:
    """Return for each floating input where its entries must not matter."""
    mask = arrays.get(where)
    if not isinstance(mask, np.ndarray) or mask.dtype != bool:
        msg = f"inputs[{where!r}] must be a boolean array, got {mask!r}"
        raise ValueError(msg)
    if mask.all():
        msg = f"inputs[{where!r}] must be False somewhere, got {mask!r}"
        raise ValueError(msg)
    check_names("places", places, arrays)
    found = {}
    for name, array in arrays.items():
        if name in places:
            found[name] = _given(name, array, places[name])
        elif isinstance(array, np.ndarray) and is_floating(array):
            found[name] = _covered(name, array.shape, ~mask)
    return found


def _given(name: str, array: Any, place: Any) -> np.ndarray:
    place = np.asarray(place)
    if place.dtype != bool or place.shape != np.shape(array):
        msg = (
            f"places[{name!r}] must be boolean of shape {np.shape(array)}, "
            f"got {place.dtype} of shape {place.shape}"
        )
        raise ValueError(msg)
    return place


def _covered(name: str, shape: tuple[int, ...], out: np.ndarray) -> np.ndarray:
    """Return the entries that a mask leaves out of an array."""
    if shape[: out.ndim] == out.shape:
        out = out.reshape(out.shape + (1,) * (len(shape) - out.ndim))
    try:
        return np.broadcast_to(out, shape)
    except ValueError:
        msg = (
            f"places must say which entries of {name!r} do not matter, as its shape "
            f"is {shape} and that of the mask {out.shape}"
        )
        raise ValueError(msg) from None


def _planted(
    problem: Problem, ignored: Mapping[str, np.ndarray], number: float
) -> Problem:
    """Return the problem with `number` at the entries that must not matter."""
    inputs = {
        name: np.where(ignored[name], np.asarray(number, array.dtype), array)
        if name in ignored and is_floating(array)
        else array
        for name, array in problem.inputs.items()
    }
    return replace(problem, inputs=inputs)


def _zero_masked(
    outcome: Outcome, problem: Problem, ignored: Mapping[str, np.ndarray]
) -> Outcome:
    """Return the outcome in float64, with a derivative of 0 at masked entries."""

    def without(arrays: list[np.ndarray]) -> list[np.ndarray]:
        names = problem.variable_names()
        return [
            np.where(ignored.get(name, False), 0.0, array.astype(np.float64))
            for name, array in zip(names, arrays, strict=True)
        ]

    return Outcome(
        [value.astype(np.float64) for value in outcome.values],
        without(outcome.derivatives) if outcome.derivatives else [],
        without(outcome.products) if outcome.products else [],
    )
