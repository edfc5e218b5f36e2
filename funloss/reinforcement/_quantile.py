"""Temporal-difference learning of quantiles of returns."""

from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.loss import loss
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.reinforcement._actions import (
    action_labels,
    check_at_most_one,
    check_full,
    check_policy,
    either,
    per_action,
    taken_rows,
)
from funloss.reinforcement._quantile_cost import (
    check_ensemble,
    levels,
    linear_from,
    quantile_cost,
)
from funloss.reinforcement._returns import check_steps

__all__ = ["quantile_huber_loss", "quantile_q_learning_loss"]


@loss
def quantile_huber_loss(
    input: Array,
    target: ArrayLike,
    *,
    tau: ArrayLike | None = None,
    delta: Real = 1.0,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Quantile Huber loss of distributional reinforcement learning (QR-DQN).

    With ``e = target[j] - input[i]``, a sample costs ``w * l`` summed over `i` and
    averaged over `j`, where ``l`` is the `smooth_l1_loss` of ``e`` with ``beta=delta``
    and ``w`` is ``tau[i]``, or ``1 - tau[i]`` where ``e < 0``.

    Args:
        input: Quantiles, shape ``(*, K)``, real.
        target: Samples of what they are quantiles of, shape ``(*, M)``.
        tau: Level of each quantile, in 0..1, shape ``(K,)`` or that of `input`,
            or a number; ``(i + 0.5) / K`` if None.
        delta: Error, in units of `input`, where the cost turns linear; a number >= 0
            (0: linear everywhere), or a 0-d array > 0.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each sample's cost, shape ``(*)`` or a number. The mean
            still divides by the number of samples.
        where: Boolean, broadcastable to ``(*)``. A False sample costs 0, has slope 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Cost in units of `input`, shape ``(*)`` for ``"none"``, else ``()``. The mean
        of no samples is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, ``delta < 0``, `reduction` is unknown, or a
            level is out of range (on JAX: nan in value and gradient; see
            `debug_values`).

    Peers:
        `rlax.quantile_regression_loss` takes one sample, has ``huber_param=0`` by
        default, and does not divide by it: its cost is `delta` times this one for
        ``delta > 0``, as in the paper of Dabney, Rowland, Bellemare and Munos (2018).

    Examples:
        >>> import numpy as np
        >>> print(quantile_huber_loss(np.asarray([0.0, 2.0]), np.asarray([2.0])))
        0.375
        >>> print(quantile_huber_loss(np.asarray([0.0, 2.0]), np.asarray([1.0])))
        0.25

    References:
        W. Dabney, G. Ostrovski, D. Silver and R. Munos, Implicit quantile networks for
        distributional reinforcement learning, 2018.
    """
    xp, out, (input, target) = promote_arrays(dtype, input=input, target=target)
    shape = tuple(input.shape)[:-1]
    check_ensemble(input, target, "target", 1)
    tau, weight = cast_like(xp, input, tau=tau, weight=weight)
    check_steps(shape, weight=weight)
    where = check_where(xp, input, where, shape)
    keep = per_action(xp, where, shape, len(shape))
    tau = levels(xp, input, tau, keep)
    input, target = fill_masked(xp, keep, (input, 0.0), (target, 0.0))
    delta = linear_from(xp, input, delta)
    cost = quantile_cost(xp, input, target, tau, delta, 1 / target.shape[-1])
    return reduce_losses(xp, out, cost, reduction, weight=weight, where=where)


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
        Cost in units of `input`, shape ``(*)`` for ``"none"``, else ``()``. The mean
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
    xp, out, (input, reward, discount, next_value) = promote_arrays(
        dtype, input=input, reward=reward, discount=discount, next_value=next_value
    )
    check_ensemble(input, next_value, "next_value", 2)
    *shape, actions, _ = input.shape
    tau, weight, selector, policy = cast_like(
        xp, input, tau=tau, weight=weight, selector=selector, policy=policy
    )
    check_full((*shape, actions), selector=selector, policy=policy)
    shape = tuple(shape)
    check_steps(shape, reward=reward, discount=discount, weight=weight)
    reward, discount = xp.of_ndim(len(shape), reward, discount)
    where = check_where(xp, input, where, shape)
    keep = per_action(xp, where, shape, len(shape))
    selector, policy = fill_masked(xp, keep, (selector, 0.0), (policy, 0.0))
    tau = levels(xp, input[..., 0, :], tau, keep)
    keep = per_action(xp, keep, (*shape, 1), len(shape))
    input, next_value = fill_masked(xp, keep, (input, 0.0), (next_value, 0.0))
    reward, discount = fill_masked(xp, where, (reward, 0.0), (discount, 0.0))
    labels, bad = action_labels(xp, input[..., 0], -1, where, action=action)
    share = 1 / next_value.shape[-1]
    if policy is None:
        rates = xp.total(next_value, -1) if selector is None else selector
        after = taken_rows(xp, next_value, xp.argmax(rates, axis=-1), None)
    else:
        bad = either(xp, bad, check_policy(xp, policy, -1))
        after = xp.reshape(next_value, (*shape, -1))
        share = xp.stop_gradient(policy)[..., None] * share
        share = xp.reshape(xp.broadcast_to(share, next_value.shape), after.shape)
    target = xp.stop_gradient(reward[..., None] + discount[..., None] * after)
    delta = linear_from(xp, input, delta)
    input = taken_rows(xp, input, labels, bad)
    cost = quantile_cost(xp, input, target, tau, delta, share)
    return reduce_losses(xp, out, cost, reduction, weight=weight, where=where)
