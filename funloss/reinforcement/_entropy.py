"""Entropy regularisation of a policy."""

from typing import Any

from funloss._array import Namespace
from funloss._core.loss import loss
from funloss._core.time_steps import time_steps
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["entropy_loss"]


@loss
def entropy_loss(
    input: Array,
    *,
    reduction: Reduction = "mean",
    axis: int = -1,
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Entropy regularisation: the negative entropy of a categorical policy.

    With ``p = softmax(input)``, the loss of a row is ``sum(p * log(p))``, where ``0 *
    log(0)`` is 0. A logit of -inf, an action that may not be taken, has gradient 0.

    Args:
        input: Logits of actions, shape ``(*, A)``, floating.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        axis: Axis of the actions.
        weight: Factor on each row's loss, shape ``(*)`` or a number. The mean still
            divides by the number of rows.
        where: Boolean, broadcastable to ``(*)``. A False row has loss 0 and gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; that of `input` if None.

    Returns:
        Loss in nats, at least ``-log(A)`` and at most 0, shape ``(*)`` for
        ``"none"``, else ``()``. The mean of no rows is nan.

    Raises:
        TypeError: `input` is not floating.
        ValueError: Shapes do not fit, or `reduction` or `axis` is unknown.

    Peers:
        `rlax.entropy_loss` takes one sequence, always needs weights and gives the
        mean.

    Examples:
        >>> import numpy as np
        >>> print(entropy_loss(np.asarray([0.0, 0.0, -np.inf])).round(4))
        -0.6931

    References:
        R. J. Williams and J. Peng, Function optimization using connectionist
        reinforcement learning algorithms, 1991.
    """
    steps = time_steps(
        input=input,
        axis=axis,
        inner={"input": 1},
        weight=weight,
        where=where,
        dtype=dtype,
    )
    axis, partials = steps.axis, (_negative_entropy_d_input, None)
    arguments = steps.arrays["input"], axis
    losses = steps.xp.custom_jvp(_negative_entropy, partials, *arguments, axis=axis)
    return steps.reduce(losses, reduction)


def _negative_entropy(xp: Namespace, x: Any, axis: int) -> Any:
    shifted = _shifted_logits(xp, x, axis)
    exps = xp.exp(shifted)
    normaliser = xp.total(exps, axis)
    return xp.total(exps * shifted, axis) / normaliser - xp.log(normaliser)


def _negative_entropy_d_input(xp: Namespace, x: Any, axis: int) -> Any:
    shifted = _shifted_logits(xp, x, axis)
    exps = xp.exp(shifted)
    p = exps / xp.total(exps, axis, keepdims=True)
    return p * (shifted - xp.total(p * shifted, axis, keepdims=True))


def _shifted_logits(xp: Namespace, x: Any, axis: int) -> Any:
    """Return the logits less their maximum, bounded so that ``0 * x`` is 0."""
    top = xp.stop_gradient(xp.amax(x, axis, keepdims=True))
    return xp.clamp_min(x - top, -1e30)
