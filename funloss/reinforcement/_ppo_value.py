"""Clipped loss of the values of proximal policy optimisation."""

from typing import Any

from funloss._array import Namespace
from funloss._core.loss import loss
from funloss._core.options import non_negative
from funloss._core.time_steps import time_steps
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["ppo_value_loss"]


@loss
def ppo_value_loss(
    input: Array,
    old: ArrayLike,
    target: ArrayLike,
    *,
    epsilon: Real = 0.2,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """PPO value loss: half the larger squared error, of a value and the clipped value.

    With ``clipped = clip(input, old - epsilon, old + epsilon)``, the loss of a step is
    ``max((input - target)**2, (clipped - target)**2) / 2``. A value that has moved
    towards its target by more than `epsilon` has gradient 0, unless it has gone past
    it so far that its own error is the larger; where both errors are equal the
    gradient is ``input - target``. `old` and `target` are constants.

    Args:
        input: Values of states, shape ``(*)``, real.
        old: The same before the update, when the steps were taken, same shape or a
            number.
        target: Returns, same shape or a number.
        epsilon: How far a value may usefully go from `old`, in its units; a number
            >= 0 or a 0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each step's loss, same shape or a number. The mean still
            divides by the number of steps.
        where: Boolean, broadcastable to `input`. A False step has loss 0 and gradient 0
            (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of the arrays if None.

    Returns:
        Loss in squared units of `input`, shape ``(*)`` for ``"none"``, else ``()``.
        The mean of no steps is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, ``epsilon < 0`` or `reduction` is unknown.

    Peers:
        Where the errors on both sides of a target are equal, `torch.maximum`, as others
        write it, has half the gradient. With ``epsilon=inf`` the loss is half of
        `mse_loss`.

    Examples:
        >>> import numpy as np
        >>> value, old = np.asarray([0.25, 0.75]), np.zeros(2)
        >>> print(ppo_value_loss(value, old, 1.0, epsilon=0.5, reduction="none"))
        [0.28125 0.125  ]

    References:
        L. Engstrom et al., Implementation matters in deep policy gradients: A case
        study on PPO and TRPO, 2020.
    """
    steps = time_steps(
        input=input,
        old=old,
        target=target,
        options={"epsilon": non_negative(epsilon)},
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp, (input, old, target) = steps.xp, steps.arrays.values()
    constants = xp.stop_gradient(old), xp.stop_gradient(target)
    partials = (_ppo_value_d_input, None, None, _ppo_value_d_epsilon)
    losses = xp.custom_jvp(_ppo_value, partials, input, *constants, *steps.options)
    return steps.reduce(losses, reduction)


def _errors(xp: Namespace, x: Any, old: Any, target: Any, epsilon: Any) -> Any:
    """Return the error of the value, and that of the clipped value."""
    # Not old plus a clipped difference, which is not `x` to rounding within the bounds.
    clipped = xp.minimum(xp.maximum(x, old - epsilon), old + epsilon)
    return x - target, clipped - target


def _ppo_value(xp: Namespace, *arguments: Any) -> Any:
    error, clipped = map(xp.absolute, _errors(xp, *arguments))
    return 0.5 * xp.square(xp.maximum(error, clipped))


def _ppo_value_d_input(xp: Namespace, *arguments: Any) -> Any:
    error, clipped = _errors(xp, *arguments)
    is_clipped = xp.absolute(clipped) > xp.absolute(error)
    is_nan = xp.isnan(clipped)
    return xp.where(is_nan, clipped, xp.where(is_clipped, 0.0, error))


def _ppo_value_d_epsilon(
    xp: Namespace, x: Any, old: Any, target: Any, epsilon: Any
) -> Any:
    error, clipped = _errors(xp, x, old, target, epsilon)
    is_clipped = xp.absolute(clipped) > xp.absolute(error)
    return xp.where(is_clipped, xp.where(x < old, -clipped, clipped), 0.0)
