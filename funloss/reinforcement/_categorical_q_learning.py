"""Q-learning loss of distributions over fixed atoms."""

import functools
from typing import Any

from funloss._core.checks import nan_unless_increasing
from funloss._core.loss import loss
from funloss._core.time_steps import TimeSteps, time_steps
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.reinforcement._actions import action_rows
from funloss.reinforcement._categorical_projection import (
    check_supports,
    projected_target,
)

__all__ = ["categorical_q_learning_loss"]


@loss
def categorical_q_learning_loss(
    input: Array,
    atoms: ArrayLike,
    action: ArrayLike,
    reward: ArrayLike,
    discount: ArrayLike,
    next_logits: ArrayLike,
    *,
    next_atoms: ArrayLike | None = None,
    selector: ArrayLike | None = None,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Categorical Q-learning loss (C51): cross-entropy with the projected target.

    As `categorical_td_loss` with the `input` of `action` and the `next_logits` of the
    action that `selector` rates highest, or else of the one with the highest mean.

    Args:
        input: Logits of returns for each action, shape ``(*, A, K)``, floating.
        atoms: As for `categorical_td_loss`.
        action: Actions taken, in ``0..A-1``, shape ``(*)``, integers of any width.
        reward: As for `categorical_td_loss`.
        discount: As for `categorical_td_loss`.
        next_logits: Logits of returns in the states stepped to, shape ``(*, A, M)``.
        next_atoms: As for `categorical_td_loss`.
        selector: Values that choose the next action, shape ``(*, A)``; the first of
            equal ones.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: As for `categorical_td_loss`.
        where: As for `categorical_td_loss`.
        dtype: As for `categorical_td_loss`.

    Returns:
        Loss in nats, shape ``(*)`` for ``"none"``, else ``()``. The mean of no steps
        is nan.

    Raises:
        TypeError: `input` is not floating, or `action` not an integer array.
        ValueError: Shapes do not fit, `reduction` is unknown, or `atoms` do not
            increase or an action is out of range (on JAX: nan in value and gradient;
            see `debug_values`).

    Peers:
        `rlax.categorical_q_learning`, or with `selector` that of the name
        `rlax.categorical_double_q_learning`, which take one step, and to which action
        -1 is the last one.

    Examples:
        >>> import numpy as np
        >>> atoms, logits = np.asarray([0.0, 1.0]), np.zeros((1, 2, 2))
        >>> action, reward = np.asarray([1]), np.asarray([0.5])
        >>> arrays = logits, atoms, action, reward, 0.0, logits
        >>> print(categorical_q_learning_loss(*arrays).round(4))
        0.6931

    References:
        M. G. Bellemare, W. Dabney and R. Munos, A distributional perspective on
        reinforcement learning, 2017.
    """
    steps = time_steps(
        input=input,
        reward=reward,
        discount=discount,
        next_logits=next_logits,
        extras={"selector": selector},
        constants={"atoms": atoms, "next_atoms": next_atoms},
        layout=functools.partial(check_supports, inner=2),
        inner={"input": 2, "next_logits": 2, "selector": 1},
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp, input, next_logits = (
        steps.xp,
        steps.arrays["input"],
        steps.arrays["next_logits"],
    )
    labels, bad = steps.labels(input[..., 0], action=action)
    input = nan_unless_increasing(xp, input, atoms=steps.arrays["atoms"])
    chosen = action_rows(xp, input, labels, bad)
    best = xp.argmax(_mean_returns(steps), axis=-1)
    target = projected_target(steps, action_rows(xp, next_logits, best, None))
    losses = xp.softmax_cross_entropy(chosen, target, -1)
    return steps.reduce(losses, reduction)


def _mean_returns(steps: TimeSteps) -> Any:
    """Return what to choose the next action by: `selector`, or the mean returns."""
    xp, arrays = steps.xp, steps.arrays
    if arrays["selector"] is not None:
        return arrays["selector"]
    logits, atoms = arrays["next_logits"], arrays["next_atoms"]
    (atoms,) = xp.of_ndim(logits.ndim, arrays["atoms"] if atoms is None else atoms)
    return xp.total(xp.softmax(logits, -1) * atoms, -1)
