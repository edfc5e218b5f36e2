"""Regret policy gradient loss."""

from typing import Any

from funloss._array import Namespace
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.reinforcement._advantages import (
    advantages,
    policy,
    reduce_all_actions,
    regrets,
)

__all__ = ["rpg_loss"]


@loss
def rpg_loss(
    input: Array,
    value: ArrayLike,
    *,
    reduction: Reduction = "mean",
    axis: int = -1,
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Regret policy gradient (RPG) loss.

    With ``p = softmax(input)``, the loss of a row is ``sum(max(0, value - sum(p *
    value)))``. An action whose value is exactly that of the policy adds nothing to the
    gradient.

    Args:
        input: As for `qpg_loss`.
        value: As for `qpg_loss`.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        axis: As for `qpg_loss`.
        weight: As for `qpg_loss`.
        where: As for `qpg_loss`.
        dtype: As for `qpg_loss`.

    Returns:
        Loss in units of `value`, shape ``(*)`` for ``"none"``, else ``()``. The mean
        of no rows is nan.

    Raises:
        TypeError: `input` is not floating, or arrays of two libraries.
        ValueError: Shapes do not fit, or `reduction` or `axis` is unknown.

    Peers:
        `rlax.rpg_loss` takes one sequence and gives the mean.

    Examples:
        >>> import numpy as np
        >>> print(rpg_loss(np.zeros((1, 2)), np.asarray([[1.0, 3.0]])))
        1.0

    References:
        S. Srinivasan et al., Actor-critic policy optimization in partially observable
        multiagent environments, 2018.
    """
    return reduce_all_actions(
        _rpg,
        _rpg_d_input,
        input,
        value,
        reduction,
        axis=axis,
        weight=weight,
        where=where,
        dtype=dtype,
    )


def _rpg(xp: Namespace, x: Any, value: Any, axis: int) -> Any:
    (p,) = policy(xp, x, value, axis)
    return xp.total(regrets(xp, advantages(xp, p, value, axis)), axis)


def _rpg_d_input(xp: Namespace, x: Any, value: Any, axis: int, p: Any) -> Any:
    del x
    advantage = advantages(xp, p, value, axis)
    count = xp.total(xp.heaviside(advantage), axis, keepdims=True)
    return -count * p * advantage
