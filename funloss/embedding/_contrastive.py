"""Contrastive loss of all pairs of a batch."""

import functools
from typing import Any, Literal

from funloss._array import Namespace
from funloss._core.batch_rows import labelled_rows
from funloss._core.checks import check_choice
from funloss._core.loss import loss
from funloss._core.options import not_nan
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.contrastive._similarity import (
    PairLabels,
    map_distance_blocks,
    normalize_rows,
    pair_labels,
    pair_masks,
)

__all__ = ["contrastive_loss"]


@loss
def contrastive_loss(
    input: Array,
    target: ArrayLike,
    *,
    margin: Real = 1.0,
    positive_margin: Real = 0.0,
    p: Literal[1, 2] = 1,
    count: Literal["active", "all"] = "active",
    normalize: bool = True,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Contrastive loss: positives of a batch pulled near, negatives pushed away.

    With the Euclidean distance ``d`` of two rows, a pair of one label has the loss
    ``max(0, d - positive_margin)**p``, a pair of two labels ``max(0, margin - d)**p``,
    and a row the sum over its pairs with all other rows. A pair exactly at its margin,
    and one of equal rows, has gradient 0.

    Args:
        input: Embeddings, shape ``(N, D)``, floating.
        target: Labels, shape ``(N)``, any integers.
        margin: Distance from which negatives have no loss; a number or a 0-d array.
        positive_margin: Distance up to which positives have no loss; a number or a
            0-d array.
        p: Power of a pair's loss, 1 or 2.
        count: Which pairs the mean divides by: ``"active"``, those that have a loss,
            or ``"all"``.
        normalize: Whether rows are divided by their norms. A row of zeros then has
            distance 1 to all others, and the gradient of a row of length 1.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``. The mean is not that of
            ``"none"``: it is the mean over positive pairs plus that over negative ones.
        where: Boolean, broadcastable to `target`. A False row has loss 0 and gradient 0
            (even at nan) and is in no pair.
        dtype: Of the result; that of `input` if None.

    Returns:
        Loss, one per row for ``"none"``, else ``()``. The mean of pairs of which none
        counts is 0, that of no rows is nan.

    Raises:
        TypeError: `input` is not floating, or `target` not an integer array.
        ValueError: Shapes do not match, or an option is unknown or nan.

    Peers:
        The ContrastiveLoss of pytorch-metric-learning with ``neg_margin=margin`` and
        ``pos_margin=positive_margin``; `p`, `count`, `where` and `dtype` are new. For
        pairs that are given one by one: `hinge_embedding_loss` of their distances.

    Numerics:
        Distances are of differences of rows, in blocks: those of near rows keep their
        digits. Their squares overflow in float32 beyond 1e19 without `normalize`.

    Examples:
        >>> import numpy as np
        >>> x = np.asarray([[1.0, 0.0], [0.6, 0.8], [0.8, 0.6]])
        >>> print(contrastive_loss(x, np.asarray([0, 0, 1])).round(4))
        1.4368

    References:
        R. Hadsell et al., Dimensionality reduction by learning an invariant mapping,
        2006.
    """
    check_choice((1, 2), p=p)
    check_choice(("active", "all"), count=count)
    options = {"margin": margin, "positive_margin": positive_margin}
    options = {name: not_nan(option) for name, option in options.items()}
    batch = labelled_rows(input, target, where=where, dtype=dtype, options=options)
    xp = batch.xp
    if batch.rows.shape[0] == 0:
        return batch.reduce(xp.total(batch.rows, 1), reduction)
    rows = normalize_rows(batch) if normalize else batch.rows
    block = functools.partial(_block, xp, batch.options, p, count)
    near, far, *counts = map_distance_blocks(xp, block, rows, pair_labels(batch))
    if reduction != "mean":
        return batch.reduce(near + far, reduction)
    near_count, far_count = (xp.clamp_min(xp.total(x), 1.0) for x in counts)
    losses = near / near_count + far / far_count
    return batch.reduce(losses, reduction, divisor=xp.ones_like(near_count))


def _block(
    xp: Namespace,
    margins: tuple[Any, Any],
    p: int,
    count: str,
    distances: Any,
    *pairs: Any,
) -> tuple[Any, ...]:
    """Return each row's losses of positives and of negatives, and how many count."""
    margin, positive_margin = margins
    masks = pair_masks(xp, PairLabels(*pairs))
    excesses = distances - positive_margin, margin - distances
    losses, counts = [], []
    for mask, excess in zip(masks, excesses, strict=True):
        # Not a clamp: at the margin the gradient is 0, and nan stays nan.
        idle = xp.logical_or(xp.logical_not(mask), excess <= 0)
        hinge = xp.where(idle, 0.0, excess)
        losses.append(hinge if p == 1 else xp.square(hinge))
        counted = mask if count == "all" else xp.logical_not(idle)
        counts.append(xp.astype(counted, distances.dtype))
    sums = xp.joint_sum(*losses, *counts, axis=1, apart=True)
    return tuple(xp.squeeze(x, axis=1) for x in sums)
