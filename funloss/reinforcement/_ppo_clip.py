"""Clipped surrogate loss of proximal policy optimisation."""

from collections.abc import Mapping
from typing import Any

from funloss._array import Namespace
from funloss._core.loss import loss
from funloss._core.options import Bounds, Option, non_negative
from funloss._core.time_steps import time_steps
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["clip_limits", "clipped_losses", "ppo_clip_loss", "shared_ratio"]


@loss
def ppo_clip_loss(
    input: Array,
    old: ArrayLike,
    advantage: ArrayLike,
    *,
    epsilon: Real = 0.2,
    epsilon_high: Real | None = None,
    dual_clip: Real | None = None,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Clipped surrogate loss of proximal policy optimisation (PPO).

    With ``ratio = exp(input - old)``, the loss of a step is ``-min(ratio * advantage,
    clip(ratio, 1 - epsilon, 1 + epsilon) * advantage)``. A ratio beyond the bound
    that `advantage` drives it to has gradient 0; on the bound it still has one. With
    `dual_clip` so does one beyond that, of an action that was worse than expected.
    `old` and `advantage` are constants.

    Args:
        input: Logarithm of the probability of the action taken, shape ``(*)``, real.
        old: The same under the policy that took it, same shape or a number.
        advantage: Return of the action less the expected one, same shape or a number.
        epsilon: How far the ratio may usefully go from 1; a number >= 0 or a 0-d
            array.
        epsilon_high: How far it may usefully go above 1, where that differs; likewise.
            None for `epsilon`.
        dual_clip: What a ratio counts as at most where the advantage is negative; a
            number > 1 or a 0-d array. None for no bound.
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
        ValueError: Shapes do not fit, `reduction` is unknown or an option is out of its
            range.

    Peers:
        Tunix calls `dual_clip` ``epsilon_c``; TRL, Liger and EasyDeL call it ``delta``,
        a bound on all ratios, which has no effect on those of other advantages.
        `rlax.clipped_surrogate_pg_loss` takes one sequence of ratios, not of
        logarithms, and gives the mean: a ratio that overflows has gradient nan, where
        here it is 0 beyond the bound.

    Examples:
        >>> import numpy as np
        >>> new, old = np.log(np.asarray([0.5, 0.5])), np.log(np.asarray([0.25, 0.25]))
        >>> gain = np.asarray([1.0, -1.0])
        >>> print(ppo_clip_loss(new, old, gain, reduction="none"))
        [-1.2  2. ]
        >>> bounds = {"epsilon_high": 0.5, "dual_clip": 1.5}
        >>> print(ppo_clip_loss(new, old, gain, **bounds, reduction="none"))
        [-1.5  1.5]

    References:
        J. Schulman et al., Proximal policy optimization algorithms, 2017.
        D. Ye et al., Mastering complex control in MOBA games with deep reinforcement
        learning, 2020: `dual_clip`.
        Q. Yu et al., DAPO: An open-source LLM reinforcement learning system at scale,
        2025: `epsilon_high`.
    """
    limits = clip_limits(epsilon, epsilon_high, dual_clip)
    steps = time_steps(
        input=input,
        old=old,
        advantage=advantage,
        options=limits,
        weight=weight,
        where=where,
        dtype=dtype,
    )
    settled = dict(zip(limits, steps.options, strict=True))
    input, old, advantage = steps.arrays.values()
    losses = clipped_losses(steps.xp, input, old, advantage, settled)
    return steps.reduce(losses, reduction)


def clip_limits(epsilon: Any, epsilon_high: Any, dual_clip: Any) -> dict[str, Option]:
    """Return the options that bound the ratio, those that are given."""
    limits = {"epsilon": non_negative(epsilon)}
    if epsilon_high is not None:
        limits["epsilon_high"] = non_negative(epsilon_high)
    if dual_clip is not None:
        limits["dual_clip"] = Option(dual_clip, Bounds(above=1))
    return limits


def clipped_losses(
    xp: Namespace, input: Any, old: Any, advantage: Any, limits: Mapping[str, Any]
) -> Any:
    """Return the losses of steps; `limits` are settled options of `clip_limits`."""
    constants = xp.stop_gradient(old), xp.stop_gradient(advantage)
    low, high, cap = map(limits.get, ("epsilon", "epsilon_high", "dual_clip"))
    d_low = _d_epsilon if high is None else _d_low
    partials = (_d_input, None, None, d_low, _d_high, _d_cap)
    arguments = input, *constants, low, high, cap
    return xp.custom_jvp(_ppo_clip, partials, *arguments, shared=shared_ratio)


def shared_ratio(xp: Namespace, x: Any, old: Any, *others: Any) -> Any:
    """Return the ratio, which formulas and their partials share."""
    del others
    return (xp.exp(x - old),)


# A limit above that is None is that below, and there may be no cap.
def _ppo_clip(
    xp: Namespace, x: Any, old: Any, advantage: Any, low: Any, high: Any, cap: Any
) -> Any:
    ratio = xp.exp(x - old)
    high = low if high is None else high
    clipped_above = advantage * xp.clamp_max(ratio, 1 + high)
    clipped_below = xp.clamp_min(ratio, 1 - low)
    if cap is not None:
        clipped_below = xp.clamp_max(clipped_below, cap)
    return -xp.where(advantage < 0, advantage * clipped_below, clipped_above)


def _d_input(xp: Namespace, *arguments: Any) -> Any:
    def partial(xp: Namespace, *arguments: Any) -> Any:
        _, _, advantage, low, high, cap, ratio = arguments
        beyond = ratio < 1 - low
        if cap is not None:
            beyond = xp.logical_or(beyond, ratio > cap)
        above = ratio > 1 + (low if high is None else high)
        beyond = xp.where(advantage < 0, beyond, above)
        return -advantage * xp.where(beyond, 0.0, ratio)

    # It is its own derivative, also where an infinite ratio is not selected.
    partials = (_d_input, *(None,) * (len(arguments) - 1))
    return xp.custom_jvp(partial, partials, *arguments)


def _d_epsilon(xp: Namespace, *arguments: Any) -> Any:
    return _d_low(xp, *arguments) + _d_high(xp, *arguments)


def _d_low(xp: Namespace, *arguments: Any) -> Any:
    _, _, advantage, low, _, _, ratio = arguments
    beyond = xp.logical_and(advantage < 0, ratio < 1 - low)
    return xp.where(beyond, advantage, 0.0)


def _d_high(xp: Namespace, *arguments: Any) -> Any:
    _, _, advantage, low, high, _, ratio = arguments
    above = ratio > 1 + (low if high is None else high)
    return xp.where(xp.logical_and(advantage >= 0, above), -advantage, 0.0)


def _d_cap(xp: Namespace, *arguments: Any) -> Any:
    _, _, advantage, _, _, cap, ratio = arguments
    beyond = xp.logical_and(advantage < 0, ratio > cap)
    return xp.where(beyond, -advantage, 0.0)
