"""Policies of several players, who regret what they did not do."""

from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.labels import batch_shape, class_axis
from funloss._core.loss import loss
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.reinforcement._actions import check_full, per_action
from funloss.reinforcement._returns import check_steps

__all__ = ["qpg_loss", "rm_loss", "rpg_loss"]


@loss
def qpg_loss(
    input: Array,
    value: ArrayLike,
    *,
    reduction: Reduction = "mean",
    axis: int = -1,
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Q-based policy gradient (QPG) loss over all actions.

    With ``p = softmax(input)`` and ``a = value - sum(p * value)``, a constant, a row
    costs ``-sum(p * a)``. That is 0 whatever the policy; its slope is that of
    ``-sum(p * value)``.

    Args:
        input: Logits of actions, shape ``(*, A)``, floating.
        value: What each action is worth, same shape, finite. It has no slope.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        axis: Axis of the actions.
        weight: Factor on each row's cost, shape ``(*)`` or a number. The mean still
            divides by the number of rows.
        where: Boolean, broadcastable to ``(*)``. A False row costs 0, has slope 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `value` if None.

    Returns:
        Cost in units of `value`, shape ``(*)`` for ``"none"``, else ``()``. The mean
        of no rows is nan.

    Raises:
        TypeError: `input` is not floating, or arrays of two libraries.
        ValueError: Shapes do not fit, or `reduction` or `axis` is unknown.

    Peers:
        `rlax.qpg_loss` takes one sequence and gives the mean, 0 but for rounding.

    Examples:
        >>> import numpy as np
        >>> print(qpg_loss(np.zeros((1, 2)), np.asarray([[1.0, 3.0]])))
        0.0

    References:
        S. Srinivasan et al., Actor-critic policy optimization in partially observable
        multiagent environments, 2018.
    """
    cost = _qpg, (_qpg_slope, None, None)
    return _reduced(cost, input, value, reduction, axis, weight, where, dtype)


@loss
def rm_loss(
    input: Array,
    value: ArrayLike,
    *,
    reduction: Reduction = "mean",
    axis: int = -1,
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Regret matching (RM) policy gradient loss.

    With ``p = softmax(input)`` and the regrets ``r = max(0, value - sum(p *
    value))``, constants, a row costs ``-sum(p * r)``.

    Args:
        input: As for `qpg_loss`.
        value: As for `qpg_loss`.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        axis: As for `qpg_loss`.
        weight: As for `qpg_loss`.
        where: As for `qpg_loss`.
        dtype: As for `qpg_loss`.

    Returns:
        Cost in units of `value`, shape ``(*)`` for ``"none"``, else ``()``. The mean
        of no rows is nan.

    Raises:
        TypeError: `input` is not floating, or arrays of two libraries.
        ValueError: Shapes do not fit, or `reduction` or `axis` is unknown.

    Peers:
        `rlax.rm_loss` takes one sequence and gives the mean.

    Examples:
        >>> import numpy as np
        >>> print(rm_loss(np.zeros((1, 2)), np.asarray([[1.0, 3.0]])))
        -0.5

    References:
        S. Srinivasan et al., Actor-critic policy optimization in partially observable
        multiagent environments, 2018.
    """
    cost = _rm, (_rm_slope, None, None)
    return _reduced(cost, input, value, reduction, axis, weight, where, dtype)


@loss
def rpg_loss(
    input: Array,
    value: ArrayLike,
    *,
    reduction: Reduction = "mean",
    axis: int = -1,
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Regret policy gradient (RPG) loss.

    With ``p = softmax(input)``, a row costs ``sum(max(0, value - sum(p * value)))``.
    An action worth just as much as the policy has no part in the slope.

    Args:
        input: As for `qpg_loss`.
        value: As for `qpg_loss`.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        axis: As for `qpg_loss`.
        weight: As for `qpg_loss`.
        where: As for `qpg_loss`.
        dtype: As for `qpg_loss`.

    Returns:
        Cost in units of `value`, shape ``(*)`` for ``"none"``, else ``()``. The mean
        of no rows is nan.

    Raises:
        TypeError: `input` is not floating, or arrays of two libraries.
        ValueError: Shapes do not fit, or `reduction` or `axis` is unknown.

    Peers:
        `rlax.rpg_loss` takes one sequence and gives the mean.

    Examples:
        >>> import numpy as np
        >>> print(rpg_loss(np.zeros((1, 2)), np.asarray([[1.0, 3.0]])))
        1.0

    References:
        S. Srinivasan et al., Actor-critic policy optimization in partially observable
        multiagent environments, 2018.
    """
    cost = _rpg, (_rpg_slope, None, None)
    return _reduced(cost, input, value, reduction, axis, weight, where, dtype)


def _reduced(
    cost: Any,
    input: Any,
    value: Any,
    reduction: str,
    axis: int,
    weight: Any,
    where: Any,
    dtype: Any,
) -> Any:
    xp, out, (input, value) = promote_arrays(dtype, input=input, value=value)
    axis = class_axis(input, axis)
    check_full(tuple(input.shape), value=value)
    shape = batch_shape(input.shape, axis)
    (weight,) = cast_like(xp, input, weight=weight)
    check_steps(shape, weight=weight)
    where = check_where(xp, input, where, shape)
    keep = per_action(xp, where, shape, axis)
    input, value = fill_masked(xp, keep, (input, 0.0), (value, 0.0))
    formula, slopes = cost
    arguments = input, xp.stop_gradient(value), axis
    costs = xp.custom_jvp(formula, slopes, *arguments, axis=axis)
    return reduce_losses(xp, out, costs, reduction, weight=weight, where=where)


def _gains(xp: Namespace, x: Any, q: Any, axis: int) -> tuple[Any, Any]:
    """Return the policy, and how much each action is worth beyond it."""
    p = xp.softmax(x, axis)
    return p, q - xp.total(p * q, axis, keepdims=True)


def _regrets(xp: Namespace, gains: Any) -> Any:
    return xp.clamp_min(gains, 0.0)


# Not computed as it is written: all that is left of that is rounding.
def _qpg(xp: Namespace, x: Any, q: Any, axis: int) -> Any:
    return 0.0 * xp.total(xp.softmax(x, axis) * q, axis)


def _qpg_slope(xp: Namespace, x: Any, q: Any, axis: int) -> Any:
    p, gains = _gains(xp, x, q, axis)
    return _pushed(xp, p, xp.stop_gradient(gains), axis)


def _rm(xp: Namespace, x: Any, q: Any, axis: int) -> Any:
    p, gains = _gains(xp, x, q, axis)
    return -xp.total(p * _regrets(xp, gains), axis)


def _rm_slope(xp: Namespace, x: Any, q: Any, axis: int) -> Any:
    p, gains = _gains(xp, x, q, axis)
    return _pushed(xp, p, xp.stop_gradient(_regrets(xp, gains)), axis)


def _pushed(xp: Namespace, p: Any, rise: Any, axis: int) -> Any:
    """Return the slope of ``-sum(p * rise)`` in the logits."""
    return p * (xp.total(p * rise, axis, keepdims=True) - rise)


def _rpg(xp: Namespace, x: Any, q: Any, axis: int) -> Any:
    _, gains = _gains(xp, x, q, axis)
    return xp.total(_regrets(xp, gains), axis)


def _rpg_slope(xp: Namespace, x: Any, q: Any, axis: int) -> Any:
    p, gains = _gains(xp, x, q, axis)
    count = xp.total(xp.heaviside(gains), axis, keepdims=True)
    return -count * p * gains
