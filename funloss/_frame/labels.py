"""Class axes and integer labels: where they lie, what they may be."""

from typing import Any

from funloss._array import Namespace, lookup, namespace
from funloss._frame.checks import check_axis, check_values

__all__ = [
    "along",
    "check_class_weight",
    "class_axis",
    "class_labels",
    "match_rows",
    "of_labels",
    "rows",
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


def rows(shape: Any, axis: int) -> tuple[int, ...]:
    """Return `shape` without its class axis."""
    return (*shape[:axis], *shape[axis + 1 :])


def along(xp: Namespace, weight: Any, axis: int, ndim: int) -> Any:
    """Return class weights ``(C,)`` shaped to broadcast along the class axis."""
    return xp.reshape(weight, (1,) * axis + (-1,) + (1,) * (ndim - axis - 1))


def of_labels(xp: Namespace, weight: Any, labels: Any) -> Any:
    """Return the class weight of each label, or None without weights."""
    if weight is None:
        return None
    taken = xp.take(weight, xp.reshape(labels, (-1,)), axis=0)
    return xp.reshape(taken, labels.shape)


def check_class_weight(weight: Any, input: Any, axis: int) -> None:
    """Raise unless `weight` is None or holds one number a class."""
    classes = input.shape[axis]
    if weight is not None and tuple(weight.shape) != (classes,):
        msg = f"weight must have shape ({classes},), got {tuple(weight.shape)}"
        raise ValueError(msg)


def match_rows(xp: Namespace, input: Any, target: Any, axis: int) -> Any:
    """Return `target` in the shape of `input` without its class axis, or raise.

    As in torch, a single row may come with a target of shape ``(1,)``.
    """
    if lookup(target) is None:
        msg = f"target must be an integer array, got {type(target).__name__}"
        raise TypeError(msg)
    expected, got = rows(input.shape, axis), tuple(target.shape)
    if not expected and got == (1,):
        return xp.reshape(target, ())
    if got != expected:
        msg = (
            f"target must have shape {expected}, that of input "
            f"{tuple(input.shape)} without axis {axis}, got {got}"
        )
        raise ValueError(msg)
    return target


def class_labels(
    xp: Namespace,
    like: Any,
    target: Any,
    classes: int,
    *,
    ignore_index: int | None = None,
    where: Any = None,
) -> tuple[Any, Any, Any]:
    """Return labels that are safe to gather by, which rows count, which are bad.

    A row counts where `where` holds and the label is not `ignore_index`. A
    counted label outside ``0..classes-1`` raises where values can be read;
    elsewhere it is marked in the third result, for `poison`. Either of the
    last two is None when no row can be of its kind.

    Raises:
        TypeError: `target` is not an integer array of `like`'s library.
        ValueError: A label is out of range.
    """
    namespace(input=like, target=target)
    if not xp.is_int(target.dtype):
        msg = f"target must be integer, got {xp.dtype_name(target.dtype)}"
        raise TypeError(msg)
    target = xp.astype(target, _wide(xp, target))
    keep = None if ignore_index is None else target != ignore_index
    if where is not None:
        where = xp.broadcast_to(where, target.shape)
        keep = where if keep is None else xp.logical_and(keep, where)
    bad = xp.logical_or(target < 0, target >= classes)
    out = bad if keep is None else xp.logical_or(bad, xp.logical_not(keep))
    if keep is not None:
        bad = xp.logical_and(bad, keep)
    bad = check_values(xp, f"in 0..{classes - 1}", target=(target, bad))
    return xp.where(out, 0, target), keep, bad


def _wide(xp: Namespace, target: Any) -> Any:
    """Return a dtype in which labels compare safely with any class count."""
    narrow = xp.dtype_name(target.dtype) in {
        "int8",
        "uint8",
        "int16",
        "uint16",
        "int32",
    }
    return xp.as_dtype("int32" if narrow else "int64")
