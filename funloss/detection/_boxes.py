"""Losses of pairs of boxes by their lengths along each axis, with derivatives.

Differences of coordinates keep their digits far from the origin, and sums of areas
where boxes are nearly equal; differences of areas would not.
"""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.record import Record

__all__ = ["box_losses"]


def box_losses(xp: Namespace, input: Any, target: Any, eps: Any, kind: str) -> Any:
    """Return the losses of a kind of pairs of boxes, shape ``(*, 4)``."""
    boxes = xp.broadcast_arrays(input, target)
    partials = (_d_input, _d_target, _d_eps, None)
    return xp.custom_jvp(_losses, partials, *boxes, eps, kind, axis=-1, shared=_shared)


class _Side(Record):
    """Two boxes along one axis: lengths, each of them a difference."""

    input: Any
    target: Any
    # What both have in common, negative if they are apart.
    shared: Any
    # What of each the other does not have, >= 0.
    input_alone: Any
    target_alone: Any
    # Of the smallest box around both.
    hull: Any
    # From the centre of the target to that of the input.
    shift: Any


class _Pair(Record):
    """Two boxes along both axes, and the ratio of their areas."""

    x: _Side
    y: _Side
    # Whether they overlap: 1, 0 or nan.
    overlap: Any
    # The area of both, with the epsilon.
    union: Any
    # Intersection over union, and one minus that.
    iou: Any
    outside: Any
    eps: Any


def _side(xp: Namespace, low: Any, low_t: Any, high: Any, high_t: Any) -> _Side:
    inner_low, inner_high = xp.maximum(low, low_t), xp.minimum(high, high_t)
    target_alone = (inner_low - low_t) + (high_t - inner_high)
    return _Side(
        high - low,
        high_t - low_t,
        inner_high - inner_low,
        (inner_low - low) + (high - inner_high),
        target_alone,
        (high - low) + target_alone,
        0.5 * ((low - low_t) + (high - high_t)),
    )


def _pair(xp: Namespace, input: Any, target: Any, eps: Any) -> _Pair:
    x, y = (
        _side(xp, *(box[..., k] for k in (axis, axis + 2) for box in (input, target)))
        for axis in (0, 1)
    )
    # torch broadcasts arguments to all.
    eps = eps[..., 0] if getattr(eps, "ndim", 0) else eps
    overlap = xp.heaviside(x.shared) * xp.heaviside(y.shared)
    shared, apart = overlap * x.shared, overlap == 0
    # Sums of areas, none of them negative unless a box is inverted.
    input_alone = xp.where(apart, x.input, x.input_alone) * y.input
    target_alone = xp.where(apart, x.target, x.target_alone) * y.target
    alone = input_alone + target_alone + shared * (y.input_alone + y.target_alone)
    both, outside = shared * y.shared, alone + eps
    union = outside + both
    rest = xp.where(union == 0, 1.0, _over(xp, outside, union))
    return _Pair(x, y, overlap, union, _over(xp, both, union), rest, eps)


def _over(xp: Namespace, part: Any, whole: Any) -> Any:
    """Return the quotient, or `part` where `whole` is 0."""
    return xp.quotient(part, xp.where(whole == 0, 1.0, whole))


def _shared(xp: Namespace, input: Any, target: Any, eps: Any, kind: str) -> Any:
    return (_pair(xp, input, target, eps),)


def _losses(xp: Namespace, input: Any, target: Any, eps: Any, kind: str) -> Any:
    pair = _pair(xp, input, target, eps)
    if kind == "iou":
        return pair.outside
    if kind == "giou":
        return pair.outside + _gap(xp, pair)[0]
    losses = pair.outside + _distance(xp, pair)[0]
    if kind == "ciou":
        factor, difference = _aspects(xp, pair)
        losses = losses + factor * xp.square(difference)
    return losses


def _gap(xp: Namespace, pair: _Pair) -> tuple[Any, Any]:
    """Return what of the smallest box around both is in neither, and its area."""
    x, y = pair.x, pair.y
    corners = x.target_alone * y.input_alone + x.input_alone * y.target_alone
    # Where boxes are apart, what is between them.
    between = (1.0 - pair.overlap) * (x.shared * y.shared)
    area = x.hull * y.hull + pair.eps
    return _over(xp, corners - between, area), area


def _distance(xp: Namespace, pair: _Pair) -> tuple[Any, Any]:
    """Return the squares of the centres' distance by the diagonal, and of that."""
    x, y = pair.x, pair.y
    diagonal = xp.square(x.hull) + xp.square(y.hull) + pair.eps
    return _over(xp, xp.square(x.shift) + xp.square(y.shift), diagonal), diagonal


