"""Sums in a window that moves along an axis, for the arrays of all libraries.

Taps are the weights of a window: an odd number, the same in reverse. What `pull_sums`
and `pull_squares` return is the gradient of the sums; autograd of the slices would add
up a padded array for each tap instead.
"""

from collections.abc import Sequence
from typing import Any

__all__ = [
    "part",
    "pull_squares",
    "pull_sums",
    "push_squares",
    "windowed_squares",
    "windowed_sums",
]


def part(x: Any, axis: int, start: int, size: Any) -> Any:
    """Return `size` elements of `x` along `axis`."""
    return x[(*[slice(None)] * axis, slice(start, start + size), ...)]


def windowed_sums(x: Any, taps: Sequence[float], axis: int) -> Any:
    """Return ``sum(taps[k] * x[i + k])``."""
    size, radius = x.shape[axis] - len(taps) + 1, len(taps) // 2
    total = taps[radius] * part(x, axis, radius, size)
    for k in range(radius):
        last = len(taps) - 1 - k
        total = total + taps[k] * (part(x, axis, k, size) + part(x, axis, last, size))
    return total


def pull_sums(padded: Any, taps: Sequence[float], axis: int) -> Any:
    """Return the gradient of `windowed_sums`, of its own with ``len(taps) - 1`` zeros.

    They stand on both sides.
    """
    return windowed_sums(padded, taps, axis)


def windowed_squares(x: Any, mean: Any, taps: Sequence[float], axis: int) -> Any:
    """Return ``sum(taps[k] * (x[i + k] - mean[i])**2)``."""
    total = 0.0
    for k, tap in enumerate(taps):
        gap = part(x, axis, k, mean.shape[axis]) - mean
        total = total + tap * (gap * gap)
    return total


def push_squares(
    x: Any, mean: Any, change: Any, taps: Sequence[float], axis: int
) -> Any:
    """Return the change of `windowed_squares` by that of `x`."""
    total, size = 0.0, mean.shape[axis]
    for k, tap in enumerate(taps):
        gap = part(x, axis, k, size) - mean
        total = total + (2 * tap) * (gap * part(change, axis, k, size))
    return total


def pull_squares(
    x: Any, padded_mean: Any, padded: Any, taps: Sequence[float], axis: int
) -> Any:
    """Return the gradient of `windowed_squares` in `x`, of its own and the mean padded.

    ``len(taps) - 1`` elements stand on both sides of each, of which those of the
    gradient are 0.
    """
    total, size = 0.0, x.shape[axis]
    for k, tap in enumerate(taps):
        gap = x - part(padded_mean, axis, k, size)
        total = total + (2 * tap) * (gap * part(padded, axis, k, size))
    return total
