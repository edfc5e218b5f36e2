"""Losses of elements beside formulas in fifty digits."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import mpmath
import numpy as np

__all__ = ["Formula", "grid", "largest_errors"]

# Of numbers of fifty digits: the value, the gradient in each position, and by what to
# divide an error if that is more than the size of what was wanted.
Formula = Callable[..., tuple[Any, Mapping[int, Any], Mapping[int | None, Any]]]


def grid(dtype: str, axes: Sequence[Sequence[float]]) -> list[np.ndarray]:
    """Return all combinations of numbers, one array for each argument."""
    return [np.asarray(x, dtype) for x in zip(*itertools.product(*axes), strict=True)]


def largest_errors(
    loss: Callable[..., Any], exact: Formula, arrays: Sequence[np.ndarray]
) -> dict[int | None, tuple[float, tuple[float, ...]]]:
    """Return the largest error in eps, and where, by position and for None the value.

    Where a number is wanted that the dtype does not have as a normal one, there is no
    error; where it is 0, only 0 has none.
    """
    with mpmath.workdps(50):
        points = list(zip(*(map(float, x) for x in arrays), strict=True))
        wanted = [exact(*map(mpmath.mpf, point)) for point in points]
    places = list(wanted[0][1])
    given = tuple(map(jnp.asarray, arrays))
    gradients = jax.grad(lambda *x: loss(*x).sum(), places)(*given)
    got = {None: loss(*given)} | dict(zip(places, gradients, strict=True))
    finfo, found = np.finfo(arrays[0].dtype), {}
    for place, values in got.items():
        errors = []
        for own, (value, derivatives, sizes) in zip(values, wanted, strict=True):
            right = value if place is None else derivatives[place]
            error = _error(float(own), right, sizes.get(place, 0), finfo)
            errors.append(error)
        worst = int(np.argmax(np.nan_to_num(errors, nan=np.inf)))
        found[place] = errors[worst], points[worst]
    return found


def _error(own: float, right: Any, size: Any, finfo: Any) -> float:
    if right == 0:
        return 0.0 if own == 0 else np.inf
    if not finfo.smallest_normal <= abs(right) <= finfo.max:
        return 0.0
    with mpmath.workdps(50):
        return float(abs(own - right) / max(abs(right), size) / float(finfo.eps))
