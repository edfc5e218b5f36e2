"""Sums and variances of sliding windows in torch, with their transposes."""

import functools
from collections.abc import Sequence
from typing import Any

import torch

from funloss._array import windows
from funloss._array.base import Namespace

__all__ = ["windowed_squares", "windowed_sums"]


def windowed_sums(xp: Namespace, x: Any, taps: Sequence[float], axis: int) -> Any:
    """Return ``sum(taps[k] * x[i + k])`` along `axis`, where all of those exist."""

    def pull(_: Any, g: Any) -> Any:
        return (windows.pull_sums(_padded(g, len(taps) - 1, axis), taps, axis),)

    return xp.custom_vjp(lambda x: windows.windowed_sums(x, taps, axis), pull)(x)


def windowed_squares(
    xp: Namespace, x: Any, mean: Any, taps: Sequence[float], axis: int
) -> Any:
    """Return ``sum(taps[k] * (x[i + k] - mean[i])**2)``, a variance."""

    def pull(arrays: Any, g: Any) -> Any:
        far, g = (_padded(y, len(taps) - 1, axis) for y in (arrays[1], g))
        return windows.pull_squares(arrays[0], far, g, taps, axis), None

    squares = functools.partial(windows.windowed_squares, taps=taps, axis=axis)
    return xp.custom_vjp(squares, pull)(x, mean)


def _padded(x: Any, width: int, axis: int) -> Any:
    """Return `x` with `width` zeros on both sides."""
    # torch's own padding makes a number of a size that a compiler leaves open.
    zeros = x.new_zeros((*x.shape[:axis], width, *x.shape[axis + 1 :]))
    return torch.cat([zeros, x, zeros], axis)
