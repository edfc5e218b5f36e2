"""Deterministic policy gradient loss."""

from funloss._core.loss import loss
from funloss._core.options import check_scalar
from funloss._core.time_steps import time_steps
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["dpg_loss"]


@loss
def dpg_loss(
    input: Array,
    gradient: ArrayLike,
    *,
    clipping: Real | None = None,
    reduction: Reduction = "mean",
    axis: int = -1,
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Deterministic policy gradient (DPG) loss.

    With ``g`` the `gradient`, the loss of a step is ``sum((target - input)**2) / 2``,
    where ``target = input + g`` is a constant: the gradient in `input` is ``-g``, and
    the value ``sum(g**2) / 2`` whatever the `input`.

    Args:
        input: Actions, shape ``(*, D)``, real.
        gradient: Of the value of the actions by the actions, same shape.
        clipping: Length that a longer gradient is shortened to, > 0; a number or a
            0-d array. None for any length.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        axis: Axis of the components of an action.
        weight: Factor on each step's loss, shape ``(*)`` or a number. The mean still
            divides by the number of steps.
        where: Boolean, broadcastable to ``(*)``. A False step has loss 0 and gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `gradient` if None.

    Returns:
        Loss in squared units of `gradient`, shape ``(*)`` for ``"none"``, else ``()``.
        The mean of no steps is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, ``clipping <= 0``, or `reduction` or `axis` is
            unknown.

    Peers:
        `rlax.dpg_loss` takes one step and gives a loss a component; this is their sum.
        It adds the gradient to the action before it subtracts it, which rounds.

    Examples:
        >>> import numpy as np
        >>> action, gradient = np.zeros(2), np.asarray([3.0, 4.0])
        >>> print(dpg_loss(action, gradient), dpg_loss(action, gradient, clipping=2.5))
        12.5 3.125

    References:
        D. Silver et al., Deterministic policy gradient algorithms, 2014.
    """
    steps = time_steps(
        input=input,
        gradient=gradient,
        axis=axis,
        inner={"input": 1, "gradient": 1},
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp, axis, (input, gradient) = steps.xp, steps.axis, steps.arrays.values()
    if clipping is not None:
        clipping = check_scalar(xp, input, above=0, clipping=clipping)
        norm = xp.norm(gradient, 2, axis, keepdims=True)
        gradient = gradient * (clipping / xp.clamp_min(norm, clipping))
    # 0 with the gradient of `input`: `gradient` is not rounded to the size of `input`.
    zero = input - xp.stop_gradient(input)
    losses = 0.5 * xp.square(zero - xp.stop_gradient(gradient))
    return steps.reduce(xp.total(losses, axis), reduction)
