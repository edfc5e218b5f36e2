"""How predicted regions overlap the true ones: the sums that every loss here takes."""

import functools
from typing import Any, NamedTuple

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

__all__ = ["Overlap", "class_weight", "enter_regions", "overlap", "share"]


_OF_SCORES = ": of scores, pass activation='softmax' or 'sigmoid'"


class Overlap(NamedTuple):
    """Sums over regions: one a sample and class, or one a class.

    `hit` is what truth and prediction share, `extra` what is predicted alone, and
    `missed` what is true alone. `keep` tells which regions have a pixel that is not
    masked, `bad` which have a value out of range; None: all, and none.
    """

    hit: Any
    extra: Any
    missed: Any
    keep: Any
    bad: Any


def enter_regions(
    dtype: Any, input: Any, target: Any, axis: Any, activation: Any
) -> tuple[Namespace, Any, Any, Any, int | None]:
    """Return the namespace, the result's dtype, both arrays and the class axis.

    A target with one dimension less than `input` holds labels, and stays as it is.
    """
    check_choice((None, "sigmoid", "softmax"), activation=activation)
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


def class_weight(xp: Namespace, input: Any, weight: Any, axis: int | None) -> Any:
    """Return class weights in the dtype of `input`, or None."""
    if axis is None and weight is not None:
        msg = "weight must be None without a class axis"
        raise ValueError(msg)
    (weight,) = cast_like(xp, input, weight=weight)
    if weight is not None:
        check_class_weight(weight, input.shape[axis or 0])
    return weight


def overlap(
    xp: Namespace,
    input: Any,
    target: Any,
    *,
    axis: int | None,
    activation: Any,
    batch: bool,
    where: Any,
) -> Overlap:
    """Return the sums over pixels, and over the batch if `batch`."""
    axes = tuple(k for k in range(input.ndim) if k != axis and (batch or k != 0))
    where = check_where(xp, input, where, input.shape)
    where = where if where is None else xp.broadcast_to(where, input.shape)
    seen = where
    if where is not None and axis is not None:
        seen = xp.any(where, axis=axis, keepdims=True)
    if target.ndim == input.ndim:
        (truth,) = fill_masked(xp, where, (target, 0.0))
        faults = [_outside(xp, axes, target=truth)]
    else:
        truth, bad = _one_hot(xp, input, target, axis, seen)
        faults = [bad if bad is None else over(xp.any, bad, axes)]
    (input,) = fill_masked(xp, seen if activation == "softmax" else where, (input, 0.0))
    if activation is None:
        faults.append(_outside(xp, axes, input=input))
    given, rest = _probabilities(xp, input, axis, activation)
    given, truth = fill_masked(xp, where, (given, 0.0), (truth, 0.0))
    faults = [x for x in faults if x is not None]
    bad = functools.reduce(xp.logical_or, faults) if faults else None
    keep = where if where is None else over(xp.any, where, axes)
    hit, extra, missed = _sums(xp, given, rest, truth, axes)
    return Overlap(hit, extra, missed, keep, bad)


def _sums(xp: Namespace, given: Any, rest: Any, truth: Any, axes: Any) -> Any:
    """Return what is shared, given alone and true alone."""
    # XLA would write out constants such as the 1 of 1 - p, as large as the arrays.
    both = given * truth
    missed = truth - both if rest is None else rest * truth
    return [over(xp.total, x, axes) for x in (both, given - both, missed)]


def over(function: Any, x: Any, axes: tuple[int, ...]) -> Any:
    """Reduce `x` over `axes`; not all libraries take none."""
    return function(x, axis=axes) if axes else x


def _one_hot(
    xp: Namespace, input: Any, target: Any, axis: Any, seen: Any
) -> tuple[Any, Any]:
    """Return whether each class is that of the label, and which labels are bad."""
    seen = seen if seen is None else xp.squeeze(seen, axis=axis)
    count = input.shape[axis]
    labels, _, bad = class_labels(xp, input, target, count, where=seen)
    classes = xp.arange(count, dtype=labels.dtype, **xp.device_kw(input))
    hot = xp.expand_dims(labels, axis=axis) == expand_along(
        xp, classes, axis, input.ndim
    )
    bad = bad if bad is None else xp.expand_dims(bad, axis=axis)
    return xp.astype(hot, input.dtype), bad


def _probabilities(xp: Namespace, x: Any, axis: Any, activation: Any) -> Any:
    """Return probabilities, and what they lack to 1 if that has digits to save."""
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
    # Positive outside, nan at nan; and unlike comparisons it is not written out.
    x = xp.stop_gradient(x)
    return xp.logical_not(over(xp.amax, x * x - x, axes) <= 0)


def share(xp: Namespace, wrong: Any, right: Any) -> Any:
    """Return ``wrong / (wrong + right)``, 0 with slope 0 where both are 0."""
    # The quotient's own slope is not quite 0 where all is wrong.
    return xp.custom_jvp(_share, (_wrong_slope, _right_slope), wrong, right)


def _share(xp: Namespace, wrong: Any, right: Any) -> Any:
    return wrong / _whole(xp, wrong, right)


def _wrong_slope(xp: Namespace, wrong: Any, right: Any) -> Any:
    slopes = (
        lambda xp, wrong, right: -2 * _third(xp, right, wrong + right),
        lambda xp, wrong, right: _third(xp, wrong - right, wrong + right),
    )
    return xp.custom_jvp(
        lambda xp, wrong, right: _second(xp, right, wrong + right), slopes, wrong, right
    )


def _right_slope(xp: Namespace, wrong: Any, right: Any) -> Any:
    slopes = (
        lambda xp, wrong, right: _third(xp, wrong - right, wrong + right),
        lambda xp, wrong, right: 2 * _third(xp, wrong, wrong + right),
    )
    return xp.custom_jvp(
        lambda xp, wrong, right: -_second(xp, wrong, wrong + right),
        slopes,
        wrong,
        right,
    )


# XLA would turn x / y / y into x / (y * y), which underflows.
def _second(xp: Namespace, x: Any, whole: Any) -> Any:
    """Return ``x / whole**2`` for ``x <= whole``, 0 where both are 0."""
    whole = xp.clamp_min(whole, float(xp.finfo(whole.dtype).smallest_normal))
    return x / whole * (1.0 / whole)


def _third(xp: Namespace, x: Any, whole: Any) -> Any:
    """Return ``x / whole**3``, bounded so that a direction times it is finite."""
    least = float(xp.finfo(whole.dtype).smallest_normal)
    over = 1.0 / xp.clamp_min(whole, 8 * least**0.5)
    return x / xp.clamp_min(whole, least) * over * over


def _whole(xp: Namespace, wrong: Any, right: Any) -> Any:
    whole = wrong + right
    return xp.where(whole == 0, 1.0, whole)
