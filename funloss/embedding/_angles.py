"""Angles of rows and the vectors of their labels, widened by a margin."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.options import is_zero

__all__ = [
    "add_margins",
    "class_cosines",
    "label_sines",
    "row_sizes",
    "sines_in_blocks",
]

# How many numbers of vectors are gathered at once.
_GATHERED = 2**20


def label_sines(xp: Namespace, x: Any, matrix: Any, labels: Any) -> Any:
    """Return the sine of the angle of each row and the vector of its label.

    If there are several vectors, of the one at the smallest angle. A constant: what
    it adds to the gradient is the derivative in the cosines, see `add_margins`.
    """
    own = xp.take(xp.stop_gradient(matrix), labels, axis=0)
    own = xp.direction(xp.astype(own, x.dtype, copy=False), own.ndim - 1)
    unit = xp.direction(xp.stop_gradient(x), 1)
    unit = unit if own.ndim == 2 else unit[:, None, :]
    last = own.ndim - 1
    near, far = (
        xp.sqrt(xp.total(xp.square(x), last)) for x in (unit - own, unit + own)
    )
    # Zeros are at a right angle to all.
    no_row, no_vector = (xp.all(x == 0, axis=last) for x in (unit, own))
    sines = xp.where(xp.logical_or(no_row, no_vector), 1.0, near * far / 2)
    if own.ndim == 2:
        return sines
    best = xp.argmax(xp.total(unit * own, 2), axis=1)
    return xp.take_label(sines, best, 1)


def sines_in_blocks(xp: Namespace, x: Any, matrix: Any, labels: Any) -> Any:
    """Return `label_sines`, of some rows at a time."""
    count, width = x.shape[0], math.prod(matrix.shape[1:])
    size = max(1, _GATHERED // max(width, 1))
    if not xp.known(count) or size >= count or xp.num_shards(x) > 1:
        return label_sines(xp, x, matrix, labels)
    x, matrix = xp.stop_gradient(x), xp.stop_gradient(matrix)

    def step(carry: Any, row: Any) -> Any:
        places = row[0] + xp.arange(size, **xp.device_kw(x))
        own = xp.take(labels, places, axis=0)
        return carry, label_sines(xp, xp.block(x, row[0], size), matrix, own)

    firsts = size * xp.arange(-(-count // size), **xp.device_kw(x))
    # The last block is as long as the others.
    starts = xp.where(firsts > count - size, count - size, firsts)
    sines = xp.scan(step, (), (starts,))[1]
    rest = sines.shape[0] * size - count
    return xp.concat([xp.reshape(sines[:-1, ...], (-1,)), sines[-1, rest:]])


def row_sizes(xp: Namespace, x: Any) -> Any:
    """Return the length of each row, 1 of zeros."""
    return xp.custom_jvp(_row_sizes, (_row_sizes_d_x,), x, axis=1)


def _row_sizes(xp: Namespace, x: Any) -> Any:
    size = xp.squeeze(xp.norm2(x, 1), axis=1)
    return xp.where(size == 0, 1.0, size)


def _row_sizes_d_x(xp: Namespace, x: Any) -> Any:
    return x / row_sizes(xp, x)[:, None]


def add_margins(
    xp: Namespace, cosines: Any, sines: Any, *, margin: Any, cosine_margin: Any
) -> Any:
    """Return the cosines of the angles and `margin`, less `cosine_margin`."""
    if not is_zero(margin):
        cosines = _add_angle(xp, cosines, sines, margin)
    return cosines - cosine_margin


def _add_angle(xp: Namespace, cosines: Any, sines: Any, margin: Any) -> Any:
    """Return the cosines of angles and `margin`, on a line beyond pi."""
    if isinstance(margin, float):
        cos, sin = math.cos(margin), math.sin(margin)
    else:
        cos, sin = xp.cos(margin), xp.sin(margin)
    turned = cosines * cos - _sine(xp, cosines, sines) * sin
    return xp.where(cosines >= -cos, turned, cosines - margin * sin)


def _sine(xp: Namespace, cosines: Any, sines: Any) -> Any:
    """Return `sines` with the derivative in the cosines, 0 where the sine is 0."""
    partials = (_sine_d_cosine, None)
    return xp.custom_jvp(_sine_formula, partials, cosines, sines)


def _sine_formula(xp: Namespace, cosines: Any, sines: Any) -> Any:
    return sines + xp.zeros_like(cosines)


def _sine_d_cosine(xp: Namespace, cosines: Any, sines: Any) -> Any:
    # Below it, the difference of two rows is that of their roundings.
    is_zero_angle = sines < float(xp.finfo(cosines.dtype).eps)
    sines = xp.where(is_zero_angle, 1.0, _sine(xp, cosines, sines))
    return xp.where(is_zero_angle, 0.0, -cosines / sines)


def class_cosines(xp: Namespace, x: Any, vectors: Any) -> Any:
    """Return the products of rows and the directions of classes, the best of each."""
    vectors = xp.astype(vectors, x.dtype, copy=False)
    vectors, shape = xp.direction(vectors, vectors.ndim - 1), vectors.shape
    if len(shape) == 2:
        return xp.linear(x, vectors)
    each = xp.linear(x, xp.reshape(vectors, (shape[0] * shape[1], shape[2])))
    return xp.amax(xp.reshape(each, (x.shape[0], *shape[:2])), 2)
