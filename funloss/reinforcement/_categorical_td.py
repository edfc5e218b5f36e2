"""Temporal-difference loss of distributions over fixed atoms."""

import functools

from funloss._core.checks import nan_unless_increasing
from funloss._core.loss import loss
from funloss._core.time_steps import time_steps
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.reinforcement._categorical_projection import (
    check_supports,
    projected_target,
)

__all__ = ["categorical_td_loss"]


@loss
def categorical_td_loss(
    input: Array,
    atoms: ArrayLike,
    reward: ArrayLike,
    discount: ArrayLike,
    next_logits: ArrayLike,
    *,
    next_atoms: ArrayLike | None = None,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Categorical TD loss: cross-entropy with the projected distributional target.

    The distribution after a step has ``softmax(next_logits)`` at ``reward + discount *
    next_atoms``. Each of these places is moved to the nearest end of `atoms` if it
    lies outside, and its probability shared between the two atoms beside it, the
    nearer one getting more. The loss of a step is the cross-entropy ``-sum(target *
    log_softmax(input))`` with the result, a constant.

    Args:
        input: Logits of returns, shape ``(*, K)``, floating.
        atoms: The returns, increasing, shape ``(K,)``.
        reward: Reward of each step, shape ``(*)`` or a number.
        discount: Of what comes after it, 0 where the episode ends; shape ``(*)`` or a
            number.
        next_logits: Logits of returns in the states stepped to, shape ``(*, M)``.
        next_atoms: Those returns, in any order, shape ``(M,)``; `atoms` if None.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each step's loss, shape ``(*)`` or a number. The mean still
            divides by the number of steps.
        where: Boolean, broadcastable to ``(*)``. A False step has loss 0 and gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of the floating arrays before the
            options, without `atoms`, if None.

    Returns:
        Loss in nats, shape ``(*)`` for ``"none"``, else ``()``. The mean of no steps
        is nan.

    Raises:
        TypeError: `input` is not floating, or arrays of two libraries.
        ValueError: Shapes do not fit, `reduction` is unknown, or `atoms` do not
            increase (on JAX: nan in value and gradient; see `debug_values`).

    Peers:
        `rlax.categorical_td_learning`, which takes one step and the atoms first. Its
        projection is that of `rlax.categorical_l2_project`.

    Examples:
        >>> import numpy as np
        >>> atoms, sure = np.asarray([0.0, 1.0, 2.0]), np.asarray([0.0, -99.0, -99.0])
        >>> logits = np.log(np.asarray([0.25, 0.25, 0.5]))
        >>> print(categorical_td_loss(logits, atoms, 1.75, 1.0, sure).round(4))
        0.8664

    References:
        M. G. Bellemare, W. Dabney and R. Munos, A distributional perspective on
        reinforcement learning, 2017.
    """
    steps = time_steps(
        input=input,
        reward=reward,
        discount=discount,
        next_logits=next_logits,
        constants={"atoms": atoms, "next_atoms": next_atoms},
        layout=functools.partial(check_supports, inner=1),
        inner={"input": 1, "next_logits": 1},
        weight=weight,
        where=where,
        dtype=dtype,
    )
    arrays = steps.arrays
    input = nan_unless_increasing(steps.xp, arrays["input"], atoms=arrays["atoms"])
    target = projected_target(steps, arrays["next_logits"])
    losses = steps.xp.softmax_cross_entropy(input, target, -1)
    return steps.reduce(losses, reduction)
