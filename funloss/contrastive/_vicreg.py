"""VICReg loss."""

from typing import Any

from funloss._core.batch_rows import paired_rows
from funloss._core.loss import loss
from funloss._core.options import non_negative, positive
from funloss._core.typing import Array, ArrayLike, DType, Real
from funloss.contrastive._columns import Columns, batch_columns, off_diagonal_squares

__all__ = ["vicreg_loss"]


@loss
def vicreg_loss(
    input: Array,
    target: ArrayLike,
    *,
    invariance: Real = 25.0,
    variance: Real = 25.0,
    covariance: Real = 1.0,
    eps: Real = 1e-4,
    axis_name: str | tuple[str, ...] | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """VICReg loss: near partners, columns that vary, and no covariance of columns.

    The loss of the batch is a sum of three terms. `invariance` times the mean squared
    difference of both sides; `variance` times the mean over the columns of both sides
    of ``max(0, 1 - sqrt(v + eps))``, with ``v`` the variance of a column; and
    `covariance` times the sum over both sides of the squares of all covariances of two
    different columns, over the number of columns. Variances and covariances divide by
    one less than the number of rows.

    Args:
        input: Embeddings of one view, shape ``(N, D)``, floating.
        target: Those of the other, same shape. They have gradients as well.
        invariance: Factor on the first term, >= 0; a number or a 0-d array.
        variance: Factor on the second, likewise.
        covariance: Factor on the third, likewise.
        eps: Added to the variances, so that a column of one number alone has a finite
            gradient, > 0; a number or a 0-d array.
        axis_name: Mapped axis or axes of `jax.shard_map` or `jax.vmap`: the loss is
            that of the rows of all of them.
        where: Boolean, broadcastable to ``(N)``. A False row is in no mean, variance or
            covariance and has gradient 0 (even at nan).
        dtype: Of the result; the promoted dtype of the arrays if None.

    Returns:
        Loss of the whole batch, shape ``()``. That of no rows is nan, with gradient 0.
        One row has no variance: its loss and its gradient are nan.

    Raises:
        TypeError: No array is floating, or arrays of two libraries.
        ValueError: Shapes do not match, an option is out of its range, or `axis_name`
            comes with arrays of another library than JAX.

    Peers:
        The VICRegLoss of lightly, which refuses a batch of one row. Some codes add up
        the variance terms of both sides; here, as in the authors' own, each has half of
        the factor. `where` and `dtype` are new.

    Numerics:
        Means are subtracted before squares are added up, so that columns of large
        numbers keep their variance. Covariances of many columns are computed in blocks,
        again for the gradient, and never kept.

    Examples:
        >>> import numpy as np
        >>> x = np.asarray([[0.5, 1.0], [-0.5, 1.0], [0.5, -1.0], [-0.5, -1.0]])
        >>> loss = vicreg_loss(x, np.roll(x, 1, axis=1), invariance=2.0, eps=1e-12)
        >>> print(loss.round(4))  # the columns have variances 1 / 3 and 4 / 3
        7.7831

    References:
        A. Bardes, J. Ponce and Y. LeCun, VICReg: Variance-invariance-covariance
        regularization for self-supervised learning, 2022.
    """
    batch = paired_rows(
        input=input,
        target=target,
        where=where,
        dtype=dtype,
        options={
            "invariance": non_negative(invariance),
            "variance": non_negative(variance),
            "covariance": non_negative(covariance),
            "eps": positive(eps),
        },
        axis_name=axis_name,
    )
    xp, (of_pairs, *of_sides) = batch.xp, batch.options
    columns, (left, right) = batch_columns(batch), batch.rows
    distance = xp.total(columns.totals(xp.square(left - right)))
    value = of_pairs * (distance / columns.divisor)
    for x in (left, right):
        value = value + _of_side(columns, x, *of_sides)
    value = xp.nan_where(value, columns.count == 1)
    width = xp.count(left.shape[1:], left.dtype)
    return columns.finish(value / width, batch.dtype)


def _of_side(columns: Columns, x: Any, variance: Any, covariance: Any, eps: Any) -> Any:
    """Return the terms of the rows of one side, times the number of columns."""
    xp = columns.xp
    freedom = xp.where(columns.count > 1, columns.count - 1.0, 1.0)
    x = columns.centre(x) / xp.sqrt(freedom)
    deviations = xp.sqrt(columns.totals(xp.square(x)) + eps)
    lacking = xp.total(xp.clamp_min(1.0 - deviations, 0.0))
    return 0.5 * variance * lacking + covariance * off_diagonal_squares(columns, x)
