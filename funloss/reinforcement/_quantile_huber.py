"""Quantile Huber loss of distributional reinforcement learning."""

import functools

from funloss._core.loss import loss
from funloss._core.time_steps import time_steps
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.reinforcement._quantile_regression import (
    check_delta,
    check_samples,
    quantile_huber,
    quantile_levels,
)

__all__ = ["quantile_huber_loss"]


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

    With ``e = target[j] - input[i]``, the loss of a sample is ``w * l`` summed over
    `i` and averaged over `j`, where ``l`` is the `smooth_l1_loss` of ``e`` with
    ``beta=delta`` and ``w`` is ``tau[i]``, or ``1 - tau[i]`` where ``e < 0``.

    Args:
        input: Quantiles, shape ``(*, K)``, real.
        target: Samples of what they are quantiles of, shape ``(*, M)``.
        tau: Level of each quantile, in 0..1, shape ``(K,)`` or that of `input`,
            or a number; ``(i + 0.5) / K`` if None.
        delta: Error, in units of `input`, where the loss turns linear; a number >= 0
            (0: linear everywhere), or a 0-d array > 0.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each sample's loss, shape ``(*)`` or a number. The mean
            still divides by the number of samples.
        where: Boolean, broadcastable to ``(*)``. A False sample has loss 0 and
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in units of `input`, shape ``(*)`` for ``"none"``, else ``()``. The mean
        of no samples is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, ``delta < 0``, `reduction` is unknown, or a
            level is out of range (on JAX: nan in value and gradient; see
            `debug_values`).

    Peers:
        `rlax.quantile_regression_loss` takes one sample, has ``huber_param=0`` by
        default, and does not divide by it: its loss is `delta` times this one for
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
    steps = time_steps(
        input=input,
        target=target,
        constants={"tau": tau},
        layout=functools.partial(check_samples, samples="target", inner=1),
        inner={"input": 1, "target": 1},
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp, (input, target, tau) = steps.xp, steps.arrays.values()
    tau = quantile_levels(xp, input, tau, steps.inner_where[0])
    delta = check_delta(xp, input, delta)
    losses = quantile_huber(xp, input, target, tau, delta, 1 / target.shape[-1])
    return steps.reduce(losses, reduction)
