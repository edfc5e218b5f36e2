"""Anti-diagonals of a lattice: a recursion over its cells takes one after the other.

A cell that depends on those before it in both directions, ``(t - 1, s)`` and
``(t, s - 1)``, depends on diagonals ``t + s`` before its own alone: on the last one at
columns ``s`` and ``s - 1``; and ``(t - 1, s - 1)`` is that of the one before, at
``s - 1``.
"""

from typing import Any

from funloss._array import Namespace

__all__ = ["from_diagonals", "shifted", "to_diagonals"]


def to_diagonals(xp: Namespace, x: Any, fill: float) -> Any:
    """Return the anti-diagonals of ``(..., T, S)`` as ``(T + S - 1, ..., S)``.

    Element ``[d, ..., s]`` is ``x[..., d - s, s]``, and `fill` where that is outside.
    """
    *front, count, width = x.shape
    columns = xp.moveaxis(x, -1, -2)
    border = xp.broadcast_to(columns[..., :1], (*front, width, width))
    columns = xp.concat([columns, xp.full_like(border, fill)], axis=-1)
    # In rows that are one element shorter, each column lies one lower than the last.
    flat = xp.reshape(columns, (*front, width * (count + width)))
    rows = count + width - 1
    columns = xp.reshape(flat[..., : width * rows], (*front, width, rows))
    return xp.moveaxis(columns, -1, 0)


def from_diagonals(xp: Namespace, diagonals: Any, count: int) -> Any:
    """Return ``(..., T, S)``, T = `count`: the inverse of `to_diagonals`."""
    columns = xp.moveaxis(diagonals, 0, -1)
    *front, width, rows = columns.shape
    flat = xp.reshape(columns, (*front, width * rows))
    flat = xp.concat([flat, flat[..., :width]], axis=-1)
    columns = xp.reshape(flat, (*front, width, count + width))
    return xp.moveaxis(columns[..., :count], -1, -2)


def shifted(xp: Namespace, x: Any, fill: float) -> Any:
    """Return `x` moved one to the right along its last axis, `fill` in front."""
    return xp.concat([xp.full_like(x[..., :1], fill), x[..., :-1]], axis=-1)
