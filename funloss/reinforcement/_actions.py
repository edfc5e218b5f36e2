"""Values and distributions of the actions taken, and of those that come next."""

from typing import Any

from funloss._array import Namespace
from funloss._core.checks import check_values

__all__ = [
    "action_rows",
    "action_values",
    "check_at_most_one",
    "check_policy",
    "expectation",
    "logical_or_none",
]


def check_at_most_one(**options: Any) -> None:
    """Raise if more than one of the options is given."""
    given = [name for name, x in options.items() if x is not None]
    if len(given) > 1:
        msg = f"at most one of {', '.join(options)} may be given, got {given}"
        raise ValueError(msg)


def action_values(xp: Namespace, values: Any, labels: Any, bad: Any, axis: int) -> Any:
    """Return the values of actions; a bad one gives nan gradients to its whole row."""
    if bad is not None:
        values = xp.nan_where(values, xp.expand_dims(bad, axis=axis))
    return xp.take_label(values, labels, axis)


def action_rows(xp: Namespace, rows: Any, labels: Any, bad: Any) -> Any:
    """Return the rows of actions on the axis before the last, as `action_values`."""
    if bad is not None:
        rows = xp.nan_where(rows, bad[..., None, None])
    shape = (*labels.shape, 1, rows.shape[-1])
    indices = xp.broadcast_to(labels[..., None, None], shape)
    return xp.squeeze(xp.gather(rows, indices, -2), axis=-2)


def check_policy(xp: Namespace, policy: Any, axis: int) -> Any:
    """Return the rows where a probability is out of range, or None."""
    good = xp.logical_and(policy >= 0, policy <= 1)
    advice = ": pass probabilities, the softmax of logits"
    bad = check_values(xp, "in 0..1", advice, policy=(policy, xp.logical_not(good)))
    return None if bad is None else xp.any(bad, axis=axis)


def expectation(xp: Namespace, values: Any, policy: Any, axis: int) -> Any:
    """Return the expectation under a policy; with probability 0, any value is 0."""
    return xp.quick_value(_plain_expectation, _expectation, values, policy, axis)


def _plain_expectation(
    xp: Namespace, values: Any, policy: Any, axis: int
) -> tuple[Any, Any]:
    """Return the sums of products, which XLA adds up without a select, and if right."""
    total = xp.total(policy * values, axis)
    return total, xp.logical_not(xp.isnan(total))


def _expectation(xp: Namespace, values: Any, policy: Any, axis: int) -> Any:
    return xp.total(xp.where(policy == 0, 0.0, policy * values), axis)


def logical_or_none(xp: Namespace, x: Any, y: Any) -> Any:
    """Return the logical or of two masks; None is False everywhere."""
    if x is None or y is None:
        return y if x is None else x
    return xp.logical_or(x, y)
