"""Policy gradient loss of the actions taken."""

from funloss._core.loss import loss
from funloss._core.time_steps import time_steps
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["policy_gradient_loss"]


@loss
def policy_gradient_loss(
    input: Array,
    action: ArrayLike,
    advantage: ArrayLike,
    *,
    reduction: Reduction = "mean",
    axis: int = -1,
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Policy gradient loss (REINFORCE): ``-advantage * log(p[action])``.

    The loss of a step is ``-advantage * log_softmax(input)[action]``. The advantage is
    a constant: only `input` has a gradient.

    Args:
        input: Logits of actions, shape ``(*, A)``, floating.
        action: Actions taken, in ``0..A-1``, shape ``(*)``, integers of any width.
        advantage: Return of each action less the expected one, shape ``(*)`` or
            a number.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        axis: Axis of the actions.
        weight: Factor on each step's loss, shape ``(*)`` or a number. The mean still
            divides by the number of steps.
        where: Boolean, broadcastable to `action`. A False step has loss 0 and
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `advantage` if None.

    Returns:
        Loss in nats times the unit of `advantage`, shape ``(*)`` for ``"none"``, else
        ``()``. The mean of no steps is nan.

    Raises:
        TypeError: `input` is not floating, or `action` not an integer array.
        ValueError: Shapes do not fit, `reduction` or `axis` is unknown, or an action
            is out of range (on JAX: nan in value and gradient; see `debug_values`).

    Peers:
        `rlax.policy_gradient_loss` takes one sequence, always needs weights and gives
        the mean; to it action -1 is the last one.

    Examples:
        >>> import numpy as np
        >>> logits, action = np.zeros((2, 4)), np.asarray([0, 3])
        >>> gain = np.asarray([1.0, -1.0])
        >>> print(policy_gradient_loss(logits, action, gain, reduction="none").round(4))
        [ 1.3863 -1.3863]

    References:
        R. J. Williams, Simple statistical gradient-following algorithms for
        connectionist reinforcement learning, 1992.
    """
    steps = time_steps(
        input=input,
        advantage=advantage,
        axis=axis,
        inner={"input": 1},
        fill={"input": None},
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp, (input, advantage) = steps.xp, steps.arrays.values()
    labels, bad = steps.labels(input, action=action)
    advantage = xp.broadcast_to(xp.stop_gradient(advantage), steps.shape)
    where = None if steps.where is None else xp.broadcast_to(steps.where, steps.shape)
    losses = xp.softmax_cross_entropy_with_integer_labels(
        input, labels, steps.axis, where, row_weight=advantage
    )
    losses = losses if bad is None else xp.nan_where(losses, bad)
    return steps.reduce(losses, reduction)
