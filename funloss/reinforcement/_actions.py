"""Actions: which were taken, which will be, and what they are worth."""

from typing import Any

from funloss._array import Namespace
from funloss._core.checks import check_values
from funloss._core.labels import class_labels, match_rows

__all__ = [
    "action_labels",
    "check_at_most_one",
    "check_full",
    "check_policy",
    "either",
    "expected",
    "per_action",
    "taken",
    "taken_rows",
]


def check_at_most_one(**options: Any) -> None:
    """Raise if more than one of the options is given."""
    given = [name for name, x in options.items() if x is not None]
    if len(given) > 1:
        msg = f"at most one of {', '.join(options)} may be given, got {given}"
        raise ValueError(msg)


def check_full(shape: tuple[int, ...], **arrays: Any) -> None:
    """Raise unless each array that is given has this shape."""
    for name, x in arrays.items():
        if x is not None and tuple(x.shape) != shape:
            msg = f"{name} must have shape {shape}, got {tuple(x.shape)}"
            raise ValueError(msg)


def action_labels(
    xp: Namespace, values: Any, axis: int, where: Any, **action: Any
) -> tuple[Any, Any]:
    """Return actions that are safe to gather by, and which are bad, or None."""
    ((name, labels),) = action.items()
    labels = match_rows(xp, values, labels, axis, name)
    count = values.shape[axis]
    labels, _, bad = class_labels(xp, values, labels, count, where=where, name=name)
    return labels, bad


def taken(xp: Namespace, values: Any, labels: Any, bad: Any, axis: int) -> Any:
    """Return the values of actions; a bad one spoils the slopes of all beside it."""
    if bad is not None:
        values = xp.nan_where(values, xp.expand_dims(bad, axis=axis))
    return xp.take_label(values, labels, axis)


def taken_rows(xp: Namespace, rows: Any, labels: Any, bad: Any) -> Any:
    """Return the rows of actions on the axis before the last one, as `taken`."""
    if bad is not None:
        rows = xp.nan_where(rows, bad[..., None, None])
    shape = (*labels.shape, 1, rows.shape[-1])
    chosen = xp.gather(rows, xp.broadcast_to(labels[..., None, None], shape), -2)
    return xp.squeeze(chosen, axis=-2)


def check_policy(xp: Namespace, policy: Any, axis: int) -> Any:
    """Return the rows where a probability is bad, or None."""
    good = xp.logical_and(policy >= 0, policy <= 1)
    advice = ": pass probabilities, the softmax of logits"
    bad = check_values(xp, "in 0..1", advice, policy=(policy, xp.logical_not(good)))
    return None if bad is None else xp.any(bad, axis=axis)


def expected(xp: Namespace, values: Any, policy: Any, axis: int) -> Any:
    """Return the mean value under a policy; what has no probability is not in it."""
    return xp.total(xp.where(policy == 0, 0.0, policy * values), axis)


def either(xp: Namespace, one: Any, other: Any) -> Any:
    """Return where one or the other holds; None holds nowhere."""
    if one is None or other is None:
        return other if one is None else one
    return xp.logical_or(one, other)


def per_action(xp: Namespace, where: Any, shape: tuple[int, ...], axis: int) -> Any:
    """Return a mask of steps as one that broadcasts over their actions."""
    if where is None:
        return None
    return xp.expand_dims(xp.broadcast_to(where, shape), axis=axis)
