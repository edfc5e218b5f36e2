"""Class axes and integer labels: where they lie, what they may be."""

from collections.abc import Sequence
from typing import Any

from funloss._array import Namespace, lookup, namespace
from funloss._core.arrays import fill_masked
from funloss._core.checks import check_axis, check_values

__all__ = [
    "as_row",
    "batch_shape",
    "check_class_weight",
    "check_integers",
    "check_single_target",
    "class_axis",
    "class_labels",
    "expand_along",
    "label_weights",
    "match_rows",
    "nan_rows_where",
]


def class_axis(input: Any, axis: int) -> int:
    """Return the class axis counted from the front; a single row has axis 0.

    Raises:
        ValueError: `input` is 0-d, has no class, or has no such axis.
    """
    shape = tuple(input.shape)
    if not shape:
        msg = "input must have a class axis, got shape ()"
        raise ValueError(msg)
    place = 0 if len(shape) == 1 and axis == 1 else check_axis(axis, len(shape))
    if shape[place] == 0:
        msg = f"input must have at least one class, got {shape} with axis {axis}"
        raise ValueError(msg)
    return place


def batch_shape(shape: Any, axis: int) -> tuple[int, ...]:
    """Return `shape` without its class axis."""
    axis %= len(shape)
    return (*shape[:axis], *shape[axis + 1 :])


def expand_along(xp: Namespace, weight: Any, axis: int, ndim: int) -> Any:
    """Return class weights ``(C,)`` shaped to broadcast along the class axis."""
    return xp.reshape(weight, (1,) * axis + (-1,) + (1,) * (ndim - axis - 1))


def label_weights(xp: Namespace, weight: Any, labels: Any, keep: Any) -> Any:
    """Return the class weight of each label, 1 where not kept; None without weights.

    A label that is not kept is another class's by now, whose weight may be nan.
    """
    if weight is None:
        return None
    return fill_masked(xp, keep, (xp.take_each(weight, labels), 1.0))[0]


def check_class_weight(weight: Any, *classes: int) -> None:
    """Raise unless `weight` is None or holds one number a class."""
    if weight is not None and tuple(weight.shape) != classes:
        msg = f"weight must have shape {classes}, got {tuple(weight.shape)}"
        raise ValueError(msg)


def match_rows(
    xp: Namespace,
    input: Any,
    target: Any,
    axis: int,
    name: str = "target",
    *,
    axes: Sequence[int] | None = None,
    probabilities: bool = False,
) -> Any:
    """Return `target` in the shape of `input` without its class axis, or raise.

    As in torch, a single row may come with a target of shape ``(1,)``. Faults speak
    of `name`, and advise one of `axes` (any if None), or floating one-hot targets
    where the loss takes `probabilities`.
    """
    check_integers(input, target, name)
    expected, got = batch_shape(input.shape, axis), tuple(target.shape)
    if not expected and got == (1,):
        return xp.reshape(target, ())
    if got != expected:
        msg = (
            f"{name} must have shape {expected}, that of input "
            f"{tuple(input.shape)} without axis {axis}, got {got}"
        )
        if got == tuple(input.shape):
            way = "must be floating" if probabilities else "are not taken"
            msg += f": one-hot targets {way}, labels have no class axis"
        fitting = range(input.ndim) if axes is None else axes
        fitting = [k for k in fitting if got == batch_shape(input.shape, k)]
        if fitting:
            msg += f": pass axis={-1 if fitting[-1] == input.ndim - 1 else fitting[-1]}"
        raise ValueError(msg)
    return target


def as_row(xp: Namespace, x: Any) -> Any:
    """Return a 0-d array as a row of one class, any other as it is."""
    return x if x.shape else xp.reshape(x, (1,))


def check_single_target(
    xp: Namespace, input: Any, target: Any, axis: int
) -> tuple[Any, tuple[int, ...]]:
    """Return `target` as `match_rows` does, and the shape of the losses.

    As in torch's margin losses, the target of one row has shape ``()`` or ``(1,)``
    whichever the row has, and lends it to the loss.
    """
    check_integers(input, target)
    single = ((), (1,))
    shape, own = batch_shape(input.shape, axis), tuple(target.shape)
    if shape in single and own in single:
        return xp.reshape(target, shape), own
    return match_rows(xp, input, target, axis), shape


def class_labels(
    xp: Namespace,
    like: Any,
    target: Any,
    classes: int,
    *,
    ignore_index: int | None = None,
    where: Any = None,
    name: str = "target",
) -> tuple[Any, Any, Any]:
    """Return labels that are safe to gather by, which rows count, which are bad.

    A row counts where `where` holds and the label is not `ignore_index`. A
    counted label outside ``0..classes-1`` raises where values can be read;
    elsewhere it is marked in the third result, for `nan_where`. Either of the
    last two is None when no row can be of its kind. Faults speak of `name`.

    Raises:
        TypeError: `target` is not an integer array of `like`'s library.
        ValueError: A label is out of range.
    """
    check_integers(like, target, name)
    given, target = target, xp.saturated(target)
    safe = xp.logical_and(target >= 0, target < classes)
    ignorable = ignore_index is not None and 0 <= ignore_index < classes
    if where is None and not ignorable and xp.concrete(safe) and bool(xp.all(safe)):
        return target, None, None
    keep = None if ignore_index is None else xp.differs(given, ignore_index)
    if where is not None:
        where = xp.broadcast_to(where, target.shape)
        keep = where if keep is None else xp.logical_and(keep, where)
    if keep is not None and xp.concrete(keep) and bool(xp.all(keep)):
        keep = None
    bad = xp.logical_not(safe)
    if keep is not None:
        bad, safe = xp.logical_and(bad, keep), xp.logical_and(safe, keep)
    bad = check_values(xp, f"in 0..{classes - 1}", **{name: (given, bad)})
    if keep is None and bad is None:
        return target, None, None
    return xp.where(safe, target, 0), keep, bad


def check_integers(like: Any, target: Any, name: str = "target") -> None:
    """Raise unless `target` is an integer array of `like`'s library."""
    xp = lookup(target)
    if xp is None:
        msg = f"{name} must be an integer array, got {type(target).__name__}"
        raise TypeError(msg)
    if xp is not lookup(like):
        xp = namespace(input=like, **{name: target})
    if not xp.is_int(target.dtype):
        msg = (
            f"{name} must be integer, got {xp.dtype_name(target.dtype)}"
            ": astype(int) makes labels of whole numbers"
        )
        raise TypeError(msg)


def nan_rows_where(xp: Namespace, losses: Any, input: Any, bad: Any, axis: int) -> Any:
    """Return `losses`, nan in value and in the gradient of the whole row where `bad`.

    For a derivative that is 0 somewhere in a row, which `nan_where` would leave 0.
    """
    if bad is None:
        return losses
    with_nan = xp.nan_where(input, xp.expand_dims(bad, axis=axis))
    return xp.where(bad, xp.total(with_nan, axis), losses)
