"""Pairwise distance."""

from typing import Any

from funloss._array import Namespace
from funloss._core.loss import loss
from funloss._core.options import check_fixed, not_nan
from funloss._core.typing import Array, ArrayLike, DType, Real
from funloss._core.vector_rows import vector_rows

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

    The distance is ``norm(x1 - x2 + eps, p)`` over the last axis. `eps` is added with
    its sign, to every coordinate. The gradient at the zero vector is 0.

    Args:
        x1: Rows, shape ``(*, D)``, real.
        x2: Rows, broadcastable with `x1`.
        p: Order of the norm, a Python number; 0 counts non-zero coordinates, inf takes
            the largest, whose gradient ties share equally.
        eps: Added to each difference, in its units; a Python number.
        keepdim: Keep the last axis, with size 1.
        where: Boolean, broadcastable to ``(*)``. A False row has distance 0 and
            gradient 0, even at nan.
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
    pairs = vector_rows(x1=x1, x2=x2, where=where, dtype=dtype)
    xp, (x1, x2) = pairs.xp, pairs.vectors
    p, eps = check_norm(xp, x1, p, eps)
    distances = pairs.reduce(distance(xp, x1, x2, p, eps), "none")
    return xp.expand_dims(distances, axis=-1) if keepdim else distances


def check_norm(xp: Namespace, like: Any, p: Any, eps: Any) -> tuple[float, Any]:
    """Return the order of a norm, a Python number, and its `eps`, or raise."""
    return check_fixed(xp, like, "p", not_nan(p)), not_nan(eps).check(xp, like, "eps")


def distance(xp: Namespace, x1: Any, x2: Any, p: float, eps: Any) -> Any:
    """Return ``norm(x1 - x2 + eps, p)`` over the last axis."""
    return xp.norm(x1 - x2 + eps, p, -1)
