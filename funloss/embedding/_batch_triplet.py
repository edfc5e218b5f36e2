"""Triplet loss of all triplets of a batch, or of those that are mined."""

from typing import Any, Literal

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
from funloss.embedding._triplets import (
    all_triplets,
    hard_triplets,
    semihard_triplets,
)

__all__ = ["batch_triplet_loss"]


@loss
def batch_triplet_loss(
    input: Array,
    target: ArrayLike,
    *,
    margin: Real = 0.2,
    mining: Literal["all", "hard", "semihard"] = "all",
    smooth: bool = False,
    squared: bool = False,
    count: Literal["active", "all"] = "active",
    normalize: bool = True,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Batch triplet loss: each positive of a row nearer than its negatives.

    With the Euclidean distance ``d`` of two rows, the loss of an anchor ``a``, a
    positive ``p`` (another row of its label) and a negative ``n`` (a row of another
    label) is ``max(0, d[a, p] - d[a, n] + margin)``, and that of a row the sum over its
    triplets as an anchor. A triplet exactly at the margin has loss 0 and gradient 0,
    and so has a distance of equal rows.

    Args:
        input: Embeddings, shape ``(N, D)``, floating.
        target: Labels, shape ``(N)``, any integers.
        margin: By how much a negative is to be farther; a number or a 0-d array.
        mining: Which triplets there are: ``"all"``; ``"hard"``, for each anchor its
            farthest positive and its nearest negative, where ties share the gradient
            evenly; or ``"semihard"``, for each anchor and positive the nearest negative
            that is farther than the positive, else the farthest negative, the first of
            those that tie.
        smooth: Whether the loss is ``softplus`` instead of ``max(0, ...)``.
        squared: Whether ``d`` is the square of the distance.
        count: Which triplets the mean divides by: ``"active"``, those that have a
            loss, or ``"all"`` that are mined. With `smooth` they are the same.
        normalize: Whether rows are divided by their norms. A row of zeros then has
            distance 1 to all others, and the gradient of a row of length 1.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``. The mean is not that of
            ``"none"``: it is the mean over triplets.
        where: Boolean, broadcastable to `target`. A False row has loss 0 and gradient 0
            (even at nan) and is in no triplet.
        dtype: Of the result; that of `input` if None.

    Returns:
        Loss, one per anchor for ``"none"``, else ``()``. The mean of triplets of which
        none counts is 0, that of no rows is nan.

    Raises:
        TypeError: `input` is not floating, or `target` not an integer array.
        ValueError: Shapes do not match, or an option is unknown or nan.

    Peers:
        The TripletMarginLoss of pytorch-metric-learning, whose default margin is 0.05;
        with its BatchHardMiner for ``"hard"``. Its miner of type ``"semihard"`` takes
        all triplets of a negative that is farther than the positive, up to the margin;
        here it is one negative for each positive, as in the paper's batches.

    Numerics:
        Distances are of differences of rows: those of near rows keep their digits. All
        triplets are added up from sorted distances, in blocks of anchors; nothing as
        large as they are exists. With `smooth` they take ``O(N**3)`` time.

    Examples:
        >>> import numpy as np
        >>> x = np.asarray([[1.0, 0.0], [0.6, 0.8], [0.8, 0.6]])
        >>> print(batch_triplet_loss(x, np.asarray([0, 0, 1])).round(4))
        0.6368

    References:
        F. Schroff et al., FaceNet: a unified embedding for face recognition and
        clustering, 2015.
        A. Hermans et al., In defense of the triplet loss for person re-identification,
        2017.
    """
    check_choice(tuple(_MINED), mining=mining)
    check_choice(("active", "all"), count=count)
    options = {"margin": not_nan(margin)}
    batch = labelled_rows(input, target, where=where, dtype=dtype, options=options)
    xp, (margin,) = batch.xp, batch.options
    if batch.rows.shape[0] == 0:
        return batch.reduce(xp.total(batch.rows, 1), reduction)

    def block(distances: Any, *pairs: Any) -> tuple[Any, Any]:
        distances = xp.square(distances) if squared else distances
        masks = pair_masks(xp, PairLabels(*pairs))
        how = {"smooth": smooth, "count": count}
        return _MINED[mining](xp, distances, margin, masks, **how)

    rows = normalize_rows(batch) if normalize else batch.rows
    losses, counts = map_distance_blocks(xp, block, rows, pair_labels(batch))
    divisor = xp.clamp_min(xp.total(counts), 1.0) if reduction == "mean" else None
    return batch.reduce(losses, reduction, divisor=divisor)


_MINED = {
    "all": all_triplets,
    "hard": hard_triplets,
    "semihard": semihard_triplets,
}
