"""Multi-similarity loss."""

from typing import Any

from funloss._core.batch_rows import labelled_rows
from funloss._core.loss import loss
from funloss._core.options import not_nan, positive
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.contrastive._similarity import (
    PairLabels,
    map_row_blocks,
    normalize_rows,
    pair_labels,
    pair_masks,
)
from funloss.contrastive._soft_sums import soft_sums

__all__ = ["multi_similarity_loss"]


@loss
def multi_similarity_loss(
    input: Array,
    target: ArrayLike,
    *,
    alpha: Real = 2.0,
    beta: Real = 50.0,
    base: Real = 0.5,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Multi-similarity loss: positives below and negatives above a cosine, softly.

    With ``c`` the cosine of two rows, the loss of a row is ``log(1 + sum(exp(-alpha *
    (c - base)))) / alpha``, summed over its positives (the other rows of its label),
    plus ``log(1 + sum(exp(beta * (c - base)))) / beta``, over its negatives (the rows
    of other labels). A row without positives has the second part alone, and a row
    without negatives the first.

    Args:
        input: Embeddings of any length, shape ``(N, D)``, floating. A row of zeros has
            cosine 0 to all, and the gradient of a row of length 1.
        target: Labels, shape ``(N)``, any integers.
        alpha: Scale of the positives, > 0; a number or a 0-d array. The larger it is,
            the more the farthest of them counts alone.
        beta: Scale of the negatives, > 0; the same.
        base: The cosine from which on a positive is near and a negative too near; a
            number or a 0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``. The mean divides by the number
            of rows.
        where: Boolean, broadcastable to `target`. A False row has loss 0 and gradient 0
            (even at nan), is in no pair and does not count in the mean.
        dtype: Of the result; that of `input` if None.

    Returns:
        Loss, one per row for ``"none"``, else ``()``. The mean of no rows is nan.

    Raises:
        TypeError: `input` is not floating, or `target` not an integer array.
        ValueError: Shapes do not match, an option is out of its range or `reduction` is
            unknown.

    Peers:
        The MultiSimilarityLoss of pytorch-metric-learning, except that a batch with
        one pair at most has its loss here and none there. The mining of pairs, which
        the paper adds, is not part of it. `where` and `dtype` are new.

    Numerics:
        A loss near 0 keeps its digits, and none overflows. Many rows are scored in
        blocks, again for the gradient.

    Examples:
        >>> import numpy as np
        >>> x = np.asarray([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
        >>> labels = np.asarray([0, 0, 1])
        >>> print(multi_similarity_loss(x, labels, beta=10.0).round(4))
        0.4029

    References:
        X. Wang et al., Multi-similarity loss with general pair weighting for deep
        metric learning, 2019.
    """
    batch = labelled_rows(
        input,
        target,
        where=where,
        dtype=dtype,
        options={
            "alpha": positive(alpha),
            "beta": positive(beta),
            "base": not_nan(base),
        },
    )
    xp, (alpha, beta, base) = batch.xp, batch.options
    if batch.rows.shape[0] == 0:
        return batch.reduce(xp.total(batch.rows, 1), reduction)

    def block(cosines: Any, *pairs: Any) -> tuple[Any]:
        positives, _ = pair_masks(xp, PairLabels(*pairs))
        above = cosines - base
        scores = xp.where(positives, -alpha * above, beta * above)
        own, others = soft_sums(xp, scores, *pairs)
        return (own / alpha + others / beta,)

    unit = normalize_rows(batch)
    (losses,) = map_row_blocks(xp, block, unit, unit, pair_labels(batch))
    return batch.reduce(losses, reduction)
