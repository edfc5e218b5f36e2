"""Cosine embedding loss."""

from typing import Any

from funloss._array import Namespace
from funloss._core.checks import check_shapes_equal
from funloss._core.loss import loss
from funloss._core.options import real
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss._core.vector_rows import vector_rows
from funloss.embedding._scaled_products import (
    double_inverse_scale,
    largest_square,
    scaled_product,
)

__all__ = ["cosine_embedding_loss"]

# torch adds this float32 number to squared norms, in every dtype.
_EPSILON = 9.999999960041972e-13


@loss
def cosine_embedding_loss(
    input1: Array,
    input2: ArrayLike,
    target: ArrayLike,
    *,
    margin: Real = 0.0,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Cosine embedding loss: ``1 - cos`` of similar pairs, a hinge for the others.

    With ``c`` the cosine of a pair, the loss is ``1 - c`` where the target is 1 and
    ``max(0, c - margin)`` where it is -1; another target has loss 0. At ``c == margin``
    the hinge is active. The cosine is ``sum(a * b) / sqrt((sum(a**2) + e) * (sum(b**2)
    + e))`` with ``e`` = 1e-12.

    Args:
        input1: Vectors, shape ``(D)`` or ``(N, D)``, real.
        input2: Vectors of as many dimensions and coordinates; ``N`` may be 1.
        target: 1 or -1, shape ``()`` or ``(N)``, or a number. It has no gradient and
            does not decide the dtype.
        margin: Cosine below which dissimilar pairs have loss 0; a number or a 0-d
            array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to the result. A False pair has loss 0 and
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of the inputs if None.

    Returns:
        Loss, shape ``()`` or ``(N)`` for ``"none"``, else ``()``. The mean of no pairs
        is nan.

    Raises:
        TypeError: No input is real floating, or arrays of two libraries.
        ValueError: Shapes do not match, or `reduction` is unknown.

    Torch:
        `torch.nn.functional.cosine_embedding_loss`, except that unequal numbers
        of coordinates raise (torch broadcasts them in the product alone), that
        large vectors do not overflow and that one target may stand for all pairs.
        `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> a, b = np.asarray([[1.0, 0.0]]), np.asarray([[0.0, 2.0]])
        >>> print(cosine_embedding_loss(a, b, np.asarray([1])))
        1.0
    """
    pairs = vector_rows(
        input1=input1,
        input2=input2,
        labels=target,
        where=where,
        dtype=dtype,
        options={"margin": real(margin)},
        check=_check_pairs,
    )
    xp, target, (margin,) = pairs.xp, pairs.labels, pairs.options
    cosine = xp.quick_value(_unscaled_cosine, _padded_cosine, *pairs.vectors)
    dissimilar = xp.where(target == -1, xp.clamp_min(cosine - margin, 0.0), 0.0)
    losses = xp.where(target == 1, 1 - cosine, dissimilar)
    return pairs.reduce(losses, reduction)


def _check_pairs(*, input1: Any, input2: Any, target: Any) -> None:
    if not input1.ndim == input2.ndim == target.ndim + 1 <= 2:
        msg = (
            "inputs must be (D) with target () or (N, D) with target (N), got "
            f"input1 {tuple(input1.shape)}, input2 {tuple(input2.shape)}, "
            f"target {tuple(target.shape)}"
        )
        raise ValueError(msg)
    if input1.shape[-1] != input2.shape[-1]:
        check_shapes_equal(input1=input1, input2=input2)


def _padded_cosine(xp: Namespace, a: Any, b: Any) -> Any:
    factors = [double_inverse_scale(xp, x, -1, 1.0) for x in (a, b)]
    squares = [
        scaled_product(xp, x, x, (factor / 2, factor / 2), -1)
        + _EPSILON * xp.square(factor[..., 0] / 2)
        for x, factor in zip((a, b), factors, strict=True)
    ]
    product = scaled_product(xp, a, b, factors, -1) / 4
    # The product of two squares overflows long before a square does.
    return product / (xp.sqrt(squares[0]) * xp.sqrt(squares[1]))


def _unscaled_cosine(xp: Namespace, a: Any, b: Any) -> tuple[Any, Any]:
    """Return cosines, and which ones are of vectors that need no scale."""
    squares = [xp.total(xp.square(x), -1) for x in (a, b)]
    most = largest_square(xp, a.dtype)
    norms = [xp.sqrt(each + _EPSILON) for each in squares]
    exact = xp.logical_and(squares[0] <= most, squares[1] <= most)
    return xp.total(a * b, -1) / (norms[0] * norms[1]), exact
