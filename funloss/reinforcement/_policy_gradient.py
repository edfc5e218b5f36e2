"""Policies drawn to what brought more than expected, and kept from certainty."""

from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.labels import batch_shape, class_axis
from funloss._core.loss import loss
from funloss._core.options import check_scalar
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.reinforcement._actions import action_labels, check_full, per_action
from funloss.reinforcement._returns import check_steps
from funloss.reinforcement._td import error_cost

__all__ = ["dpg_loss", "entropy_loss", "policy_gradient_loss"]


@loss
def policy_gradient_loss(
    input: Array,
    action: ArrayLike,
    advantage: ArrayLike,
    *,
    reduction: Reduction = "mean",
    axis: int = -1,
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Policy gradient loss (REINFORCE): ``-advantage * log(p[action])``.

    A step costs ``-advantage * log_softmax(input)[action]``. The advantage is a
    constant: only `input` has a slope.

    Args:
        input: Logits of actions, shape ``(*, A)``, floating.
        action: Actions taken, in ``0..A-1``, shape ``(*)``, integers of any width.
        advantage: What each action brought beyond what was expected, shape ``(*)`` or
            a number.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        axis: Axis of the actions.
        weight: Factor on each step's cost, shape ``(*)`` or a number. The mean still
            divides by the number of steps.
        where: Boolean, broadcastable to `action`. A False step costs 0, has slope 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `advantage` if None.

    Returns:
        Cost in nats times the unit of `advantage`, shape ``(*)`` for ``"none"``, else
        ``()``. The mean of no steps is nan.

    Raises:
        TypeError: `input` is not floating, or `action` not an integer array.
        ValueError: Shapes do not fit, `reduction` or `axis` is unknown, or an action
            is out of range (on JAX: nan in value and gradient; see `debug_values`).

    Peers:
        `rlax.policy_gradient_loss` takes one sequence, always needs weights and gives
        the mean; to it action -1 is the last one.

    Examples:
        >>> import numpy as np
        >>> logits, action = np.zeros((2, 4)), np.asarray([0, 3])
        >>> gain = np.asarray([1.0, -1.0])
        >>> print(policy_gradient_loss(logits, action, gain, reduction="none").round(4))
        [ 1.3863 -1.3863]

    References:
        R. J. Williams, Simple statistical gradient-following algorithms for
        connectionist reinforcement learning, 1992.
    """
    xp, out, (input, advantage) = promote_arrays(
        dtype, input=input, advantage=advantage
    )
    axis = class_axis(input, axis)
    shape = batch_shape(input.shape, axis)
    (weight,) = cast_like(xp, input, weight=weight)
    check_steps(shape, advantage=advantage, weight=weight)
    where = check_where(xp, input, where, shape)
    labels, bad = action_labels(xp, input, axis, where, action=action)
    (advantage,) = fill_masked(xp, where, (xp.stop_gradient(advantage), 0.0))
    advantage = xp.broadcast_to(advantage, shape)
    keep = where if where is None else xp.broadcast_to(where, shape)
    cost = xp.softmax_cross_entropy_with_integer_labels(
        input, labels, axis, keep, row_weight=advantage
    )
    cost = cost if bad is None else xp.nan_where(cost, bad)
    return reduce_losses(xp, out, cost, reduction, weight=weight, where=where)


@loss
def entropy_loss(
    input: Array,
    *,
    reduction: Reduction = "mean",
    axis: int = -1,
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Entropy regularisation: the negative entropy of a categorical policy.

    With ``p = softmax(input)``, a row costs ``sum(p * log(p))``, where ``0 * log(0)``
    is 0. A logit of -inf, an action that may not be taken, has slope 0.

    Args:
        input: Logits of actions, shape ``(*, A)``, floating.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        axis: Axis of the actions.
        weight: Factor on each row's cost, shape ``(*)`` or a number. The mean still
            divides by the number of rows.
        where: Boolean, broadcastable to ``(*)``. A False row costs 0, has slope 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; that of `input` if None.

    Returns:
        Cost in nats, at least ``-log(A)`` and at most 0, shape ``(*)`` for
        ``"none"``, else ``()``. The mean of no rows is nan.

    Raises:
        TypeError: `input` is not floating.
        ValueError: Shapes do not fit, or `reduction` or `axis` is unknown.

    Peers:
        `rlax.entropy_loss` takes one sequence, always needs weights and gives the
        mean.

    Examples:
        >>> import numpy as np
        >>> print(entropy_loss(np.asarray([0.0, 0.0, -np.inf])).round(4))
        -0.6931

    References:
        R. J. Williams and J. Peng, Function optimization using connectionist
        reinforcement learning algorithms, 1991.
    """
    xp, out, (input,) = promote_arrays(dtype, input=input)
    axis = class_axis(input, axis)
    shape = batch_shape(input.shape, axis)
    (weight,) = cast_like(xp, input, weight=weight)
    check_steps(shape, weight=weight)
    where = check_where(xp, input, where, shape)
    (input,) = fill_masked(xp, per_action(xp, where, shape, axis), (input, 0.0))
    cost = xp.custom_jvp(_negentropy, (_slope, None), input, axis, axis=axis)
    return reduce_losses(xp, out, cost, reduction, weight=weight, where=where)


def _negentropy(xp: Namespace, x: Any, axis: int) -> Any:
    shifted = _shifted(xp, x, axis)
    powers = xp.exp(shifted)
    mass = xp.total(powers, axis)
    return xp.total(powers * shifted, axis) / mass - xp.log(mass)


def _slope(xp: Namespace, x: Any, axis: int) -> Any:
    shifted = _shifted(xp, x, axis)
    powers = xp.exp(shifted)
    p = powers / xp.total(powers, axis, keepdims=True)
    return p * (shifted - xp.total(p * shifted, axis, keepdims=True))


def _shifted(xp: Namespace, x: Any, axis: int) -> Any:
    """Return the logits below the largest one, none so low that 0 times it is nan."""
    top = xp.stop_gradient(xp.amax(x, axis, keepdims=True))
    return xp.clamp_min(x - top, -1e30)


@loss
def dpg_loss(
    input: Array,
    gradient: ArrayLike,
    *,
    clipping: Real | None = None,
    reduction: Reduction = "mean",
    axis: int = -1,
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Deterministic policy gradient (DPG) loss.

    With ``g`` the `gradient`, a step costs ``sum((target - input)**2) / 2`` where
    ``target = input + g`` is a constant: the slope in `input` is ``-g``, and the value
    ``sum(g**2) / 2`` whatever the `input`.

    Args:
        input: Actions, shape ``(*, D)``, real.
        gradient: Of the value of the actions by the actions, same shape.
        clipping: Length that a longer gradient is shortened to, > 0; a number or a
            0-d array. None for any length.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        axis: Axis of the components of an action.
        weight: Factor on each step's cost, shape ``(*)`` or a number. The mean still
            divides by the number of steps.
        where: Boolean, broadcastable to ``(*)``. A False step costs 0, has slope 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `gradient` if None.

    Returns:
        Cost in squared units of `gradient`, shape ``(*)`` for ``"none"``, else ``()``.
        The mean of no steps is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, ``clipping <= 0``, or `reduction` or `axis` is
            unknown.

    Peers:
        `rlax.dpg_loss` takes one step and gives a cost a component; this is their sum.
        It adds the gradient to the action before it subtracts it, which rounds.

    Examples:
        >>> import numpy as np
        >>> action, gradient = np.zeros(2), np.asarray([3.0, 4.0])
        >>> print(dpg_loss(action, gradient), dpg_loss(action, gradient, clipping=2.5))
        12.5 3.125

    References:
        D. Silver et al., Deterministic policy gradient algorithms, 2014.
    """
    xp, out, (input, gradient) = promote_arrays(dtype, input=input, gradient=gradient)
    axis = class_axis(input, axis)
    check_full(tuple(input.shape), gradient=gradient)
    shape = batch_shape(input.shape, axis)
    (weight,) = cast_like(xp, input, weight=weight)
    check_steps(shape, weight=weight)
    where = check_where(xp, input, where, shape)
    keep = per_action(xp, where, shape, axis)
    input, rise = fill_masked(xp, keep, (input, 0.0), (gradient, 0.0))
    if clipping is not None:
        clipping = check_scalar(xp, input, above=0, clipping=clipping)
        length = xp.norm(rise, 2, axis, keepdims=True)
        rise = rise * (clipping / xp.clamp_min(length, clipping))
    # Zero, with the slope of the action: the gradient is not rounded to its size.
    moved = input - xp.stop_gradient(input)
    cost = xp.total(error_cost(xp, moved, xp.stop_gradient(rise), None), axis)
    return reduce_losses(xp, out, cost, reduction, weight=weight, where=where)
