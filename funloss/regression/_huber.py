"""Huber loss."""

from typing import Any

from funloss._array import Namespace
from funloss._core.elements import difference_partials, elements
from funloss._core.loss import loss
from funloss._core.options import positive
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["huber_loss", "huber_losses"]


@loss
def huber_loss(
    input: Array,
    target: ArrayLike,
    *,
    reduction: Reduction = "mean",
    delta: Real = 1.0,
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Huber loss: quadratic for errors up to `delta`, linear beyond.

    With ``e = input - target``, the loss of an element is ``e**2 / 2`` up to
    ``abs(e) == delta`` and ``delta * (abs(e) - delta / 2)`` beyond.

    Args:
        input: Predictions, shape ``(*)``, real.
        target: True values, same shape, or a number. One of the two is floating.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        delta: Error, in units of `input`, where the loss turns linear; > 0. A
            number or a 0-d array.
        weight: Factor on each element's loss, same shape. The mean still divides
            by the number of elements, not by the sum of weights.
        where: Boolean, broadcastable to `input`. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in squared units of `input`, shape ``(*)`` for ``"none"``, else
        ``()``. The mean of no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, ``delta <= 0`` or `reduction` is unknown.

    Torch:
        `torch.nn.functional.huber_loss`, except that unequal shapes raise (torch
        warns and broadcasts) and that the result has the promoted dtype, not the
        input's. `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> print(huber_loss(np.asarray([0.5, 3.0]), np.zeros(2), reduction="none"))
        [0.125 2.5  ]

    References:
        P. J. Huber, Robust estimation of a location parameter, 1964.
    """
    batch = elements(
        input=input,
        target=target,
        weight=weight,
        where=where,
        dtype=dtype,
        options={"delta": positive(delta)},
    )
    losses = huber_losses(batch.xp, *batch.arrays.values(), *batch.options)
    return batch.reduce(losses, reduction)


def huber_losses(xp: Namespace, input: Any, target: Any, delta: Any) -> Any:
    """Return the loss of each element of checked arguments."""
    partials = (*difference_partials(_huber_d_input), _huber_d_delta)
    return xp.custom_jvp(_huber, partials, input, target, delta)


def _huber(xp: Namespace, input: Any, target: Any, delta: Any) -> Any:
    size = xp.absolute(input - target)
    if xp.fused:
        outer = delta * (size - 0.5 * delta)
        return xp.where(size <= delta, 0.5 * size * size, outer)
    inner = xp.clamp_max(size, delta)
    return inner * (size - 0.5 * inner)


def _huber_d_input(xp: Namespace, input: Any, target: Any, delta: Any) -> Any:
    # Nested rather than clamped: torch's second derivative is 0 on the corners.
    error = input - target
    return xp.where(error <= -delta, -delta, xp.where(error >= delta, delta, error))


def _huber_d_delta(xp: Namespace, input: Any, target: Any, delta: Any) -> Any:
    excess = xp.absolute(input - target) - delta
    return xp.where(excess > 0, excess, 0.0)