def _aspects(xp: Namespace, pair: _Pair) -> tuple[Any, Any]:
    """Return the constant factor of the squared difference of aspects, and that."""
    x, y = pair.x, pair.y
    # The angle between the diagonals, from how far the boxes differ; 0 of a point.
    wider, higher = (side.input_alone - side.target_alone for side in (x, y))
    cross = wider * y.target - x.target * higher
    dot = x.input * x.target + y.input * y.target
    difference = (2 / math.pi) * _angle(xp, cross, dot)
    squared = xp.square(difference)
    factor = _over(xp, squared, pair.outside + squared + pair.eps)
    return xp.stop_gradient(factor), difference


def _angle(xp: Namespace, y: Any, x: Any) -> Any:
    """Return ``atan2(y, x)``; at 0 it and its derivatives are 0."""
    return xp.custom_jvp(_atan2, (_angle_d_y, _angle_d_x), y, x)


def _atan2(xp: Namespace, y: Any, x: Any) -> Any:
    return xp.atan2(y, x)


def _angle_d_y(xp: Namespace, y: Any, x: Any) -> Any:
    # By the larger of both, whose square might over- or underflow.
    size = xp.maximum(xp.absolute(y), xp.absolute(x))
    none = size < float(xp.finfo(size.dtype).smallest_normal)
    size = xp.stop_gradient(xp.where(none, 1.0, size))
    y, x = y / size, x / size
    squares = xp.where(none, 1.0, xp.square(y) + xp.square(x))
    return xp.where(none, 0.0, x / (squares * size))


def _angle_d_x(xp: Namespace, y: Any, x: Any) -> Any:
    return -_angle_d_y(xp, x, y)


class _Derivatives(Record):
    """Derivatives in the lengths along each axis, `length` of those of the input."""

    length: Any
    shared: Any
    hull: Any = (0.0, 0.0)
    shift: Any = (0.0, 0.0)


def _d_input(
    xp: Namespace, input: Any, target: Any, eps: Any, kind: str, pair: _Pair
) -> Any:
    derivatives, lows, highs = _derivatives(xp, pair, kind), [], []
    for k in (0, 1):
        # At a tie, half of the gradient of a maximum or minimum.
        low = 0.5 + 0.5 * xp.sign(input[..., k] - target[..., k])
        high = 0.5 + 0.5 * xp.sign(target[..., k + 2] - input[..., k + 2])
        length, shared, hull = (
            derivatives.length[k],
            derivatives.shared[k],
            derivatives.hull[k],
        )
        shift = 0.5 * derivatives.shift[k]
        lows.append(shift - (length + low * shared + (1.0 - low) * hull))
        highs.append(shift + (length + high * shared + (1.0 - high) * hull))
    return xp.stack([*lows, *highs], axis=-1)


def _d_target(
    xp: Namespace, input: Any, target: Any, eps: Any, kind: str, pair: _Pair
) -> Any:
    return _d_input(xp, target, input, eps, kind, _pair(xp, target, input, eps))


def _derivatives(xp: Namespace, pair: _Pair, kind: str) -> _Derivatives:
    sides = x, y = pair.x, pair.y
    across, union = (y, x), pair.union
    length = [_over(xp, pair.iou * side.input, union) for side in across]
    by_area = pair.overlap * (1.0 + pair.iou)
    shared = [-_over(xp, by_area * side.shared, union) for side in across]
    if kind == "iou":
        return _Derivatives(length, shared)
    if kind == "giou":
        gap, area = _gap(xp, pair)
        width, height = (_over(xp, side.input, area) for side in across)
        common = [pair.overlap * _over(xp, side.shared, area) for side in across]
        return _Derivatives(
            [length[0] - width, length[1] - height],
            [shared[0] + common[0], shared[1] + common[1]],
            [_over(xp, (1.0 - gap) * side.hull, area) for side in across],
        )
    ratio, diagonal = _distance(xp, pair)
    hull = [_over(xp, -2.0 * ratio * side.hull, diagonal) for side in sides]
    shift = [_over(xp, 2.0 * side.shift, diagonal) for side in sides]
    if kind == "ciou":
        factor, difference = _aspects(xp, pair)
        by_angle = (4 / math.pi) * factor * difference
        length[0] = length[0] + by_angle * _angle_d_y(xp, x.input, y.input)
        length[1] = length[1] + by_angle * _angle_d_x(xp, x.input, y.input)
    return _Derivatives(length, shared, hull, shift)


def _d_eps(
    xp: Namespace, input: Any, target: Any, eps: Any, kind: str, pair: _Pair
) -> Any:
    derivative = _over(xp, pair.iou, pair.union)
    if kind == "giou":
        gap, area = _gap(xp, pair)
        derivative = derivative - _over(xp, gap, area)
    elif kind != "iou":
        ratio, diagonal = _distance(xp, pair)
        derivative = derivative - _over(xp, ratio, diagonal)
    # A quarter for each coordinate.
    return xp.broadcast_to(0.25 * derivative[..., None], input.shape)
