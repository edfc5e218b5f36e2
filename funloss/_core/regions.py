"""The way into a loss of regions: soft counts of true and false positives."""

import functools
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
from funloss._core.reduction import reduce_losses

__all__ = ["Regions", "regions"]

_OF_SCORES = ": of scores, pass activation='softmax' or 'sigmoid'"


class Regions(Record):
    """Sums over the unmasked pixels of regions: one a sample and class, or a class."""

    xp: Namespace
    # Of the result.
    dtype: Any
    true_positive: Any
    false_positive: Any
    false_negative: Any
    options: tuple[Any, ...]
    # Of the classes.
    weight: Any
    # Which regions have a pixel that is not masked; None: all.
    where: Any
    # Which regions have a value out of range; None: none.
    bad: Any

    def over_classes(self) -> "Regions":
        """Return the regions with one loss for all classes, without their weights."""
        where, bad = (
            x if x is None else self.xp.any(x, axis=-1) for x in (self.where, self.bad)
        )
        return self.replace(where=where, bad=bad, weight=None)

    def reduce(self, losses: Any, reduction: str, *, absent: str = "count") -> Any:
        """Weight, mask, reduce and cast `losses`; the mean divides by the weights.

        With ``absent="skip"`` regions without a positive target are masked, too.
        """
        check_choice(("count", "skip"), absent=absent)
        xp, where, bad = self.xp, self.where, self.bad
        if absent == "skip":
            present = self.true_positive + self.false_negative != 0
            if bad is not None:
                present = xp.logical_or(present, bad)
            where = present if where is None else xp.logical_and(where, present)
        losses = losses if bad is None else xp.nan_where(losses, bad)
        weights = {"weight": self.weight, "mean_weights": self.weight}
        return reduce_losses(xp, self.dtype, losses, reduction, where=where, **weights)


def regions(
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
) -> Regions:
    """Check, promote and mask the arguments of a loss of regions, and sum over pixels.

    Args:
        input: Probabilities, or scores with an `activation`.
        target: Probabilities, or labels with one dimension less than `input`.
        axis: Of the classes; None if there is none.
        activation: None, ``"sigmoid"`` or ``"softmax"``.
        batch: Whether regions reach over the batch.
        weight: Class weights.
        where: The mask, which broadcasts to `input`.
        dtype: Of the result.
        options: Real options by name, such as ``non_negative(smooth)``.
    """
    check_choice((None, "sigmoid", "softmax"), activation=activation)
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
    pixels = where if whole else xp.any(where, axis=axis, keepdims=True)
    target, bad_target = _check_target(xp, input, target, axis, axes, where, pixels)
    mask = pixels if activation == "softmax" else where
    (input,) = fill_masked(xp, mask, (input, 0.0))
    bad_input = None if activation else _outside(xp, axes, input=input)
    p, complement = _probabilities(xp, input, axis, activation)
    p, target = fill_masked(xp, where, (p, 0.0), (target, 0.0))
    counts = _counts(xp, p, complement, target, axes)
    where = where if where is None else _over(xp.any, where, axes)
    bad = [x for x in (bad_target, bad_input) if x is not None]
    bad = functools.reduce(xp.logical_or, bad) if bad else None
    return Regions(xp, out, *counts, tuple(settled), weight, where, bad)


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
    pixels: Any,
) -> tuple[Any, Any]:
    """Return target probabilities, labels as one-hot, and which regions are bad."""
    if target.ndim == input.ndim:
        (target,) = fill_masked(xp, where, (target, 0.0))
        return target, _outside(xp, axes, target=target)
    pixels = pixels if pixels is None else xp.squeeze(pixels, axis=axis)
    count = input.shape[axis]
    labels, _, bad = class_labels(xp, input, target, count, where=pixels)
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


def _counts(
    xp: Namespace, p: Any, complement: Any, target: Any, axes: tuple[int, ...]
) -> list[Any]:
    """Return the sums of true positives, false positives and false negatives."""
    # Without constants such as the 1 of 1 - p, which XLA would materialise.
    both = p * target
    missed = target - both if complement is None else complement * target
    return [_over(xp.total, x, axes) for x in (both, p - both, missed)]


def _over(function: Any, x: Any, axes: tuple[int, ...]) -> Any:
    """Reduce `x` over `axes`; not all libraries accept an empty tuple."""
    return function(x, axis=axes) if axes else x
