"""Mean squared error."""

from typing import Any

from funloss._array import Namespace
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["mse_loss"]


@loss
def mse_loss(
    input: Array,
    target: ArrayLike,
    *,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Mean squared error (L2 loss): ``(input - target)**2``.

    The loss of an element is ``(input - target)**2``. The optimum is the mean of the
    targets, so that a single outlier pulls without limit.

    Args:
        input: Predictions, shape ``(*)``, real.
        target: True values, same shape, or a number. One of the two is floating.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each element's loss, same shape. The mean divides by
            the sum of the weights.
        where: Boolean, broadcastable to `input`. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in squared units of `input`, shape ``(*)`` for ``"none"``, else
        ``()``. The mean of no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, or `reduction` is unknown.

    Torch:
        `torch.nn.functional.mse_loss`, except that unequal shapes raise (torch
        warns and broadcasts). `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> print(mse_loss(np.asarray([1.0, -2.0]), np.zeros(2)))
        2.5
    """
    batch = elements(
        input=input, target=target, weight=weight, where=where, dtype=dtype
    )
    losses = batch.map(squared_error)
    return batch.reduce(losses, reduction, mean_over="weight")


def squared_error(xp: Namespace, input: Any, target: Any) -> Any:
    return xp.square(input - target)
