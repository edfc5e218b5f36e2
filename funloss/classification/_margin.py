"""Margin losses over all classes: one true class, or several."""

from collections.abc import Callable
from typing import Any

from funloss._array import Namespace
from funloss._frame.call import loss
from funloss._frame.checks import (
    check_choice,
    check_shapes_equal,
    check_values,
    real_option,
)
from funloss._frame.enter import attach, enter, guard, mask
from funloss._frame.labels import (
    along,
    as_row,
    check_class_weight,
    check_integers,
    class_axis,
    class_labels,
    match_single,
    of_labels,
    poison_rows,
    rows,
    widened,
)
from funloss._frame.reduce import leave
from funloss._frame.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["multi_margin_loss", "multilabel_margin_loss"]


@loss
def multi_margin_loss(
    input: Array,
    target: ArrayLike,
    *,
    p: int = 1,
    margin: Real = 1.0,
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    axis: int = 1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Charge every wrong class what the true class lacks to a lead over it.

    With ``y`` the label of a row and ``w`` the class weights (1 if None), the row
    costs ``w[y] / C * sum(max(0, margin - input[y] + input[i])**p)`` over the
    classes ``i != y``. A class that just keeps its distance has slope 0, and a
    nan score costs nothing.

    Args:
        input: Scores, shape ``(C)``, ``(N, C)`` or ``(N, C, *d)``, floating.
        target: Labels in ``0..C-1``, shape of `input` without its class axis,
            integers of any width.
        p: 1 or 2.
        margin: Lead to keep, in units of the scores; a number or a 0-d array.
        weight: Class weights, shape ``(C)``. The mean still divides by the
            number of rows.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        axis: Class axis of `input`; of a single row it is axis 0.
        where: Boolean, broadcastable to `target`. A False row costs 0, has slope
            0 (even at nan) and does not count in the mean.
        dtype: Of the result; that of `input` if None.

    Returns:
        Cost, shape of `target` for ``"none"``, else ``()``. The mean of no rows
        is nan.

    Raises:
        TypeError: `input` is not floating, or `target` not an integer array.
        ValueError: Shapes do not match, `p` or `reduction` is unknown, or a label
            is out of range (on JAX: nan in value and gradient; see
            `debug_values`).

    Torch:
        `torch.nn.functional.multi_margin_loss`; 16-bit floats, labels of any
        integer dtype and more axes are taken, the mean of no rows is nan (torch:
        uninitialised memory). `axis`, `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> scores = np.asarray([[2.0, 1.5, 0.0]])
        >>> print(multi_margin_loss(scores, np.asarray([0])).round(4))
        0.1667
    """
    check_choice((1, 2), p=int(p) if p in {1, 2} else p)
    xp, out, (input,) = enter(dtype, input=input)
    input = as_row(xp, input)
    axis = class_axis(input, axis)
    margin = real_option(xp, input, margin=margin)
    (weight,) = attach(xp, input, weight=weight)
    check_class_weight(weight, input, axis)
    target, shape = match_single(xp, input, target, axis)
    where = mask(xp, input, where, rows(input.shape, axis))
    labels, keep, bad = class_labels(xp, input, target, input.shape[axis], where=where)
    if keep is not None:
        (input,) = guard(xp, xp.expand_dims(keep, axis=axis), (input, 0.0))
    lead = xp.expand_dims(xp.pick(input, labels, axis), axis=axis)
    place = xp.expand_dims(labels, axis=axis)
    formula, slope = (_hinge, _hinge_slope) if p == 1 else (_square, _square_slope)
    slopes = (slope, _negated(slope), slope, None, None)
    lacks = xp.elementwise(formula, slopes, input, lead, margin, place, axis)
    cost = xp.total(lacks, axis) / input.shape[axis]
    cost = poison_rows(xp, cost, input, bad, axis)
    mass = of_labels(xp, weight, labels)
    cost = cost if mass is None else cost * mass
    keep = keep if keep is None else xp.reshape(keep, shape)
    return leave(xp, out, xp.reshape(cost, shape), reduction, where=keep)


def _active(xp: Namespace, lack: Any, place: Any, axis: int) -> Any:
    classes = xp.arange(lack.shape[axis], dtype=place.dtype, **xp.device_kw(lack))
    others = along(xp, classes, axis, lack.ndim) != place
    return xp.logical_and(others, lack > 0)


def _hinge(xp: Namespace, *arguments: Any) -> Any:
    x, lead, margin, place, axis = arguments
    lack = margin - lead + x
    return xp.where(_active(xp, lack, place, axis), lack, 0.0)


def _hinge_slope(xp: Namespace, *arguments: Any) -> Any:
    x, lead, margin, place, axis = arguments
    return xp.astype(_active(xp, margin - lead + x, place, axis), x.dtype)


def _square(xp: Namespace, *arguments: Any) -> Any:
    return xp.square(_hinge(xp, *arguments))


def _square_slope(xp: Namespace, *arguments: Any) -> Any:
    slopes = (_hinge_slope, _negated(_hinge_slope), _hinge_slope, None, None)
    return 2 * xp.elementwise(_hinge, slopes, *arguments)


def _negated(slope: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: -slope(*arguments)


@loss
def multilabel_margin_loss(
    input: Array,
    target: ArrayLike,
    *,
    reduction: Reduction = "mean",
    axis: int = -1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Charge each wrong class what each true class lacks to a lead of 1 over it.

    The true classes of a row are the labels before its first -1. The row costs
    ``1 / C * sum(max(0, 1 - input[k] + input[i]))`` over its true classes ``k``,
    as often as they are listed, and all other classes ``i``. A class that just
    keeps its distance has slope 0, and a nan score costs nothing.

    Args:
        input: Scores, shape ``(C)`` or ``(N, C)``, floating.
        target: Labels in ``0..C-1``, ended by -1, same shape, integers of any
            width. Labels behind the -1 do not count, but must lie in ``-1..C-1``.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        axis: Class axis.
        where: Boolean, broadcastable to the rows. A False row costs 0, has slope
            0 (even at nan) and does not count in the mean.
        dtype: Of the result; that of `input` if None.

    Returns:
        Cost, one a row for ``"none"``, else ``()``. The mean of no rows is nan.

    Raises:
        TypeError: `input` is not floating, or `target` not an integer array.
        ValueError: Shapes differ, `reduction` is unknown, or a label is out of
            range (on JAX: nan in value and gradient; see `debug_values`).

    Torch:
        `torch.nn.functional.multilabel_margin_loss`; 16-bit floats, labels of any
        integer dtype and more axes are taken, the mean of no rows is nan (torch:
        uninitialised memory). `axis`, `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> scores, labels = np.asarray([0.1, 0.2, 0.4, 0.8]), np.asarray([3, 0, -1, 1])
        >>> print(multilabel_margin_loss(scores, labels).round(4))
        0.85
    """
    xp, out, (input,) = enter(dtype, input=input)
    check_integers(input, target)
    check_shapes_equal(input=input, target=target)
    axis = class_axis(as_row(xp, input), axis)
    input, target = (xp.moveaxis(as_row(xp, x), axis, -1) for x in (input, target))
    where = mask(xp, input, where, rows(input.shape, -1))
    keep = None if where is None else xp.expand_dims(where, axis=-1)
    labels, listed, bad = _label_lists(xp, target, keep)
    (input,) = guard(xp, keep, (input, 0.0))
    cost = _pairwise_hinge(xp, input, labels, listed) / input.shape[-1]
    cost = poison_rows(xp, cost, input, bad, -1)
    return leave(xp, out, cost, reduction, where=where)


def _label_lists(xp: Namespace, target: Any, keep: Any) -> tuple[Any, Any, Any]:
    """Return labels that are safe to gather by, which are listed, and bad rows."""
    target = widened(xp, target)
    bad = xp.logical_or(target < -1, target >= target.shape[-1])
    bad = bad if keep is None else xp.logical_and(bad, keep)
    bad = check_values(xp, f"in -1..{target.shape[-1] - 1}", target=(target, bad))
    ended = xp.cumulative_sum(xp.astype(target == -1, xp.int32), axis=-1)
    listed = xp.logical_and(ended == 0, target >= 0)
    listed = xp.logical_and(listed, target < target.shape[-1])
    bad = bad if bad is None else xp.any(bad, axis=-1)
    return xp.where(listed, target, 0), listed, bad


def _pairwise_hinge(xp: Namespace, x: Any, labels: Any, listed: Any) -> Any:
    """Return the sum of hinges over listed labels and the classes not listed."""
    classes = xp.arange(x.shape[-1], dtype=labels.dtype, **xp.device_kw(x))
    hits = xp.logical_and(labels[..., None] == classes, listed[..., None])
    wrong = xp.logical_not(xp.any(hits, axis=-2, keepdims=True))
    lack = 1 - xp.gather(x, labels, -1)[..., None] + x[..., None, :]
    active = xp.logical_and(xp.logical_and(wrong, listed[..., None]), lack > 0)
    return xp.total(xp.where(active, lack, 0.0), (-2, -1))
