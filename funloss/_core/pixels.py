"""The way into a loss of the pixels of regions: one a sample and class, or a class."""

import functools
import math
from collections.abc import Mapping
from typing import Any

from funloss._array import Namespace, lookup
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.checks import (
    check_axis,
    check_choice,
    check_same_shape_or_scalar,
    check_shapes_equal,
    check_values,
)
from funloss._core.labels import (
    check_class_weight,
    class_labels,
    expand_along,
    match_rows,
)
from funloss._core.options import Option, propagate_nan
from funloss._core.record import Record

__all__ = ["Pixels", "pixels"]

_OF_SCORES = ": of scores, pass activation='softmax' or 'sigmoid'"


class Pixels(Record):
    """Pixels of regions: masked ones are zeros."""

    xp: Namespace
    # Of the result.
    dtype: Any
    # As they came, labels as one-hot.
    input: Any
    target: Any
    # Probabilities, and ``1 - p`` where that can be had without rounding, else None.
    p: Any
    complement: Any
    # Which count, in the shape of `input`; None: all.
    mask: Any
    # Over which regions reach.
    axes: tuple[int, ...]
    options: tuple[Any, ...]
    # Of the classes.
    weight: Any
    # Which regions have a pixel that is not masked; None: all.
    where: Any
    # Which regions have a value out of range; None: none.
    bad: Any

    def over(self, function: Any, x: Any) -> Any:
        """Reduce `x` to one element a region."""
        return _over(function, x, self.axes)

    def rows(self, x: Any) -> Any:
        """Return `x` with the pixels of each region on one axis, the last."""
        kept = tuple(k for k in range(x.ndim) if k not in self.axes)
        x = self.xp.permute_dims(x, (*kept, *self.axes))
        shape = tuple(x.shape)
        return self.xp.reshape(x, (*shape[: len(kept)], math.prod(shape[len(kept) :])))


def pixels(
    input: Any,
    target: Any,
    *,
    axis: Any,
    activation: Any,
    batch: bool,
    weight: Any,
    where: Any,
    dtype: Any,
    options: Mapping[str, Option] | None = None,
    scores: bool = False,
    binary: bool = False,
) -> Pixels:
    """Check, promote and mask the arguments of a loss of regions.

    Args:
        input: Probabilities, or scores with an `activation` or if `scores`.
        target: Probabilities, or labels with one dimension less than `input`.
        axis: Of the classes; None if there is none.
        activation: None, ``"sigmoid"`` or ``"softmax"``.
        batch: Whether regions reach over the batch.
        weight: Class weights.
        where: The mask, which broadcasts to `input`.
        dtype: Of the result.
        options: Real options by name, such as ``non_negative(smooth)``.
        scores: Whether `input` is any number, without an `activation`.
        binary: Whether a target that is no label is 0 or 1.
    """
    check_choice((None, "sigmoid", "softmax"), activation=activation)
    given = target
    xp, out, input, target, axis = _promote(dtype, input, target, axis, activation)
    options = options or {}
    settled = [option.check(xp, input, name) for name, option in options.items()]
    input = propagate_nan(xp, input, *settled)
    weight = _class_weight(xp, input, weight, axis)
    axes = tuple(k for k in range(input.ndim) if k != axis and (batch or k != 0))
    where = check_where(xp, input, where, input.shape)
    where = where if where is None else xp.broadcast_to(where, input.shape)
    # The mask of whole pixels: labels and a softmax belong to all of their classes.
    whole = where is None or axis is None
    seen = where if whole else xp.any(where, axis=axis, keepdims=True)
    rule = functools.partial(_not_binary, given=given) if binary else _outside
    target, bad_target = _check_target(xp, input, target, axis, axes, where, seen, rule)
    mask = seen if activation == "softmax" else where
    (input,) = fill_masked(xp, mask, (input, 0.0))
    bad_input = None if activation or scores else _outside(xp, axes, input=input)
    p, complement = _probabilities(xp, input, axis, activation)
    p, target = fill_masked(xp, where, (p, 0.0), (target, 0.0))
    counted = where if where is None else _over(xp.any, where, axes)
    bad = [x for x in (bad_target, bad_input) if x is not None]
    bad = functools.reduce(xp.logical_or, bad) if bad else None
    values = (input, target, p, complement, where, axes, tuple(settled), weight)
    return Pixels(xp, out, *values, counted, bad)


