"""Hinge embedding loss."""

from typing import Any

from funloss._array import Namespace
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.options import real
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

    The loss of an element is ``input`` where the target is 1 and ``max(0, margin -
    input)`` where it is -1. Any other target gets the sum of both. At ``input ==
    margin`` the hinge is active: the derivative is -1.

    Args:
        input: Distances of pairs, shape ``(*)``, real.
        target: 1 for similar, -1 for dissimilar; broadcastable with `input`. It has no
            gradient.
        margin: Distance that dissimilar pairs should reach, in units of
            `input`; a number or a 0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to the result. A False element has loss 0 and
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in units of `input`, the broadcast shape for ``"none"``, else ``()``. The
        mean of no elements is nan.

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
    batch = elements(
        input=input,
        target=target,
        where=where,
        dtype=dtype,
        options={"margin": real(margin)},
        fill={"target": 1.0},
        shapes="broadcast",
    )
    return batch.reduce(batch.map(_hinge_embedding), reduction)


def _hinge_embedding(xp: Namespace, input: Any, target: Any, margin: Any) -> Any:
    hinge = xp.clamp_min(margin - input, 0.0)
    return xp.where(target == 1, input, xp.where(target == -1, hinge, hinge + input))
