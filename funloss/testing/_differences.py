"""Derivatives by finite differences, and how far they can be trusted."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.differentiate import derivative

__all__ = ["STEPS", "Difference", "difference"]

# A smaller step stays clear of the edge of a domain, and of the next corner.
STEPS = (2.0**-6, 2.0**-12, 2.0**-18)


@dataclass(frozen=True)
class Difference:
    """A derivative, entry by entry.

    Attributes:
        derivative: The estimate; nan where the function is not finite beside the point.
        allowed: How far the true derivative may lie from it.
    """

    derivative: np.ndarray
    allowed: np.ndarray

    def agrees(self, got: np.ndarray) -> np.ndarray:
        """Tell where a derivative is one that the estimate allows."""
        return np.abs(got - self.derivative) <= self.allowed


def difference(
    function: Callable[[float], np.ndarray],
    scale: float,
    *,
    step: float = STEPS[0],
    side: int = 0,
) -> Difference:
    """Return the derivative at 0 of a function from numbers to vectors.

    Args:
        function: What to differentiate.
        scale: Size of the numbers that its derivative is a sum of.
        step: The first step, which is then halved.
        side: 0, or 1 or -1 for the derivative from the right or the left.
    """

    def along(places: np.ndarray) -> np.ndarray:
        found = [function(float(place)) for place in places.reshape(-1)]
        return np.stack(found, axis=-1).reshape(found[0].shape + places.shape)

    size = np.max(np.abs(function(0.0)), initial=0.0)
    least = 1e-9 * scale + float(2.0**-44 / step * size)
    with np.errstate(all="ignore"):
        found = derivative(
            along,
            0.0,
            initial_step=step,
            step_direction=side,
            preserve_shape=True,
            tolerances={"atol": least, "rtol": 1e-9},
        )
    # An estimate that has not settled must not excuse a wrong derivative.
    scatter = np.minimum(4 * np.nan_to_num(found.error), 1e-4 * scale)
    return Difference(found.df, 1e-6 * scale + scatter + 4 * least)