def _promote(
    dtype: Any, input: Any, target: Any, axis: Any, activation: Any
) -> tuple[Namespace, Any, Any, Any, int | None]:
    """Return the namespace, the result's dtype, both arrays and the class axis.

    Labels stay as they are.
    """
    arrays = [lookup(x) is not None for x in (input, target)]
    if axis is not None and all(arrays) and target.ndim == input.ndim - 1:
        xp, out, (input,) = promote_arrays(dtype, input=input)
        place = _class_axis(input, axis)
        axes = range(1, input.ndim)
        return xp, out, input, match_rows(xp, input, target, place, axes=axes), place
    xp, out, (input, target) = promote_arrays(dtype, input=input, target=target)
    if axis is not None:
        # A number might be a label, or whether each class applies.
        check_shapes_equal(input=input, target=target)
        return xp, out, input, target, _class_axis(input, axis)
    if activation == "softmax":
        msg = "activation must be None or 'sigmoid' without a class axis, got 'softmax'"
        raise ValueError(msg)
    check_same_shape_or_scalar(input=input, target=target)
    if not input.shape:
        msg = "input must have a batch axis, got shape ()"
        raise ValueError(msg)
    return xp, out, input, xp.broadcast_to(target, input.shape), None


def _class_axis(input: Any, axis: Any) -> int:
    place = check_axis(axis, input.ndim)
    if place == 0 or input.shape[place] == 0:
        msg = (
            "input must have a batch axis, then at least one class, got "
            f"{tuple(input.shape)} with axis {axis}"
        )
        raise ValueError(msg)
    return place


def _class_weight(xp: Namespace, input: Any, weight: Any, axis: int | None) -> Any:
    """Return class weights in the dtype of `input`, or None."""
    if axis is None and weight is not None:
        msg = "weight must be None without a class axis"
        raise ValueError(msg)
    (weight,) = cast_like(xp, input, weight=weight)
    if weight is not None:
        check_class_weight(weight, input.shape[axis or 0])
    return weight


def _check_target(
    xp: Namespace,
    input: Any,
    target: Any,
    axis: Any,
    axes: tuple[int, ...],
    where: Any,
    seen: Any,
    rule: Any,
) -> tuple[Any, Any]:
    """Return target probabilities, labels as one-hot, and which regions are bad."""
    if target.ndim == input.ndim:
        (target,) = fill_masked(xp, where, (target, 0.0))
        return target, rule(xp, axes, target=target)
    seen = seen if seen is None else xp.squeeze(seen, axis=axis)
    count = input.shape[axis]
    labels, _, bad = class_labels(xp, input, target, count, where=seen)
    classes = xp.arange(count, dtype=labels.dtype, **xp.device_kw(input))
    classes = expand_along(xp, classes, axis, input.ndim)
    one_hot = xp.astype(xp.expand_dims(labels, axis=axis) == classes, input.dtype)
    if bad is None:
        return one_hot, None
    return one_hot, _over(xp.any, xp.expand_dims(bad, axis=axis), axes)


def _probabilities(xp: Namespace, x: Any, axis: Any, activation: Any) -> Any:
    """Return probabilities, and ``1 - p`` where that can be had without rounding."""
    if activation is None:
        return x, None
    if activation == "softmax":
        return xp.softmax(x, axis), None
    return xp.sigmoid(x), xp.sigmoid(-x)


def _outside(xp: Namespace, axes: tuple[int, ...], **named: Any) -> Any:
    """Return which regions leave 0..1, or None; raise where values can be read."""
    ((name, x),) = named.items()
    if xp.concrete(x):
        bad = xp.logical_not(xp.logical_and(x >= 0, x <= 1))
        advice = _OF_SCORES if name == "input" else ""
        return check_values(xp, "in 0..1", advice, **{name: (x, bad)})
    if 0 in x.shape:
        return None
    # Positive outside, nan at nan; comparisons XLA would materialise.
    x = xp.stop_gradient(x)
    return xp.logical_not(_over(xp.amax, x * x - x, axes) <= 0)


def _not_binary(
    xp: Namespace, axes: tuple[int, ...], *, target: Any, given: Any
) -> Any:
    """Return which regions are neither 0 nor 1 somewhere, or None, as `_outside`.

    The message has the number that was `given`, before it became a float.
    """
    given = target if lookup(given) is None or not given.shape else given
    bad = xp.logical_and(target != 0, target != 1)
    bad = check_values(xp, "0 or 1", target=(given, bad))
    return bad if bad is None else _over(xp.any, bad, axes)


def _over(function: Any, x: Any, axes: tuple[int, ...]) -> Any:
    """Reduce `x` over `axes`; not all libraries accept an empty tuple."""
    return function(x, axis=axes) if axes else x
