"""Hinge embedding: pull similar pairs together, push others past a margin."""

from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import check_where, fill_masked, promote_arrays
from funloss._core.checks import broadcast_shape
from funloss._core.loss import loss
from funloss._core.options import check_scalar
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["hinge_embedding_loss"]


@loss
def hinge_embedding_loss(
    input: Array,
    target: ArrayLike,
    *,
    margin: Real = 1.0,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Hinge embedding loss: the distance of similar pairs, a hinge for the others.

    An element costs ``input`` where the target is 1 and ``max(0, margin -
    input)`` where it is -1. Any other target gets the sum of both. At ``input
    == margin`` the slope is that of the active side, -1.

    Args:
        input: Distances of pairs, shape ``(*)``, real.
        target: 1 for similar, -1 for dissimilar; broadcastable with `input`.
            It has no slope.
        margin: Distance that dissimilar pairs should reach, in units of
            `input`; a number or a 0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to the result. A False element costs 0, has
            slope 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Cost in units of `input`, the broadcast shape for ``"none"``, else
        ``()``. The mean of no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not broadcast, or `reduction` is unknown.

    Torch:
        `torch.nn.functional.hinge_embedding_loss`, except that the result has
        the promoted dtype, not the input's. `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> x, t = np.asarray([0.25, 0.25, 2.0]), np.asarray([1, -1, -1])
        >>> print(hinge_embedding_loss(x, t, reduction="none"))
        [0.25 0.75 0.  ]
    """
    xp, out, (input, target) = promote_arrays(dtype, input=input, target=target)
    shape = broadcast_shape(input=input, target=target)
    input, target = xp.of_ndim(len(shape), input, target)
    margin = check_scalar(xp, input, margin=margin)
    where = check_where(xp, input, where, shape)
    input, target = fill_masked(xp, where, (input, 0.0), (target, 1.0))
    cost = xp.custom_jvp(_hinge, None, input, target, margin)
    return reduce_losses(xp, out, cost, reduction, where=where)


def _hinge(xp: Namespace, input: Any, target: Any, margin: Any) -> Any:
    push = xp.clamp_min(margin - input, 0.0)
    return xp.where(target == 1, input, xp.where(target == -1, push, push + input))
