"""Action values learnt from what another policy did."""

from collections.abc import Callable
from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.labels import batch_shape, class_axis
from funloss._core.loss import loss
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.reinforcement._actions import (
    action_labels,
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
    discounted_sums,
    in_time,
    rescaled,
    traces,
)
from funloss.reinforcement._td import error_cost

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

    With ``q`` the `input` at `action`, a step costs ``(target - q)**2 / 2``. The
    target, a constant, is ``target[t] = reward[t] + discount[t] * (v[t] + c[t] *
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
        weight: Factor on each step's cost, shape ``(*)`` or a number. The mean still
            divides by the number of steps.
        where: As for `td_loss`; broadcastable to `action`.
        dtype: Of the result; the promoted dtype of `input`, `reward`, `discount` and
            `next_value` if None.

    Returns:
        Cost in squared units of `input`, shape ``(*)`` for ``"none"``, else ``()``.
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
    xp, out, arrays = promote_arrays(
        dtype, input=input, reward=reward, discount=discount, next_value=next_value
    )
    input, reward, discount, next_value = arrays
    policy, behaviour, weight = cast_like(
        xp, input, policy=policy, behaviour=behaviour, weight=weight
    )
    axis = class_axis(input, axis)
    check_full(tuple(input.shape), next_value=next_value, policy=policy)
    shape = batch_shape(input.shape, axis)
    steps = {"reward": reward, "discount": discount, "behaviour": behaviour}
    check_steps(shape, **steps, weight=weight)
    where = check_where(xp, input, where, shape)
    floats = (input, 0.0), (next_value, 0.0), (policy, 0.0)
    keep = per_action(xp, where, shape, axis)
    input, next_value, policy = fill_masked(xp, keep, *floats)
    next_value = rescaled(xp, next_value, keep, inverse=inverse)
    pairs = (reward, 0.0), (discount, 0.0), (behaviour, 1.0)
    reward, discount, behaviour = fill_masked(xp, where, *pairs)
    labels, bad = action_labels(xp, input, axis, where, action=action)
    then, worse = action_labels(xp, input, axis, where, next_action=next_action)
    bad = either(xp, either(xp, bad, worse), check_policy(xp, policy, axis))
    odds = _ratio(xp, xp.take_label(policy, then, axis), behaviour)
    value = expected(xp, next_value, policy, axis)
    known = xp.take_label(next_value, then, axis)
    arrays = [xp.stop_gradient(x) for x in (reward, discount, value, known, odds)]
    trace = traces(xp, input, where, time_axis, shape, lambda_=lambda_)
    reward, discount, value, known, odds = in_time(xp, time_axis, shape, *arrays)
    trace = trace * odds
    gain = reward + discount * (value - trace * known)
    target = discounted_sums(xp, gain, discount * trace)
    target = xp.moveaxis(target, 0, time_axis)
    target = rescaled(xp, target, where, transform=transform)
    cost = error_cost(xp, taken(xp, input, labels, bad, axis), target, delta)
    return reduce_losses(xp, out, cost, reduction, weight=weight, where=where)


def _ratio(xp: Namespace, policy: Any, behaviour: Any) -> Any:
    """Return the ratio of two probabilities, at most 1."""
    surely = policy >= behaviour
    return xp.where(surely, 1.0, policy / xp.where(surely, 1.0, behaviour))
