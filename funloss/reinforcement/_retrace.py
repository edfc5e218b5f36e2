"""Off-policy temporal-difference loss of action values."""

from collections.abc import Callable
from typing import Any

from funloss._array import Namespace
from funloss._core.loss import loss
from funloss._core.time_steps import TimeSteps, time_steps
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.reinforcement._actions import (
    action_values,
    check_policy,
    expectation,
    logical_or_none,
)
from funloss.reinforcement._returns import (
    apply_as_constant,
    check_inverses,
    discounted_sums,
    trace_decay,
)
from funloss.reinforcement._td_error import squared_td_error

__all__ = ["retrace_loss"]


@loss
def retrace_loss(
    input: Array,
    action: ArrayLike,
    reward: ArrayLike,
    discount: ArrayLike,
    next_value: ArrayLike,
    next_action: ArrayLike,
    policy: ArrayLike,
    behaviour: ArrayLike,
    *,
    lambda_: Real | ArrayLike = 1.0,
    time_axis: int = 0,
    delta: Real | None = None,
    transform: Callable[[Any], Any] | None = None,
    inverse: Callable[[Any], Any] | None = None,
    axis: int = -1,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Retrace loss: off-policy TD error with truncated importance ratios.

    With ``q`` the `input` at `action`, the loss of a step is ``(target - q)**2 / 2``.
    The target, a constant, is ``target[t] = reward[t] + discount[t] * (v[t] + c[t] *
    (target[t + 1] - n[t]))``, where ``v`` is the mean of `next_value` under `policy`,
    ``n`` the next value of `next_action`, and the trace ``c`` is `lambda_` times the
    probability of `next_action` under `policy` over that under `behaviour`, at most
    `lambda_`. At the last step ``c`` is 0. With `transform` the values are rescaled
    ones, as for `td_loss`.

    Args:
        input: Values of actions, shape ``(*, A)``, floating.
        action: Actions taken, in ``0..A-1``, shape ``(*)``, integers of any width.
        reward: Reward of each step, shape ``(*)`` or a number.
        discount: Of what comes after it, 0 where the episode ends; shape ``(*)`` or a
            number.
        next_value: Values of actions in the states stepped to, shape ``(*, A)``.
        next_action: The actions taken there, as `action`.
        policy: Probabilities there under the policy that is learnt about, shape
            ``(*, A)``. An action with probability 0 may have any value.
        behaviour: Probability of `next_action` under the policy that took it, shape
            ``(*)`` or a number.
        lambda_: As for `td_loss`; broadcastable to `action`.
        time_axis: As for `td_loss`; an axis of `action`.
        delta: As for `td_loss`.
        transform: As for `td_loss`.
        inverse: As for `td_loss`; it comes before any mean of `next_value`.
        axis: Axis of the actions.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each step's loss, shape ``(*)`` or a number. The mean still
            divides by the number of steps.
        where: As for `td_loss`; broadcastable to `action`.
        dtype: Of the result; the promoted dtype of `input`, `reward`, `discount` and
            `next_value` if None.

    Returns:
        Loss in squared units of `input`, shape ``(*)`` for ``"none"``, else ``()``.
        The mean of no steps is nan.

    Raises:
        TypeError: `input` is not floating, actions are not integers, or `transform` or
            `inverse` is not a function.
        ValueError: Shapes do not fit, an option is out of range, only one of
            `transform` and `inverse` is given, or an action or a probability is out of
            range (on JAX: nan in value and gradient; see `debug_values`).

    Peers:
        `rlax.l2_loss` of `rlax.retrace` or `rlax.transformed_retrace`, which take one
        sequence and add ``eps`` to `behaviour`; here a probability of 0 under
        `behaviour` gives the trace `lambda_`. `rlax.retrace_continuous` takes ``v``,
        ``n`` and the logarithm of the ratio instead of what they are computed from.

    Examples:
        >>> import numpy as np
        >>> value, after = np.zeros((2, 2)), np.asarray([[1.0, 3.0], [0.0, 0.0]])
        >>> action, policy = np.asarray([0, 1]), np.full((2, 2), 0.5)
        >>> reward, rare = np.asarray([1.0, 2.0]), np.asarray([1.0, 1.0])
        >>> arrays = action, reward, 1.0, after, action[::-1], policy, rare
        >>> print(retrace_loss(value, *arrays, reduction="none"))
        [3.125 2.   ]

    References:
        R. Munos et al., Safe and efficient off-policy reinforcement learning, 2016.
        S. Kapturowski et al., Recurrent experience replay in distributed reinforcement
        learning, 2019.
    """
    check_inverses(transform=transform, inverse=inverse)
    steps = time_steps(
        input=input,
        reward=reward,
        discount=discount,
        next_value=next_value,
        extras={"policy": policy, "behaviour": behaviour},
        axis=axis,
        inner=dict.fromkeys(("input", "next_value", "policy"), 1),
        fill={"behaviour": 1.0},
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp, input, next_value = steps.xp, steps.arrays["input"], steps.arrays["next_value"]
    mask = steps.inner_where[0]
    next_value = apply_as_constant(xp, next_value, mask, inverse=inverse)
    labels, bad = steps.labels(input, action=action)
    next_labels, also_bad = steps.labels(input, next_action=next_action)
    bad = logical_or_none(xp, bad, also_bad)
    bad = logical_or_none(xp, bad, check_policy(xp, steps.arrays["policy"], steps.axis))
    target = _retrace_returns(steps, next_value, next_labels, lambda_, time_axis)
    target = apply_as_constant(xp, target, steps.where, transform=transform)
    chosen = action_values(xp, input, labels, bad, steps.axis)
    return steps.reduce(squared_td_error(xp, chosen, target, delta), reduction)


def _retrace_returns(
    steps: TimeSteps, next_value: Any, next_labels: Any, lambda_: Any, time_axis: int
) -> Any:
    """Return the Retrace targets, without a gradient."""
    xp, axis = steps.xp, steps.axis
    input, reward, discount, _, policy, behaviour = steps.arrays.values()
    ratio = _importance_ratio(xp, xp.take_label(policy, next_labels, axis), behaviour)
    value = expectation(xp, next_value, policy, axis)
    chosen = xp.take_label(next_value, next_labels, axis)
    arrays = reward, discount, value, chosen, ratio
    reward, discount, value, chosen, ratio = map(xp.stop_gradient, arrays)
    decay = trace_decay(steps, input, lambda_, time_axis) * ratio
    gain = reward + discount * (value - decay * chosen)
    return discounted_sums(steps, gain, discount * decay, time_axis)


def _importance_ratio(xp: Namespace, policy: Any, behaviour: Any) -> Any:
    """Return the ratio of two probabilities, at most 1."""
    is_clipped = policy >= behaviour
    return xp.where(is_clipped, 1.0, policy / xp.where(is_clipped, 1.0, behaviour))
