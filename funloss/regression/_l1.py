"""L1: the absolute error."""

from typing import Any

from funloss._array import Namespace
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["absolute_error", "l1_loss"]


@loss
def l1_loss(
    input: Array,
    target: ArrayLike,
    *,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Mean absolute error (L1 loss): ``abs(input - target)``.

    The loss of an element is ``abs(input - target)``. The optimum is the median of
    the targets, so that outliers pull little. The derivative is -1, 0 or 1; 0 at an
    exact fit.

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
        Loss in units of `input`, shape ``(*)`` for ``"none"``, else ``()``. The
        mean of no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, or `reduction` is unknown.

    Torch:
        `torch.nn.functional.l1_loss`, except that unequal shapes raise (torch
        warns and broadcasts) and two integer arrays raise. `where` and `dtype`
        are new.

    Examples:
        >>> import numpy as np
        >>> print(l1_loss(np.asarray([1.0, -2.0]), np.zeros(2)))
        1.5
    """
    batch = elements(
        input=input, target=target, weight=weight, where=where, dtype=dtype
    )
    losses = batch.map(absolute_error)
    return batch.reduce(losses, reduction, mean_over="weight")


def absolute_error(xp: Namespace, input: Any, target: Any) -> Any:
    """Return the loss of each element."""
    return xp.absolute(input - target)
