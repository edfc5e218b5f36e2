"""Cosine similarity."""

from typing import Any

from funloss._array import Namespace
from funloss._core.loss import loss
from funloss._core.options import non_negative
from funloss._core.typing import Array, ArrayLike, DType, Real
from funloss._core.vector_rows import vector_rows
from funloss.embedding._scaled_products import (
    double_inverse_scale,
    floor_norm,
    largest_square,
    scaled_product,
)

__all__ = ["cosine_similarity"]


@loss
def cosine_similarity(
    x1: Array,
    x2: ArrayLike,
    *,
    dim: int = 1,
    eps: Real = 1e-8,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Cosine similarity between vectors along an axis.

    The cosine is ``sum(x1 * x2) / (n1 * n2)`` with ``n = max(norm(x), eps)``. The
    gradient takes each ``n`` for the norm even where `eps` is larger; the norm of the
    zero vector has gradient 0.

    Args:
        x1: Vectors, real.
        x2: Vectors, broadcastable with `x1`.
        dim: Axis of the coordinates in the broadcast shape.
        eps: Smallest norm to divide by, >= 0; a number or a 0-d array.
        where: Boolean, broadcastable to the result. A False pair is 0 and has gradient
            0, even at nan.
        dtype: Of the result; the promoted dtype of `x1` and `x2` if None.

    Returns:
        Cosines in -1..1 up to rounding, the broadcast shape without `dim`.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not broadcast, there is no axis `dim`, or ``eps <
            0``.

    Torch:
        `torch.nn.functional.cosine_similarity`, except that norms neither
        overflow nor underflow. `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> x1, x2 = np.asarray([[3.0, 4.0]]), np.asarray([[4.0, 3.0]])
        >>> print(cosine_similarity(x1, x2).round(4))
        [0.96]
    """
    pairs = vector_rows(
        x1=x1,
        x2=x2,
        axis=dim,
        axis_name="dim",
        where=where,
        dtype=dtype,
        options={"eps": non_negative(eps)},
    )
    xp, dim, (eps,) = pairs.xp, pairs.axis, pairs.options
    x1, x2 = (xp.broadcast_to(x, pairs.shape) for x in pairs.vectors)
    cosine = xp.quick_value(_unscaled_cosine, _cosine, x1, x2, eps, dim)
    return pairs.reduce(cosine, "none")


def _cosine(xp: Namespace, x1: Any, x2: Any, eps: Any, axis: int) -> Any:
    factors = [double_inverse_scale(xp, x, axis, eps) for x in (x1, x2)]
    norms = [
        floor_norm(xp, xp.norm(x, 2, axis, keepdims=True), eps) * factor
        for x, factor in zip((x1, x2), factors, strict=True)
    ]
    cosine = scaled_product(xp, x1, x2, factors, axis)
    for norm in norms:
        cosine = xp.quotient(cosine, xp.squeeze(norm, axis=axis))
    return cosine


def _unscaled_cosine(
    xp: Namespace, x1: Any, x2: Any, eps: Any, axis: int
) -> tuple[Any, Any]:
    """Return cosines, and which ones are of vectors that `_cosine` does not scale."""
    cosine, exact = xp.total(x1 * x2, axis), True
    most = largest_square(xp, x1.dtype)
    for x in (x1, x2):
        squares = xp.total(xp.square(x), axis)
        cosine = cosine / xp.clamp_min(xp.sqrt(squares), eps)
        usual = xp.logical_and(squares >= x.shape[axis] / most, squares <= most)
        exact = xp.logical_and(usual, exact)
    return cosine, exact
