"""The way into a loss of rows of class scores, with labels or with probabilities."""

import math
from collections.abc import Mapping
from typing import Any, Literal

from funloss._array import Namespace
from funloss._core.arrays import (
    cast_like,
    check_where,
    fill_masked,
    is_floating,
    promote_arrays,
)
from funloss._core.checks import (
    check_axes,
    check_integer,
    check_probabilities_fit,
    check_shapes_equal,
)
from funloss._core.labels import (
    as_row,
    batch_shape,
    check_class_weight,
    check_single_target,
    class_axis,
    class_labels,
    expand_along,
    label_weights,
    match_rows,
)
from funloss._core.options import Option, check_options, is_zero
from funloss._core.record import Record
from funloss._core.reduction import reduce_losses

__all__ = ["ClassRows", "class_rows", "settle_rows"]

_OF_LABELS = (
    "axis must be an integer with labels, got {}: reshape these axes of input into "
    "one, and make its labels by ravel_multi_index"
)


class ClassRows(Record):
    """Scores of classes, and the labels or the probabilities they are compared with."""

    xp: Namespace
    # Of the result.
    dtype: Any
    scores: Any
    axis: int
    # Of the losses.
    shape: tuple[int, ...]
    classes: int
    # Labels in range without `axis`, or probabilities, 0 in masked rows.
    target: Any
    options: tuple[Any, ...] = ()
    # One number a class, and that of each row's label; None without.
    weight: Any = None
    label_weight: Any = None
    # Which rows count, or None for all.
    keep: Any = None
    # Which rows have a label that is out of range and could not be read, or None.
    bad: Any = None

    @property
    def has_labels(self) -> bool:
        """Tell whether the target are labels, not probabilities."""
        return not self.xp.is_float(self.target.dtype)

    def class_weight(self) -> Any:
        """Return the weights shaped to broadcast along the class axis; 1 without."""
        if self.weight is None:
            return 1.0
        return expand_along(self.xp, self.weight, self.axis, self.scores.ndim)

    def weighted(self, weight: Any) -> "ClassRows":
        """Return the same with class weights, or None."""
        own = None
        if self.has_labels:
            own = label_weights(self.xp, weight, self.target, self.keep)
        return self.replace(weight=weight, label_weight=own)

    def row_weight(self) -> Any:
        """Return the weight of each row's class, expected over probabilities."""
        if self.weight is None or self.has_labels:
            return self.label_weight
        return self.xp.total(self.target * self.class_weight(), self.axis)

    def expand(self, x: Any) -> Any:
        """Return what has one value a row with a class axis of length 1; None stays."""
        return x if x is None else self.xp.expand_dims(x, axis=self.axis)

    def filled_scores(self) -> Any:
        """Return the scores, 0 in the rows that do not count."""
        return fill_masked(self.xp, self.expand(self.keep), (self.scores, 0.0))[0]

    def cross_entropies(self, smoothing: Any) -> Any:
        """Return the cross-entropies of the scores and labels, weighted by class."""
        xp, scores = self.xp, self.scores
        uniform = None
        if not is_zero(smoothing):
            ones = (1,) * scores.ndim
            uniform = xp.ones(ones, dtype=scores.dtype, **xp.device_kw(scores))
            uniform = uniform * self.class_weight() / self.classes
        losses = xp.softmax_cross_entropy_with_integer_labels(
            scores,
            self.target,
            self.axis,
            self.keep,
            row_weight=self.label_weight,
            smoothing_target=uniform,
            smoothing=smoothing,
        )
        return self.nan_where_bad(losses)

    def nan_where_bad(self, losses: Any) -> Any:
        """Return losses, nan in value and gradient where a label is out of range."""
        return losses if self.bad is None else self.xp.nan_where(losses, self.bad)

    def reduce(self, losses: Any, reduction: str, **how: Any) -> Any:
        """Mask, reduce and cast `losses`; `how` is for `reduce_losses`."""
        keep = self.keep
        if tuple(losses.shape) != self.shape:
            losses = self.xp.reshape(losses, self.shape)
            keep = None if keep is None else self.xp.reshape(keep, self.shape)
        return reduce_losses(self.xp, self.dtype, losses, reduction, where=keep, **how)


