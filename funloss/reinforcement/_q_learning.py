"""Temporal-difference loss of action values."""

from collections.abc import Callable
from typing import Any

from funloss._core.loss import loss
from funloss._core.options import check_scalar, is_zero
from funloss._core.time_steps import TimeSteps, time_steps
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.reinforcement._actions import (
    action_values,
    check_at_most_one,
    check_policy,
    expectation,
    logical_or_none,
)
from funloss.reinforcement._returns import (
    apply_as_constant,
    check_inverses,
    lambda_returns,
)
from funloss.reinforcement._td_error import squared_td_error

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

    With ``q`` the `input` at `action`, the loss of a step is ``(target - q)**2 / 2``,
    where ``target = reward + discount * v`` is a constant and ``v`` is by default the
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
        action_gap: Fraction of ``v`` that is the next value of `action` itself, which
            widens the gap between actions; in 0..1. A number or a 0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        lambda_: As for `td_loss`; broadcastable to `action`.
        time_axis: As for `td_loss`; an axis of `action`.
        delta: As for `td_loss`.
        transform: As for `td_loss`, and increasing.
        inverse: As for `td_loss`; it comes before any choice or mean of `next_value`.
        axis: Axis of the actions.
        weight: Factor on each step's loss, shape ``(*)`` or a number. The mean still
            divides by the number of steps.
        where: As for `td_loss`; broadcastable to `action`.
        dtype: Of the result; the promoted dtype of the floating arrays before the
            options if None.

    Returns:
        Loss in squared units of `input`, shape ``(*)`` for ``"none"``, else ``()``.
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
    steps = time_steps(
        input=input,
        reward=reward,
        discount=discount,
        next_value=next_value,
        extras={"selector": selector, "policy": policy},
        axis=axis,
        inner=dict.fromkeys(("input", "next_value", "selector", "policy"), 1),
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp, input, next_value = steps.xp, steps.arrays["input"], steps.arrays["next_value"]
    mask = steps.inner_where[0]
    next_value = apply_as_constant(xp, next_value, mask, inverse=inverse)
    labels, bad = steps.labels(input, action=action)
    value, also_bad = _state_values(steps, next_value, next_action)
    value = _with_action_gap(steps, value, next_value, labels, action_gap)
    target = lambda_returns(steps, value, lambda_, time_axis)
    target = apply_as_constant(xp, target, steps.where, transform=transform)
    bad = logical_or_none(xp, bad, also_bad)
    chosen = action_values(xp, input, labels, bad, steps.axis)
    return steps.reduce(squared_td_error(xp, chosen, target, delta), reduction)


def _state_values(
    steps: TimeSteps, next_value: Any, next_action: Any
) -> tuple[Any, Any]:
    """Return the values of the next states, and which are not valid, or None."""
    xp, axis = steps.xp, steps.axis
    selector, policy = steps.arrays["selector"], steps.arrays["policy"]
    if policy is not None:
        bad = check_policy(xp, policy, axis)
        return expectation(xp, next_value, policy, axis), bad
    if next_action is not None:
        labels, bad = steps.labels(next_value, next_action=next_action)
        return xp.take_label(next_value, labels, axis), bad
    if selector is not None:
        best = xp.argmax(selector, axis=axis)
        return xp.take_label(next_value, best, axis), None
    return xp.amax(next_value, axis), None


def _with_action_gap(
    steps: TimeSteps, value: Any, next_value: Any, labels: Any, action_gap: Any
) -> Any:
    """Return values mixed with those of the action taken, in the next state."""
    if is_zero(action_gap):
        return value
    xp, input = steps.xp, steps.arrays["input"]
    gap = check_scalar(xp, input, at_least=0, at_most=1, action_gap=action_gap)
    return (1 - gap) * value + gap * xp.take_label(next_value, labels, steps.axis)
