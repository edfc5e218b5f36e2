"""One assertion for the arrays of all libraries."""

from typing import Any

import numpy as np

from funloss.testing._arguments import is_floating
from funloss.testing._harness.arrays import to_numpy
from funloss.testing._harness.tolerance import TOLERANCES
from funloss.testing._harness.ulps import error_in_ulps

__all__ = ["assert_close"]


def assert_close(
    actual: Any,
    expected: Any,
    *,
    ulps: float | None = None,
    rtol: float | None = None,
    atol: float | None = None,
) -> None:
    """Assert that two arrays, of any two libraries, have equal shapes and close values.

    nan equals nan, and infinity itself. An array never matches one of another shape, as
    a number would in NumPy's own assertion. Dtypes may differ: numbers are compared
    at the coarser of the two. Integers and booleans must be equal.

    Args:
        actual: An array, a number, or nested lists of numbers.
        expected: Likewise.
        ulps: Largest error, in spacings of the coarser dtype at the expected number; by
            default what the library allows its own losses: 32 in float64, 16 in
            float32, 1 in bfloat16 and float16.
        rtol: Largest error relative to the expected number, instead of `ulps`.
        atol: Largest error besides, on its own or added to that by `rtol`.

    Raises:
        AssertionError: If shapes or values differ; it names the worst entry.
        ValueError: If `ulps` is given together with `rtol` or `atol`.

    Examples:
        >>> import numpy as np
        >>> assert_close(np.float32(0.1), 0.1)
        >>> assert_close(np.asarray([1.0, 2.5]), [1.0, 2.0])
        Traceback (most recent call last):
        AssertionError: 1 of 2 entries differ, the worst at [1]: 2.5 instead of 2.0, \
1.13e+15 ulps of float64 (allowed: 32)
    """
    if ulps is not None and not (rtol is None and atol is None):
        msg = f"ulps must be alone, got rtol={rtol} and atol={atol} as well"
        raise ValueError(msg)
    got, want = _numbers(actual), _numbers(expected)
    if got.shape != want.shape:
        msg = f"shapes must be equal, got {got.shape}, expected {want.shape}"
        raise AssertionError(msg)
    dtype = _coarser(got, want)
    if rtol is None and atol is None:
        allowed = TOLERANCES[dtype].ulps if ulps is None else ulps
        if not (is_floating(got) or is_floating(want)):
            allowed = 0
        errors, unit = error_in_ulps(got, want, dtype, 0.0), f"ulps of {dtype}"
        words = f"{allowed:g}"
    else:
        allowed, unit = 1.0, "times what is allowed"
        errors = _relative(got, want, rtol or 0.0, atol or 0.0)
        words = f"rtol={rtol or 0:g}, atol={atol or 0:g}"
    wrong = errors > allowed
    if not np.any(wrong):
        return
    worst = np.unravel_index(np.argmax(errors), errors.shape)
    place = f" at {[int(index) for index in worst]}" if worst else ""
    msg = (
        f"{np.sum(wrong)} of {errors.size} entries differ, the worst{place}: "
        f"{got[worst]} instead of {want[worst]}, "
        f"{errors[worst]:.3g} {unit} (allowed: {words})"
    )
    raise AssertionError(msg)


def _numbers(array: Any) -> np.ndarray:
    return to_numpy(array) if hasattr(array, "dtype") else np.asarray(array)


def _coarser(*arrays: np.ndarray) -> str:
    """Return the floating dtype with the fewest digits, float64 if there is none."""
    names = [array.dtype.name for array in arrays if is_floating(array)]
    return max(names, key=list(TOLERANCES).index, default="float64")


def _relative(
    got: np.ndarray, want: np.ndarray, rtol: float, atol: float
) -> np.ndarray:
    """Return the error of each entry as a multiple of what is allowed."""
    got, want = got.astype(np.float64), want.astype(np.float64)
    with np.errstate(all="ignore"):
        same = (got == want) | (np.isnan(got) & np.isnan(want))
        errors = np.abs(got - want) / (atol + rtol * np.abs(want))
        return np.where(same, 0.0, np.where(np.isfinite(errors), errors, np.inf))
