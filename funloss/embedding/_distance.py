"""Distances between rows of two arrays."""

from typing import Any

from funloss._array import Namespace
from funloss._array.compiled import fixed
from funloss._core.arrays import check_where, fill_masked, promote_arrays
from funloss._core.checks import broadcast_shape
from funloss._core.loss import loss
from funloss._core.options import check_scalar
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real

__all__ = ["check_norm", "distance", "pairwise_distance"]


@loss
def pairwise_distance(
    x1: Array,
    x2: ArrayLike,
    *,
    p: float = 2.0,
    eps: Real = 1e-6,
    keepdim: bool = False,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Pairwise distance: the p-norm of the difference of corresponding rows.

    The distance is ``norm(x1 - x2 + eps, p)`` over the last axis. `eps` is added
    with its sign, to every coordinate. The slope at the zero vector is 0.

    Args:
        x1: Rows, shape ``(*, D)``, real.
        x2: Rows, broadcastable with `x1`.
        p: Order of the norm, a Python number; 0 counts non-zero coordinates,
            inf takes the largest, whose slope ties share equally.
        eps: Added to each difference, in its units; a Python number.
        keepdim: Keep the last axis, with size 1.
        where: Boolean, broadcastable to ``(*)``. A False row has distance 0 and
            slope 0, even at nan.
        dtype: Of the result; the promoted dtype of `x1` and `x2` if None.

    Returns:
        Distances in units of `x1`, shape ``(*)``, or ``(*, 1)`` with `keepdim`.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not broadcast, or `p` or `eps` is nan.

    Torch:
        `torch.nn.functional.pairwise_distance`, except that the norm neither
        overflows nor underflows and two integer arrays raise. `where` and
        `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> x1, x2 = np.asarray([[3.0, 4.0]]), np.zeros((1, 2))
        >>> print(pairwise_distance(x1, x2, eps=0.0))
        [5.]
    """
    xp, out, (x1, x2) = promote_arrays(dtype, x1=x1, x2=x2)
    p, eps = check_norm(xp, x1, p, eps)
    shape = broadcast_shape(x1=x1, x2=x2)[:-1]
    x1, x2 = xp.of_ndim(len(shape) + 1, x1, x2)
    where = check_where(xp, x1, where, shape)
    rows = None if where is None else xp.expand_dims(where, axis=-1)
    x1, x2 = fill_masked(xp, rows, (x1, 0.0), (x2, 0.0))
    value = reduce_losses(xp, out, distance(xp, x1, x2, p, eps), "none", where=where)
    return xp.expand_dims(value, axis=-1) if keepdim else value


def check_norm(xp: Namespace, like: Any, p: Any, eps: Any) -> tuple[float, Any]:
    """Return the order of a norm, a Python number, and its `eps`, or raise."""
    p = check_scalar(xp, like, at_least=-float("inf"), p=fixed(p))
    if not isinstance(p, float):
        msg = "p must be a Python number, got an array"
        raise TypeError(msg)
    return p, check_scalar(xp, like, at_least=-float("inf"), eps=eps)


def distance(xp: Namespace, x1: Any, x2: Any, p: float, eps: Any) -> Any:
    """Return ``norm(x1 - x2 + eps, p)`` over the last axis; of a 0-d pair, too."""
    difference = x1 - x2 + eps
    if not difference.shape:
        difference = xp.reshape(difference, (1,))
    return xp.norm(difference, p, -1)
