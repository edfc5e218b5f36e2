"""Euclidean distances of all pairs of rows, from their differences.

Products of rows would be quicker, but of near rows ``2 - 2 * cosine`` keeps no digits.
Differences are squared and added up a few coordinates at a time, so that nothing of
shape ``(N, M, D)`` exists. The derivative is of products of rows: a direction of near
rows has lost as many digits already when the rows were rounded.
"""

import functools
from typing import Any

from funloss._array import Namespace

__all__ = ["row_distances", "squared_row_distances"]

# Coordinates in a step.
_STEP = 16


def row_distances(xp: Namespace, left: Any, right: Any) -> Any:
    """Return ``norm(left[i] - right[j])`` of all rows; derivative 0 of equal rows."""
    value, along, back = (
        functools.partial(f, xp) for f in (_distances, _along, _gradients)
    )
    return xp.derivative_along(value, along, left, right, back=back)


def squared_row_distances(xp: Namespace, left: Any, right: Any) -> Any:
    """Return the squares for rows ``(..., N, D)`` and ``(..., M, D)``.

    The gradients are of products of rows less what these have in common.
    """
    value, along, back = (
        functools.partial(f, xp) for f in (_squares, _squares_along, _squares_gradients)
    )
    return xp.derivative_along(value, along, left, right, back=back)


def _distances(xp: Namespace, left: Any, right: Any) -> tuple[Any]:
    if not xp.known(left.shape[1]) or left.shape[1] == 0:
        left, right = _bounded(xp, left, right)
        return (xp.norm(left[:, None, :] - right[None, :, :], 2, -1),)
    return (xp.safe_sqrt(_squares(xp, left, right)[0]),)


def _bounded(xp: Namespace, *rows: Any) -> list[Any]:
    # Without the bound XLA may fuse a difference with the product that a row is, and
    # round its sides otherwise: that of equal rows would not be 0.
    lowest = float(xp.finfo(rows[0].dtype).min)
    return [xp.replicate_axes(xp.clamp_min(x, lowest), x.ndim - 1) for x in rows]


def _squares(xp: Namespace, left: Any, right: Any) -> tuple[Any]:
    left, right = _bounded(xp, left, right)
    features = left.shape[-1]
    size = min(_STEP, features)

    def squares(left: Any, right: Any) -> Any:
        pairs = zip(*(xp.unstack(x, axis=0) for x in (left, right)), strict=True)
        terms = (xp.square(x[..., :, None] - y[..., None, :]) for x, y in pairs)
        return functools.reduce(lambda total, term: total + term, terms)

    def step(total: Any, columns: Any) -> Any:
        # In memory of their own, so that XLA sees where they are and vectorises.
        columns = xp.optimization_barrier(*columns)
        return (total[0] + squares(*columns),), columns[0][0, ..., :1]

    left, right = (_columns(xp, x, size) for x in (left, right))
    # Not from zeros, which would not lie on the devices of the rows.
    total = squares(left[0, ...], right[0, ...])
    if features > size:
        rest = left[1:, ...], right[1:, ...]
        (total,), _ = xp.scan(xp.checkpoint(step), (total,), rest)
    return (total,)


def _columns(xp: Namespace, rows: Any, size: int) -> Any:
    """Return blocks of `size` coordinates, the last one padded with zeros."""
    columns = xp.moveaxis(rows, -1, 0)
    padding = -columns.shape[0] % size
    if padding:
        columns = xp.concat([columns, xp.zeros_like(columns[:padding, ...])])
    count = columns.shape[0] // size
    return xp.reshape(columns, (count, size, *columns.shape[1:]))


def _centred(xp: Namespace, rows: Any) -> list[Any]:
    """Return rows less the mean of all: their products keep the digits of these."""
    left, right = rows
    total = xp.total(left, -2, keepdims=True) + xp.total(right, -2, keepdims=True)
    centre = total / xp.count((left.shape[-2] + right.shape[-2],), left.dtype)
    centre = xp.stop_gradient(centre)
    return [left - centre, right - centre]


def _squares_along(xp: Namespace, moving: Any, held: Any, results: Any) -> Any:
    del results
    left, right = _centred(xp, held)
    own, others = (
        xp.total(x * moved, -1) for x, moved in zip((left, right), moving, strict=True)
    )
    products = xp.matmul(moving[0], xp.matrix_transpose(right))
    products = products + xp.matmul(left, xp.matrix_transpose(moving[1]))
    return 2.0 * (own[..., :, None] + others[..., None, :] - products)


def _squares_gradients(xp: Namespace, rows: Any, g: Any, result: Any) -> Any:
    del result
    left, right = _centred(xp, rows)
    turned = xp.matrix_transpose(g)
    own = xp.total(g, -1)[..., None] * left - xp.matmul(g, right)
    others = xp.total(turned, -1)[..., None] * right - xp.matmul(turned, left)
    return 2.0 * own, 2.0 * others


def _along(xp: Namespace, moving: Any, held: Any, results: Any) -> Any:
    (left, right), (distances,) = held, results
    own, others = (
        xp.total(x * moved, 1) for x, moved in zip(held, moving, strict=True)
    )
    products = xp.linear(moving[0], right, precise=True)
    products = products + xp.linear(left, moving[1], precise=True)
    change = own[:, None] + others[None, :] - products
    return change * _inverse(xp, distances)


def _gradients(xp: Namespace, rows: Any, g: Any, distances: Any) -> tuple[Any, Any]:
    left, right = rows
    scale = g * _inverse(xp, distances)
    own = xp.total(scale, 1)[:, None] * left - xp.matmul(scale, right)
    scale = xp.matrix_transpose(scale)
    return own, xp.total(scale, 1)[:, None] * right - xp.matmul(scale, left)


def _inverse(xp: Namespace, distances: Any) -> Any:
    """Return one over each distance, 0 for 0."""
    apart = distances != 0
    return xp.where(apart, 1 / xp.where(apart, distances, 1.0), 0.0)
