"""Barlow Twins loss."""

from typing import Any

from funloss._core.batch_rows import paired_rows
from funloss._core.loss import loss
from funloss._core.options import non_negative, positive
from funloss._core.typing import Array, ArrayLike, DType, Real
from funloss.contrastive._columns import Columns, batch_columns, product_squares

__all__ = ["barlow_twins_loss"]


@loss
def barlow_twins_loss(
    input: Array,
    target: ArrayLike,
    *,
    redundancy_weight: Real = 0.005,
    eps: Real = 1e-5,
    axis_name: str | tuple[str, ...] | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Barlow Twins loss: equal columns of two views correlate, different ones do not.

    Each column is shifted to mean 0 and divided by ``sqrt(variance + eps)``. With ``c``
    the products of the columns of both sides over the number of rows, their
    correlations, the loss of the batch is ``sum((1 - c[k, k])**2)`` plus
    `redundancy_weight` times the sum of the squares of all others. A column of one
    number alone has correlations 0.

    Args:
        input: Embeddings of one view, shape ``(N, D)``, floating.
        target: Those of the other, same shape. They have gradients as well.
        redundancy_weight: Factor on the squares of correlations of different columns,
            >= 0; a number or a 0-d array.
        eps: Added to the variances, which divide by the number of rows, > 0; a number
            or a 0-d array.
        axis_name: Mapped axis or axes of `jax.shard_map` or `jax.vmap`: the loss is
            that of the rows of all of them.
        where: Boolean, broadcastable to ``(N)``. A False row is in no mean, variance or
            correlation and has gradient 0 (even at nan).
        dtype: Of the result; the promoted dtype of the arrays if None.

    Returns:
        Loss of the whole batch, without unit, shape ``()``. That of no rows is nan,
        with gradient 0; that of one row is the number of its columns.

    Raises:
        TypeError: No array is floating, or arrays of two libraries.
        ValueError: Shapes do not match, an option is out of its range, or `axis_name`
            comes with arrays of another library than JAX.

    Peers:
        The BarlowTwinsLoss of lightly, which refuses a batch of one row, and on several
        devices takes the means and variances of each. `where` and `dtype` are new.

    Numerics:
        Means are subtracted before squares are added up, so that columns of large
        numbers keep their variance. The table of correlations is never larger than
        twice an input: with fewer rows than half the columns, products of rows take its
        place.

    Examples:
        >>> import numpy as np
        >>> x = np.asarray([[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]])
        >>> y = np.stack([x[:, 0], x[:, 0]], axis=1)
        >>> print(barlow_twins_loss(x, y, redundancy_weight=0.25, eps=1e-12).round(4))
        1.25

    References:
        J. Zbontar, L. Jing, I. Misra, Y. LeCun and S. Deny, Barlow Twins:
        Self-supervised learning via redundancy reduction, 2021.
    """
    batch = paired_rows(
        input=input,
        target=target,
        where=where,
        dtype=dtype,
        options={
            "redundancy_weight": non_negative(redundancy_weight),
            "eps": positive(eps),
        },
        axis_name=axis_name,
    )
    xp, (redundancy_weight, eps) = batch.xp, batch.options
    columns = batch_columns(batch)
    left, right = (_standardized(columns, x, eps) for x in batch.rows)
    own = xp.total(xp.square(1.0 - columns.totals(left * right)))
    others = product_squares(columns, left, right)
    return columns.finish(own + redundancy_weight * others, batch.dtype)


def _standardized(columns: Columns, x: Any, eps: Any) -> Any:
    """Return columns of mean 0 and length 1, a little less by `eps`."""
    xp = columns.xp
    x = columns.centre(x) / xp.sqrt(columns.divisor)
    return x / xp.sqrt(columns.totals(xp.square(x)) + eps)
