"""Policies that may not leave the one that acted too far behind."""

from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.loss import loss
from funloss._core.options import check_scalar, propagate_nan
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.reinforcement._returns import check_steps

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

    With ``ratio = exp(input - old)``, a step costs ``-min(ratio * advantage,
    clip(ratio, 1 - epsilon, 1 + epsilon) * advantage)``. A ratio beyond the bound
    that `advantage` drives it to has slope 0; on the bound it still has one. `old` and
    `advantage` are constants.

    Args:
        input: Logarithm of the probability of the action taken, shape ``(*)``, real.
        old: The same under the policy that took it, same shape or a number.
        advantage: What the action brought beyond what was expected, same shape or a
            number.
        epsilon: How far the ratio may usefully go from 1; a number >= 0 or a 0-d
            array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each step's cost, same shape or a number. The mean still
            divides by the number of steps.
        where: Boolean, broadcastable to `input`. A False step costs 0, has slope 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of the arrays if None.

    Returns:
        Cost in units of `advantage`, shape ``(*)`` for ``"none"``, else ``()``. The
        mean of no steps is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, ``epsilon < 0`` or `reduction` is unknown.

    Peers:
        `rlax.clipped_surrogate_pg_loss` takes one sequence of ratios, not of
        logarithms, and gives the mean: a ratio that overflows has slope nan, where
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
    xp, out, (input, old, advantage) = promote_arrays(
        dtype, input=input, old=old, advantage=advantage
    )
    shape = tuple(input.shape)
    (weight,) = cast_like(xp, input, weight=weight)
    check_steps(shape, old=old, advantage=advantage, weight=weight)
    epsilon = check_scalar(xp, input, at_least=0, epsilon=epsilon)
    input = propagate_nan(xp, input, epsilon)
    where = check_where(xp, input, where, shape)
    input, old, advantage = fill_masked(
        xp, where, (input, 0.0), (old, 0.0), (advantage, 0.0)
    )
    fixed = xp.stop_gradient(old), xp.stop_gradient(advantage)
    slopes = (_slope, None, None, _epsilon_slope)
    cost = xp.custom_jvp(_cost, slopes, input, *fixed, epsilon)
    return reduce_losses(xp, out, cost, reduction, weight=weight, where=where)


def _cost(xp: Namespace, x: Any, old: Any, advantage: Any, epsilon: Any) -> Any:
    ratio = xp.exp(x - old)
    more = advantage * xp.clamp_max(ratio, 1 + epsilon)
    less = advantage * xp.clamp_min(ratio, 1 - epsilon)
    return -xp.where(advantage < 0, less, more)


def _beyond(xp: Namespace, ratio: Any, advantage: Any, epsilon: Any) -> Any:
    """Tell where the ratio is where the advantage drives it, and beyond the bound."""
    high = xp.logical_and(advantage >= 0, ratio > 1 + epsilon)
    return xp.logical_or(high, xp.logical_and(advantage < 0, ratio < 1 - epsilon))


def _slope(xp: Namespace, *arguments: Any) -> Any:
    def slope(xp: Namespace, x: Any, old: Any, advantage: Any, epsilon: Any) -> Any:
        ratio = xp.exp(x - old)
        beyond = _beyond(xp, ratio, advantage, epsilon)
        return -advantage * xp.where(beyond, 0.0, ratio)

    # It is its own derivative, also where an infinite ratio is not selected.
    return xp.custom_jvp(slope, (_slope, None, None, None), *arguments)


def _epsilon_slope(xp: Namespace, x: Any, old: Any, *rest: Any) -> Any:
    beyond = _beyond(xp, xp.exp(x - old), *rest)
    return xp.where(beyond, -xp.absolute(rest[0]), 0.0)
