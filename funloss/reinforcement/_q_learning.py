"""Temporal-difference learning of action values."""

from collections.abc import Callable
from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.labels import batch_shape, class_axis
from funloss._core.loss import loss
from funloss._core.options import check_scalar, is_zero
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.reinforcement._actions import (
    action_labels,
    check_at_most_one,
    check_full,
    check_policy,
    either,
    expected,
    per_action,
    taken,
)
from funloss.reinforcement._returns import (
    check_inverses,
    check_steps,
    lambda_targets,
    rescaled,
)
from funloss.reinforcement._td import error_cost

__all__ = ["q_learning_loss"]


@loss
def q_learning_loss(
    input: Array,
    action: ArrayLike,
    reward: ArrayLike,
    discount: ArrayLike,
    next_value: ArrayLike,
    *,
    selector: ArrayLike | None = None,
    policy: ArrayLike | None = None,
    next_action: ArrayLike | None = None,
    action_gap: Real = 0.0,
    reduction: Reduction = "mean",
    lambda_: Real | ArrayLike = 0.0,
    time_axis: int = 0,
    delta: Real | None = None,
    transform: Callable[[Any], Any] | None = None,
    inverse: Callable[[Any], Any] | None = None,
    axis: int = -1,
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """TD error of action values: Q-learning, Sarsa, expected Sarsa, double Q.

    With ``q`` the `input` at `action`, a step costs ``(target - q)**2 / 2``, where
    ``target = reward + discount * v`` is a constant and ``v`` is by default the
    largest of `next_value`. It is the next value of the action that `selector` rates
    highest (double Q-learning), the mean under `policy` (expected Sarsa) or the next
    value of `next_action` (Sarsa) instead, if one of them is given. With `lambda_` the
    targets are the lambda-returns of `td_loss`, and with `transform` its rescaled ones.

    Args:
        input: Values of actions, shape ``(*, A)``, floating.
        action: Actions taken, in ``0..A-1``, shape ``(*)``, integers of any width.
        reward: Reward of each step, shape ``(*)`` or a number.
        discount: Of what comes after it, 0 where the episode ends; shape ``(*)`` or a
            number.
        next_value: Values of actions in the states stepped to, shape ``(*, A)``.
        selector: Values that choose the next action, shape ``(*, A)``; the first of
            equal ones.
        policy: Probabilities of the next actions, shape ``(*, A)``. An action with
            probability 0 may have any value.
        next_action: The next actions, as `action`.
        action_gap: Share of ``v`` that is the next value of `action` itself, which
            widens the gap between actions; in 0..1. A number or a 0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        lambda_: As for `td_loss`; broadcastable to `action`.
        time_axis: As for `td_loss`; an axis of `action`.
        delta: As for `td_loss`.
        transform: As for `td_loss`, and increasing.
        inverse: As for `td_loss`; it comes before any choice or mean of `next_value`.
        axis: Axis of the actions.
        weight: Factor on each step's cost, shape ``(*)`` or a number. The mean still
            divides by the number of steps.
        where: As for `td_loss`; broadcastable to `action`.
        dtype: Of the result; the promoted dtype of the floating arrays before the
            options if None.

    Returns:
        Cost in squared units of `input`, shape ``(*)`` for ``"none"``, else ``()``.
        The mean of no steps is nan.

    Raises:
        TypeError: `input` is not floating, actions are not integers, or `transform` or
            `inverse` is not a function.
        ValueError: Shapes do not fit, an option is out of range, two of `selector`,
            `policy` and `next_action` are given or only one of `transform` and
            `inverse`, or an action or a probability is out of range (on JAX: nan in
            value and gradient; see `debug_values`).

    Peers:
        `rlax.l2_loss` of `rlax.q_learning`, `rlax.double_q_learning`, `rlax.sarsa`,
        `rlax.expected_sarsa`, `rlax.persistent_q_learning`, `rlax.q_lambda` or
        `rlax.sarsa_lambda`, or with a pair of functions `rlax.transformed_q_lambda` or
        `rlax.transformed_n_step_q_learning`, which take one step or one sequence, and
        to which action -1 is the last one. There is no mask.
        `rlax.pixel_control_loss` takes pixels and makes rewards of their changes.

    Examples:
        >>> import numpy as np
        >>> value, after = np.asarray([[1.0, 5.0]]), np.asarray([[2.0, 6.0]])
        >>> action, reward = np.asarray([0]), np.asarray([1.0])
        >>> arrays = value, action, reward, 0.5, after
        >>> print(q_learning_loss(*arrays))
        4.5
        >>> print(q_learning_loss(*arrays, next_action=action))
        0.5

    References:
        C. J. C. H. Watkins and P. Dayan, Q-learning, 1992. H. van Hasselt, Double
        Q-learning, 2010. M. G. Bellemare et al., Increasing the action gap, 2016.
        T. Pohlen et al., Observe and look further: achieving consistent performance on
        Atari, 2018.
    """
    check_at_most_one(selector=selector, policy=policy, next_action=next_action)
    check_inverses(transform=transform, inverse=inverse)
    xp, out, arrays = promote_arrays(
        dtype, input=input, reward=reward, discount=discount, next_value=next_value
    )
    input, reward, discount, next_value = arrays
    axis = class_axis(input, axis)
    shape = batch_shape(input.shape, axis)
    weight, selector, policy = cast_like(
        xp, input, weight=weight, selector=selector, policy=policy
    )
    full = {"next_value": next_value, "selector": selector, "policy": policy}
    check_full(tuple(input.shape), **full)
    check_steps(shape, reward=reward, discount=discount, weight=weight)
    where = check_where(xp, input, where, shape)
    keep = per_action(xp, where, shape, axis)
    reward, discount = fill_masked(xp, where, (reward, 0.0), (discount, 0.0))
    floats = (input, 0.0), (next_value, 0.0), (selector, 0.0), (policy, 0.0)
    input, next_value, selector, policy = fill_masked(xp, keep, *floats)
    next_value = rescaled(xp, next_value, keep, inverse=inverse)
    labels, bad = action_labels(xp, input, axis, where, action=action)
    if policy is not None:
        worse = check_policy(xp, policy, axis)
        value = expected(xp, next_value, policy, axis)
    else:
        then, worse = _choice(xp, next_value, selector, next_action, axis, where)
        value = (
            xp.amax(next_value, axis)
            if then is None
            else xp.take_label(next_value, then, axis)
        )
    bad = either(xp, bad, worse)
    if not is_zero(action_gap):
        gap = check_scalar(xp, input, at_least=0, at_most=1, action_gap=action_gap)
        value = (1 - gap) * value + gap * xp.take_label(next_value, labels, axis)
    target = lambda_targets(
        xp, reward, discount, value, lambda_, where, time_axis, shape
    )
    target = rescaled(xp, target, where, transform=transform)
    cost = error_cost(xp, taken(xp, input, labels, bad, axis), target, delta)
    return reduce_losses(xp, out, cost, reduction, weight=weight, where=where)


def _choice(
    xp: Namespace, values: Any, selector: Any, action: Any, axis: int, where: Any
) -> tuple[Any, Any]:
    """Return the next actions, None for the best ones, and which are bad."""
    if action is not None:
        return action_labels(xp, values, axis, where, next_action=action)
    return None if selector is None else xp.argmax(selector, axis=axis), None
