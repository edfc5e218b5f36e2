"""Clipped surrogate loss of proximal policy optimisation."""

import functools
from typing import Any

from funloss._array import Namespace
from funloss._core.loss import loss
from funloss._core.options import Bounds, Option, non_negative
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
    options = {"epsilon": non_negative(epsilon)}
    if epsilon_high is not None:
        options["epsilon_high"] = non_negative(epsilon_high)
    if dual_clip is not None:
        options["dual_clip"] = Option(dual_clip, Bounds(above=1))
    steps = time_steps(
        input=input,
        old=old,
        advantage=advantage,
        options=options,
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp, (input, old, advantage) = steps.xp, steps.arrays.values()
    constants = xp.stop_gradient(old), xp.stop_gradient(advantage)
    limits = steps.options
    if dual_clip is not None and epsilon_high is None:
        limits = limits[0], *limits
    partials = (_ppo_clip_d_input, None, None, *_D_LIMITS[len(limits)])
    losses = xp.custom_jvp(_ppo_clip, partials, input, *constants, *limits)
    return steps.reduce(losses, reduction)


def _ppo_clip(
    xp: Namespace,
    x: Any,
    old: Any,
    advantage: Any,
    low: Any,
    high: Any = None,
    cap: Any = None,
) -> Any:
    ratio = xp.exp(x - old)
    high = low if high is None else high
    clipped_above = advantage * xp.clamp_max(ratio, 1 + high)
    clipped_below = xp.clamp_min(ratio, 1 - low)
    if cap is not None:
        clipped_below = xp.clamp_max(clipped_below, cap)
    return -xp.where(advantage < 0, advantage * clipped_below, clipped_above)


def _is_clipped(
    xp: Namespace, ratio: Any, advantage: Any, low: Any, high: Any, cap: Any
) -> Any:
    """Tell where the ratio is beyond a limit of its advantage; None: there is none."""
    beyond = []
    if high is not None:
        beyond.append(xp.logical_and(advantage >= 0, ratio > 1 + high))
    if low is not None:
        beyond.append(xp.logical_and(advantage < 0, ratio < 1 - low))
    if cap is not None:
        beyond.append(xp.logical_and(advantage < 0, ratio > cap))
    return functools.reduce(xp.logical_or, beyond)


def _ppo_clip_d_input(xp: Namespace, *arguments: Any) -> Any:
    def partial(
        xp: Namespace,
        x: Any,
        old: Any,
        advantage: Any,
        low: Any,
        high: Any = None,
        cap: Any = None,
    ) -> Any:
        ratio = xp.exp(x - old)
        high = low if high is None else high
        is_clipped = _is_clipped(xp, ratio, advantage, low, high, cap)
        return -advantage * xp.where(is_clipped, 0.0, ratio)

    # It is its own derivative, also where an infinite ratio is not selected.
    partials = (_ppo_clip_d_input, *(None,) * (len(arguments) - 1))
    return xp.custom_jvp(partial, partials, *arguments)


def _ppo_clip_d_epsilon(
    xp: Namespace, x: Any, old: Any, advantage: Any, epsilon: Any
) -> Any:
    ratio = xp.exp(x - old)
    is_clipped = _is_clipped(xp, ratio, advantage, epsilon, epsilon, None)
    return xp.where(is_clipped, -xp.absolute(advantage), 0.0)


def _ppo_clip_d_low(
    xp: Namespace, x: Any, old: Any, advantage: Any, low: Any, *others: Any
) -> Any:
    del others
    is_clipped = _is_clipped(xp, xp.exp(x - old), advantage, low, None, None)
    return xp.where(is_clipped, advantage, 0.0)


def _ppo_clip_d_high(
    xp: Namespace, x: Any, old: Any, advantage: Any, low: Any, high: Any, *cap: Any
) -> Any:
    del low, cap
    is_clipped = _is_clipped(xp, xp.exp(x - old), advantage, None, high, None)
    return xp.where(is_clipped, -advantage, 0.0)


def _ppo_clip_d_cap(
    xp: Namespace, x: Any, old: Any, advantage: Any, low: Any, high: Any, cap: Any
) -> Any:
    del low, high
    is_clipped = _is_clipped(xp, xp.exp(x - old), advantage, None, None, cap)
    return xp.where(is_clipped, -advantage, 0.0)


# By how many limits there are: one for both sides, one for each, and the cap as well.
_D_LIMITS = {
    1: (_ppo_clip_d_epsilon,),
    2: (_ppo_clip_d_low, _ppo_clip_d_high),
    3: (_ppo_clip_d_low, _ppo_clip_d_high, _ppo_clip_d_cap),
}
