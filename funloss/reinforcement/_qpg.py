"""Q-based policy gradient loss."""

from typing import Any

from funloss._array import Namespace
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.reinforcement._advantages import (
    advantages,
    policy,
    policy_gradient,
    reduce_all_actions,
)

__all__ = ["qpg_loss"]


@loss
def qpg_loss(
    input: Array,
    value: ArrayLike,
    *,
    reduction: Reduction = "mean",
    axis: int = -1,
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Q-based policy gradient (QPG) loss over all actions.

    With ``p = softmax(input)`` and ``a = value - sum(p * value)``, a constant, the
    loss of a row is ``-sum(p * a)``. That is 0 whatever the policy; its gradient is
    that of ``-sum(p * value)``.

    Args:
        input: Logits of actions, shape ``(*, A)``, floating.
        value: Values of the actions, same shape, finite. They have no gradient.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        axis: Axis of the actions.
        weight: Factor on each row's loss, shape ``(*)`` or a number. The mean still
            divides by the number of rows.
        where: Boolean, broadcastable to ``(*)``. A False row has loss 0 and gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `value` if None.

    Returns:
        Loss in units of `value`, shape ``(*)`` for ``"none"``, else ``()``. The mean
        of no rows is nan.

    Raises:
        TypeError: `input` is not floating, or arrays of two libraries.
        ValueError: Shapes do not fit, or `reduction` or `axis` is unknown.

    Peers:
        `rlax.qpg_loss` takes one sequence and gives the mean, 0 but for rounding.

    Examples:
        >>> import numpy as np
        >>> print(qpg_loss(np.zeros((1, 2)), np.asarray([[1.0, 3.0]])))
        0.0

    References:
        S. Srinivasan et al., Actor-critic policy optimization in partially observable
        multiagent environments, 2018.
    """
    return reduce_all_actions(
        _qpg,
        _qpg_d_input,
        input,
        value,
        reduction,
        axis=axis,
        weight=weight,
        where=where,
        dtype=dtype,
    )


# The exact value is 0; evaluating the formula would return rounding error only.
def _qpg(xp: Namespace, x: Any, value: Any, axis: int) -> Any:
    (p,) = policy(xp, x, value, axis)
    return 0.0 * xp.total(p * value, axis)


def _qpg_d_input(xp: Namespace, x: Any, value: Any, axis: int, p: Any) -> Any:
    del x
    advantage = xp.stop_gradient(advantages(xp, p, value, axis))
    return policy_gradient(xp, p, advantage, axis)
