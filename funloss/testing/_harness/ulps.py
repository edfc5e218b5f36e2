"""The distance between two arrays in ulps, and the scale it is measured at."""

from collections.abc import Sequence

import ml_dtypes
import numpy as np

from funloss.testing._harness.arrays import numpy_dtype
from funloss.testing._harness.problem import Outcome, Problem
from funloss.testing._harness.tolerance import TOLERANCES

__all__ = ["error_in_ulps", "scales"]


def error_in_ulps(
    got: np.ndarray, want: np.ndarray, dtype: str, scale: np.ndarray | float
) -> np.ndarray:
    """Return the error of each entry of `got` in ulps of `dtype`.

    nan equals nan, and the sign of zero is ignored: it depends on the order of
    sums. Any other disagreement about nan or infinity is an infinite error.
    """
    tolerance = TOLERANCES[dtype]
    with np.errstate(all="ignore"):
        want = want.astype(numpy_dtype(dtype)).astype(np.float64)
        got = got.astype(np.float64)
        same = (got == want) | (np.isnan(got) & np.isnan(want))
        size = np.maximum(np.abs(want), tolerance.floor * scale)
        excess = np.maximum(np.abs(got - want) - tolerance.flushed, 0)
        ulps = excess / _spacing(size, dtype)
        return np.where(same, 0.0, np.where(np.isfinite(ulps), ulps, np.inf))


def _spacing(size: np.ndarray, dtype: str) -> np.ndarray:
    """Return the distance between neighbouring numbers of `dtype` at `size`."""
    info = ml_dtypes.finfo(numpy_dtype(dtype))
    exponent = np.frexp(np.maximum(size, float(info.tiny)))[1] - 1
    return np.ldexp(1.0, exponent - info.nmant)


def scales(
    problem: Problem, expected: Outcome, dtype: str
) -> dict[str, list[np.ndarray]]:
    """Return the scale of each array, by kind; for each entry, or one for all.

    A value is made of terms as large as itself or as the first-order changes ``x *
    derivative``: those of its own entry where it has one entry a variable's, their sum
    for a single number (both without the cotangent), else the largest. A derivative is
    made of terms as large as the largest of its array; or, where they cancel, as the
    change of any derivative along the random direction, if that is not beyond the
    cotangents. A product is made of terms as large as the largest of its array, or as
    the derivatives times the direction.
    """
    derivatives = [_largest([derivative]) for derivative in expected.derivatives]
    products = [_largest([product]) for product in expected.products]
    # Beyond the cotangents, a curvature of 1e24 would hide a wrong derivative of 1e12.
    change = min(max(products, default=0.0), _largest(problem.cotangents))
    along = _largest(problem.directions)
    return {
        "values": _scales_of_values(problem, expected, dtype),
        "derivatives": [
            np.asarray(max(derivative, change)) for derivative in derivatives
        ],
        "products": [
            np.asarray(max(product, derivative * along))
            for derivative, product in zip(derivatives, products, strict=False)
        ],
    }


def _scales_of_values(
    problem: Problem, expected: Outcome, dtype: str
) -> list[np.ndarray]:
    derivatives = expected.derivatives or [
        np.zeros(x.shape) for x in problem.variables()
    ]
    changes = [
        np.abs(_finite(x) * _finite(derivative))
        for x, derivative in zip(problem.variables(), derivatives, strict=True)
    ]
    (first, *more), weights = expected.values, problem.cotangents
    if not more and all(change.shape == first.shape for change in changes):
        weight = np.abs(_finite(weights[0])) if weights else np.ones(())
        # The reference rounds as well, in float64: more is not known.
        unknown = np.finfo(np.float64).eps / ml_dtypes.finfo(numpy_dtype(dtype)).eps
        own = [np.abs(_finite(first)), *(change / weight for change in changes)]
        own += [np.abs(_finite(x)) * float(unknown) for x in problem.variables()]
        return [np.max(own, axis=0)]
    terms = [change for change in changes if change.size]
    if all(value.ndim == 0 for value in expected.values):
        change = sum(float(np.sum(term)) for term in terms) / (_largest(weights) or 1)
    else:
        change = max((float(np.max(term)) for term in terms), default=0.0)
    return [np.asarray(max(_largest(expected.values), change))] * len(expected.values)


def _finite(array: np.ndarray) -> np.ndarray:
    array = array.astype(np.float64)
    return np.where(np.isfinite(array), array, 0.0)


def _largest(arrays: Sequence[np.ndarray]) -> float:
    sizes = [float(np.max(np.abs(_finite(array)))) for array in arrays if array.size]
    return max(sizes, default=0.0)
