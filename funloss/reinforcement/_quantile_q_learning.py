"""Q-learning loss of quantiles of returns."""

import functools
from typing import Any

from funloss._core.loss import loss
from funloss._core.time_steps import TimeSteps, time_steps
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.reinforcement._actions import (
    action_rows,
    check_at_most_one,
    check_policy,
    logical_or_none,
)
from funloss.reinforcement._quantile_regression import (
    check_delta,
    check_samples,
    quantile_huber,
    quantile_levels,
)

__all__ = ["quantile_q_learning_loss"]


@loss
def quantile_q_learning_loss(
    input: Array,
    action: ArrayLike,
    reward: ArrayLike,
    discount: ArrayLike,
    next_value: ArrayLike,
    *,
    tau: ArrayLike | None = None,
    delta: Real = 1.0,
    selector: ArrayLike | None = None,
    policy: ArrayLike | None = None,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Quantile Q-learning loss (QR-DQN): quantile Huber loss of the best action.

    As `quantile_huber_loss` of the `input` of `action`, with the constant ``target =
    reward + discount * next_value`` of the action that `selector` rates highest, or
    else of the one with the highest mean; or of all actions, each sample counting as
    much as `policy` gives its action (expected Sarsa).

    Args:
        input: Quantiles of returns for each action, shape ``(*, A, K)``, floating.
        action: Actions taken, in ``0..A-1``, shape ``(*)``, integers of any width.
        reward: Reward of each step, shape ``(*)`` or a number.
        discount: Of what comes after it, 0 where the episode ends; shape ``(*)`` or a
            number.
        next_value: Samples of returns in the states stepped to, shape ``(*, A, M)``.
        tau: As for `quantile_huber_loss`; shape ``(K,)`` or ``(*, K)``,
            or a number.
        delta: As for `quantile_huber_loss`.
        selector: Values that choose the next action, shape ``(*, A)``; the first of
            equal ones.
        policy: Probabilities of the next actions, shape ``(*, A)``.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: As for `quantile_huber_loss`.
        where: As for `quantile_huber_loss`.
        dtype: Of the result; the promoted dtype of the floating arrays before the
            options if None.

    Returns:
        Loss in units of `input`, shape ``(*)`` for ``"none"``, else ``()``. The mean
        of no steps is nan.

    Raises:
        TypeError: `input` is not floating, or `action` not an integer array.
        ValueError: Shapes do not fit, ``delta < 0``, `reduction` is unknown, both
            `selector` and `policy` are given, or an action, a level or a probability
            is out of range (on JAX: nan in value and gradient; see `debug_values`).

    Peers:
        `rlax.quantile_q_learning` and `rlax.quantile_expected_sarsa` take one step,
        quantiles before actions, and samples instead of `selector`, which is their
        mean; and differ in `delta` as said at `quantile_huber_loss`.

    Examples:
        >>> import numpy as np
        >>> value = np.asarray([[[0.0], [5.0]]])
        >>> after = np.asarray([[[1.0, 1.0], [2.0, 4.0]]])
        >>> action = np.asarray([0])
        >>> print(quantile_q_learning_loss(value, action, 1.0, 0.5, after))
        1.0

    References:
        W. Dabney, M. Rowland, M. G. Bellemare and R. Munos, Distributional
        reinforcement learning with quantile regression, 2018.
    """
    check_at_most_one(selector=selector, policy=policy)
    steps = time_steps(
        input=input,
        reward=reward,
        discount=discount,
        next_value=next_value,
        extras={"selector": selector, "policy": policy},
        constants={"tau": tau},
        layout=functools.partial(check_samples, samples="next_value", inner=2),
        inner={"input": 2, "next_value": 2, "selector": 1, "policy": 1},
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp, input, tau = steps.xp, steps.arrays["input"], steps.arrays["tau"]
    tau = quantile_levels(xp, input[..., 0, :], tau, steps.inner_where[0])
    labels, bad = steps.labels(input[..., 0], action=action)
    samples, sample_weight, also_bad = _next_samples(steps)
    target = _one_step_targets(steps, samples)
    delta = check_delta(xp, input, delta)
    chosen = action_rows(xp, input, labels, logical_or_none(xp, bad, also_bad))
    losses = quantile_huber(xp, chosen, target, tau, delta, sample_weight)
    return steps.reduce(losses, reduction)


def _next_samples(steps: TimeSteps) -> tuple[Any, Any, Any]:
    """Return samples of the next returns, their weights, and which steps are bad.

    They are those of the best action, or of all actions with the probabilities that
    `policy` gives them.
    """
    xp, next_value = steps.xp, steps.arrays["next_value"]
    selector, policy = steps.arrays["selector"], steps.arrays["policy"]
    weight = 1 / next_value.shape[-1]
    if policy is None:
        scores = xp.total(next_value, -1) if selector is None else selector
        best = xp.argmax(scores, axis=-1)
        return action_rows(xp, next_value, best, None), weight, None
    samples = xp.reshape(next_value, (*steps.shape, -1))
    weight = xp.stop_gradient(policy)[..., None] * weight
    weight = xp.reshape(xp.broadcast_to(weight, next_value.shape), samples.shape)
    return samples, weight, check_policy(xp, policy, -1)


def _one_step_targets(steps: TimeSteps, samples: Any) -> Any:
    """Return the targets of samples of the next returns, without a gradient."""
    step = steps.arrays["reward"], steps.arrays["discount"]
    reward, discount = steps.xp.of_ndim(len(steps.shape), *step)
    return steps.xp.stop_gradient(reward[..., None] + discount[..., None] * samples)
