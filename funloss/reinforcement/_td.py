"""Temporal-difference loss of state values."""

from collections.abc import Callable
from typing import Any

from funloss._core.loss import loss
from funloss._core.time_steps import time_steps
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.reinforcement._returns import (
    apply_as_constant,
    check_inverses,
    lambda_returns,
)
from funloss.reinforcement._td_error import squared_td_error

__all__ = ["td_loss"]


@loss
def td_loss(
    input: Array,
    reward: ArrayLike,
    discount: ArrayLike,
    next_value: ArrayLike,
    *,
    reduction: Reduction = "mean",
    lambda_: Real | ArrayLike = 0.0,
    time_axis: int = 0,
    delta: Real | None = None,
    transform: Callable[[Any], Any] | None = None,
    inverse: Callable[[Any], Any] | None = None,
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Temporal difference (TD) loss: half the squared TD or TD(lambda) error.

    The loss of a step is ``(target - input)**2 / 2`` with ``target = reward + discount
    * next_value``, a constant: the gradient in `input` is ``input - target``, and
    nothing else has one. With `lambda_` the target is the lambda-return along the time
    axis, ``target[t] = reward[t] + discount[t] * ((1 - lambda_[t]) * next_value[t] +
    lambda_[t] * target[t + 1])``, and at the last step as without.

    Values may be rescaled returns, ``transform(G)`` instead of ``G``:
    ``inverse(next_value)`` then takes the place of `next_value`, and ``transform`` of
    the target that of the target. For returns of n steps, `reward` is the discounted
    sum of n rewards, `discount` the product of their discounts and `next_value` the
    value n steps on.

    Args:
        input: Values of states, shape ``(*)``, real.
        reward: Reward of the step from each state, same shape or a number.
        discount: Of what comes after the step, 0 where the episode ends; same shape
            or a number.
        next_value: Values of the states stepped to, same shape or a number.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        lambda_: Weight of later steps in the target: a number, or an
            array that broadcasts to `input`. The number 0 needs no time axis.
        time_axis: Axis of `input` along which steps follow each other; without
            `lambda_` it means nothing.
        delta: Error, in units of `input`, where the loss turns linear, as in
            `huber_loss`; > 0. A number or a 0-d array; it never does if None.
        transform: What rescales returns, a function of an array to one of the same
            shape; they are not rescaled if None. On JAX a call outside `jax.jit` with
            a function is not compiled.
        inverse: The function that undoes `transform`; both or neither.
        weight: Factor on each step's loss, same shape or a number. The mean still
            divides by the number of steps, not by the sum of weights.
        where: Boolean, broadcastable to `input`. A False step has loss 0 and gradient 0
            (even at nan) and does not count in the mean. Nothing passes it: the step
            before it takes its `next_value` alone.
        dtype: Of the result; the promoted dtype of the floating arrays if None.

    Returns:
        Loss in squared units of `input`, shape ``(*)`` for ``"none"``, else ``()``.
        The mean of no steps is nan.

    Raises:
        TypeError: No array is real floating, arrays of two libraries, or `transform`
            or `inverse` is not a function.
        ValueError: Shapes do not fit, ``delta <= 0``, `reduction` or `time_axis` is
            unknown, or only one of `transform` and `inverse` is given.

    Peers:
        `rlax.l2_loss` of `rlax.td_learning`, `rlax.td_lambda`, `rlax.qv_learning`
        (`input` being the values of the actions taken) or `rlax.qv_max` (`next_value`
        being the largest of the next values), which take one step or one sequence.
        rlax takes the last time axis where there is one; it has no mask.

    Examples:
        >>> import numpy as np
        >>> value, after = np.asarray([1.0, 2.0]), np.asarray([2.0, 0.0])
        >>> reward = np.asarray([0.0, 4.0])
        >>> print(td_loss(value, reward, 0.5, after, reduction="none"))
        [0. 2.]
        >>> print(td_loss(value, reward, 0.5, after, reduction="none", lambda_=1.0))
        [0.5 2. ]
        >>> roots = {"transform": np.sqrt, "inverse": np.square, "reduction": "none"}
        >>> print(td_loss(value, reward + np.asarray([7.0, 0.0]), 0.5, after, **roots))
        [2. 0.]

    References:
        R. S. Sutton, Learning to predict by the methods of temporal differences, 1988.
        T. Pohlen et al., Observe and look further: achieving consistent performance on
        Atari, 2018.
    """
    check_inverses(transform=transform, inverse=inverse)
    steps = time_steps(
        input=input,
        reward=reward,
        discount=discount,
        next_value=next_value,
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp, where = steps.xp, steps.where
    input, _, _, next_value = steps.arrays.values()
    next_value = apply_as_constant(xp, next_value, where, inverse=inverse)
    target = lambda_returns(steps, next_value, lambda_, time_axis)
    target = apply_as_constant(xp, target, where, transform=transform)
    losses = squared_td_error(xp, input, target, delta)
    return steps.reduce(losses, reduction)
