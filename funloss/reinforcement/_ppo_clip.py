"""Clipped surrogate loss of proximal policy optimisation."""

from typing import Any

from funloss._array import Namespace
from funloss._core.loss import loss
from funloss._core.options import non_negative
from funloss._core.time_steps import time_steps
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["ppo_clip_loss"]


@loss
def ppo_clip_loss(
    input: Array,
    old: ArrayLike,
    advantage: ArrayLike,
    *,
    epsilon: Real = 0.2,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Clipped surrogate loss of proximal policy optimisation (PPO).

    With ``ratio = exp(input - old)``, the loss of a step is ``-min(ratio * advantage,
    clip(ratio, 1 - epsilon, 1 + epsilon) * advantage)``. A ratio beyond the bound
    that `advantage` drives it to has gradient 0; on the bound it still has one. `old`
    and `advantage` are constants.

    Args:
        input: Logarithm of the probability of the action taken, shape ``(*)``, real.
        old: The same under the policy that took it, same shape or a number.
        advantage: Return of the action less the expected one, same shape or a number.
        epsilon: How far the ratio may usefully go from 1; a number >= 0 or a 0-d
            array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each step's loss, same shape or a number. The mean still
            divides by the number of steps.
        where: Boolean, broadcastable to `input`. A False step has loss 0 and gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of the arrays if None.

    Returns:
        Loss in units of `advantage`, shape ``(*)`` for ``"none"``, else ``()``. The
        mean of no steps is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, ``epsilon < 0`` or `reduction` is unknown.

    Peers:
        `rlax.clipped_surrogate_pg_loss` takes one sequence of ratios, not of
        logarithms, and gives the mean: a ratio that overflows has gradient nan, where
        here it is 0 beyond the bound.

    Examples:
        >>> import numpy as np
        >>> new, old = np.log(np.asarray([0.5, 0.5])), np.log(np.asarray([0.25, 0.25]))
        >>> gain = np.asarray([1.0, -1.0])
        >>> print(ppo_clip_loss(new, old, gain, reduction="none"))
        [-1.2  2. ]

    References:
        J. Schulman et al., Proximal policy optimization algorithms, 2017.
    """
    steps = time_steps(
        input=input,
        old=old,
        advantage=advantage,
        options={"epsilon": non_negative(epsilon)},
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp, (input, old, advantage) = steps.xp, steps.arrays.values()
    constants = xp.stop_gradient(old), xp.stop_gradient(advantage)
    partials = (_ppo_clip_d_input, None, None, _ppo_clip_d_epsilon)
    losses = xp.custom_jvp(_ppo_clip, partials, input, *constants, *steps.options)
    return steps.reduce(losses, reduction)


def _ppo_clip(xp: Namespace, x: Any, old: Any, advantage: Any, epsilon: Any) -> Any:
    ratio = xp.exp(x - old)
    clipped_above = advantage * xp.clamp_max(ratio, 1 + epsilon)
    clipped_below = advantage * xp.clamp_min(ratio, 1 - epsilon)
    return -xp.where(advantage < 0, clipped_below, clipped_above)


def _is_clipped(xp: Namespace, ratio: Any, advantage: Any, epsilon: Any) -> Any:
    """Tell where the ratio is beyond the bound that the advantage drives it to."""
    high = xp.logical_and(advantage >= 0, ratio > 1 + epsilon)
    return xp.logical_or(high, xp.logical_and(advantage < 0, ratio < 1 - epsilon))


def _ppo_clip_d_input(xp: Namespace, *arguments: Any) -> Any:
    def partial(xp: Namespace, x: Any, old: Any, advantage: Any, epsilon: Any) -> Any:
        ratio = xp.exp(x - old)
        is_clipped = _is_clipped(xp, ratio, advantage, epsilon)
        return -advantage * xp.where(is_clipped, 0.0, ratio)

    # It is its own derivative, also where an infinite ratio is not selected.
    return xp.custom_jvp(partial, (_ppo_clip_d_input, None, None, None), *arguments)


def _ppo_clip_d_epsilon(
    xp: Namespace, x: Any, old: Any, advantage: Any, epsilon: Any
) -> Any:
    is_clipped = _is_clipped(xp, xp.exp(x - old), advantage, epsilon)
    return xp.where(is_clipped, -xp.absolute(advantage), 0.0)
