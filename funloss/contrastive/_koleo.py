"""KoLeo loss."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.batch_rows import LabelledRows, labelled_rows
from funloss._core.loss import loss
from funloss._core.options import positive
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.contrastive._similarity import (
    map_distance_blocks,
    normalize_rows,
    pair_labels,
)

__all__ = ["koleo_loss"]


@loss
def koleo_loss(
    input: Array,
    *,
    eps: Real = 1e-8,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """KoLeo loss: rows of a batch spread over the sphere, by their nearest others.

    With rows divided by their norms, ``u``, the loss of row ``i`` is ``-log(norm(u[i] -
    u[j] + eps) + eps)``, where ``j`` is the nearest of the other rows, the first of
    those that tie. Which it is, is a constant; both rows have a gradient.

    Args:
        input: Embeddings of any length, shape ``(N, D)``, floating. A row of zeros has
            cosine 0 to others, distance 1, and the gradient of a row of length 1.
        eps: Added to each coordinate of the difference, and to the distance, > 0; a
            number or a 0-d array. For equal rows the loss is finite, and up to ``1 /
            eps`` is in the gradient.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to the rows. A False row has loss 0 and gradient 0
            (even at nan), is no other row's nearest and does not count in the mean.
        dtype: Of the result; that of `input` if None.

    Returns:
        Loss in nats, one per row for ``"none"``, else ``()``; below 0 for rows farther
        apart than 1. A row alone has loss 0. The mean of no rows is nan.

    Raises:
        TypeError: `input` is not floating.
        ValueError: `input` is not 2-D, ``eps <= 0`` or `reduction` is unknown.

    Peers:
        The KoLeoLoss of lightly, except that the nearest row is found by distances,
        not by cosines, which tie for near rows in float32. `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> x = np.asarray([[1.0, 0.0], [0.6, 0.8], [-1.0, 0.0]])
        >>> print(koleo_loss(x, reduction="none").round(4))
        [ 0.1116  0.1116 -0.5816]

    References:
        A. Sablayrolles et al., Spreading vectors for similarity search, 2018.
    """
    batch = labelled_rows(
        input, None, where=where, dtype=dtype, options={"eps": positive(eps)}
    )
    xp, (eps,) = batch.xp, batch.options
    if batch.rows.shape[0] == 0:
        return batch.reduce(xp.total(batch.rows, 1), reduction)
    unit = normalize_rows(batch)
    nearest, has_other = _nearest_rows(xp, batch, unit)
    difference = unit - xp.take(unit, nearest, axis=0) + eps
    losses = -xp.log(xp.norm(difference, 2, -1) + eps)
    return batch.reduce(xp.where(has_other, losses, 0.0), reduction)


def _nearest_rows(xp: Namespace, batch: LabelledRows, unit: Any) -> tuple[Any, Any]:
    """Return the index of each row's nearest other row, and whether there is one."""
    unit = xp.stop_gradient(unit)
    is_zero = xp.astype(xp.all(unit == 0, axis=1), xp.int32)

    def block(distances: Any, *pairs: Any) -> tuple[Any, Any]:
        zero, row, other_zero, other_row = pairs
        # Cosine 0 to all others: the distance of rows of length 1.
        distances = xp.where(zero + other_zero > 0, math.sqrt(2), distances)
        is_kept = xp.logical_and(row >= 0, other_row >= 0)
        is_kept = xp.logical_and(is_kept, row != other_row)
        distances = xp.where(is_kept, distances, math.inf)
        return xp.argmin(distances, axis=1), xp.any(is_kept, axis=1)

    pairs = pair_labels(batch.replace(labels=is_zero))
    nearest, has_other = map_distance_blocks(xp, block, unit, pairs)
    return nearest, has_other