def class_rows(
    input: Any,
    target: Any,
    *,
    axis: Any,
    where: Any,
    dtype: Any,
    weight: Any = None,
    ignore_index: int | None = None,
    options: Mapping[str, Option] | None = None,
    takes: Literal["labels", "probabilities", "both"] = "both",
    single_target: bool = False,
    several_axes: bool = False,
) -> ClassRows:
    """Check, promote and mask class scores and their target.

    Args:
        input: Scores with a class axis.
        target: Labels without it, or probabilities of the shape of `input`.
        axis: The class axis.
        where: The mask of rows.
        dtype: Of the result.
        weight: One number a class.
        ignore_index: A label whose rows do not count.
        options: Real options by name, such as ``non_negative(margin)``.
        takes: What the target may be; floating ones are probabilities.
        single_target: Whether the target of one row lends the loss its shape.
        several_axes: Whether `axis` may be a tuple: with probabilities, a class is a
            place along all of these axes, and `weight` has their sizes.
    """
    if ignore_index is not None:
        check_integer(ignore_index=ignore_index)
    soft = takes == "probabilities" or (takes == "both" and is_floating(target))
    if soft:
        xp, out, (input, target) = promote_arrays(dtype, input=input, target=target)
        _check_probabilities(input, target, ignore_index, labels=takes == "both")
    else:
        xp, out, (input,) = promote_arrays(dtype, input=input)
    if several_axes and isinstance(axis, tuple):
        if not soft:
            raise ValueError(_OF_LABELS.format(axis))
        weight, input, target = _with_one_class_axis(xp, axis, weight, input, target)
        axis = -1
    input = as_row(xp, input) if single_target else input
    axis = class_axis(input, axis)
    shape = batch_shape(input.shape, axis)
    input, checked = check_options(xp, input, options)
    if single_target:
        target, shape = check_single_target(xp, input, target, axis)
    elif not soft:
        target = match_rows(xp, input, target, axis, probabilities=takes == "both")
    rows = ClassRows(xp, out, input, axis, shape, input.shape[axis], target, checked)
    return settle_rows(
        rows, input, weight=weight, where=where, ignore_index=ignore_index
    )


def _with_one_class_axis(
    xp: Namespace, axis: tuple[int, ...], weight: Any, *arrays: Any
) -> list[Any]:
    """Return weights and arrays with their class axes, in this order, as the last."""
    like, shape = arrays[0], tuple(arrays[0].shape)
    axes = check_axes(axis, len(shape))
    sizes = tuple(shape[k] for k in axes)
    if 0 in sizes:
        msg = f"input must have at least one class, got {shape} with axis {axis}"
        raise ValueError(msg)
    (weight,) = cast_like(xp, like, weight=weight)
    if weight is not None:
        check_class_weight(weight, *sizes)
        weight = xp.reshape(weight, (-1,))
    rest = tuple(k for k in range(len(shape)) if k not in axes)
    flat = (*(shape[k] for k in rest), math.prod(sizes))
    return [
        weight,
        *(xp.reshape(xp.permute_dims(x, rest + axes), flat) for x in arrays),
    ]


def settle_rows(
    rows: ClassRows,
    like: Any,
    *,
    where: Any,
    weight: Any = None,
    ignore_index: int | None = None,
) -> ClassRows:
    """Return rows with checked weights, mask and target; they have `like`'s dtype."""
    xp, target = rows.xp, rows.target
    (weight,) = cast_like(xp, like, weight=weight)
    check_class_weight(weight, rows.classes)
    shape = rows.shape if xp.is_float(target.dtype) else tuple(target.shape)
    where = check_where(xp, like, where, shape)
    if xp.is_float(target.dtype):
        keep = where if where is None else xp.expand_dims(where, axis=rows.axis)
        (target,) = fill_masked(xp, keep, (target, 0.0))
        return rows.replace(target=target, keep=where, weight=weight)
    labels, keep, bad = class_labels(
        xp, like, target, rows.classes, ignore_index=ignore_index, where=where
    )
    own = label_weights(xp, weight, labels, keep)
    return rows.replace(
        target=labels, keep=keep, bad=bad, weight=weight, label_weight=own
    )


def _check_probabilities(
    input: Any, target: Any, ignore_index: int | None, *, labels: bool
) -> None:
    if labels:
        check_probabilities_fit(input=input, target=target)
    else:
        advice = ": labels must be one-hot" if target.ndim < input.ndim else ""
        check_shapes_equal(advice, input=input, target=target)
    if ignore_index is not None and ignore_index >= 0:
        msg = f"ignore_index must be negative with probabilities, got {ignore_index}"
        raise ValueError(msg)
