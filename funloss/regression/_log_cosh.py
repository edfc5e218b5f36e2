"""The logarithm of the hyperbolic cosine of the error."""

from typing import Any

from funloss._array import Namespace
from funloss._core.elements import difference_partials, elements
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["log_cosh_loss"]

# From here on log(cosh(e)) is abs(e) - log(2) to all digits of float64.
_FAR = 20.0


@loss
def log_cosh_loss(
    input: Array,
    target: ArrayLike,
    *,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Log-cosh loss: ``log(cosh(input - target))``, a smooth Huber loss.

    With ``e = input - target``, the loss of an element is ``log(cosh(e))``: nearly
    ``e**2 / 2`` near zero and ``abs(e) - log(2)`` far from it. The derivative is
    ``tanh(e)``. Unlike that of `huber_loss`, the curvature has no jump.

    Args:
        input: Predictions, shape ``(*)``, real. The unit matters: the loss turns
            from quadratic to linear at an error of about 1.
        target: True values, same shape, or a number. One of the two is floating.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each element's loss, same shape. The mean divides by
            the sum of the weights.
        where: Boolean, broadcastable to `input`. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss, shape ``(*)`` for ``"none"``, else ``()``. The mean of no elements
        is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, or `reduction` is unknown.

    Peers:
        `optax.losses.log_cosh` and `keras.losses.log_cosh`. Those subtract
        ``log(2)`` from a number near it, and lose the digits of small errors: in
        float32 1e-4 has loss 0 there, and 5e-9 here. Keras averages over the last
        axis. torch has no such loss.

    Examples:
        >>> import numpy as np
        >>> loss = log_cosh_loss(np.asarray([1e-4, 1e4]), 0.0, reduction="none")
        >>> print(float(loss[0].round(12)), float(loss[1].round(4)))
        5e-09 9999.3069

    References:
        Q. Wang, Y. Ma, K. Zhao and Y. Tian, A comprehensive survey of loss
        functions in machine learning, 2022.
        P. Chen, G. Chen and S. Zhang, Log hyperbolic cosine loss improves
        variational auto-encoder, 2019.
    """
    batch = elements(
        input=input, target=target, weight=weight, where=where, dtype=dtype
    )
    losses = batch.map(_log_cosh, difference_partials(_log_cosh_d_input))
    return batch.reduce(losses, reduction, mean_over="weight")


def _log_cosh(xp: Namespace, input: Any, target: Any) -> Any:
    size = xp.absolute(input - target)
    near = xp.clamp_max(size, _FAR)
    grown = xp.expm1(near)
    # cosh - 1 of what is near; log1p of it keeps the digits of the smallest error.
    return xp.log1p(grown * (0.5 * grown / (1.0 + grown))) + (size - near)


def _log_cosh_d_input(xp: Namespace, input: Any, target: Any) -> Any:
    return xp.tanh(input - target)
