"""Circle loss."""

from typing import Any

from funloss._array import Namespace
from funloss._core.batch_rows import labelled_rows
from funloss._core.loss import loss
from funloss._core.options import not_nan, positive
from funloss._core.soft_sums import sums_of_powers
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.contrastive._similarity import (
    PairLabels,
    map_row_blocks,
    normalize_rows,
    pair_labels,
    pair_masks,
    rows_of_terms,
)

__all__ = ["circle_loss"]


@loss
def circle_loss(
    input: Array,
    target: ArrayLike,
    *,
    margin: Real = 0.25,
    gamma: Real = 80.0,
    constant_weights: bool = True,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Circle loss: pairs of rows weighted by their distance from the optimum.

    With ``s`` the cosine of two rows, let ``v = 1 - s`` for positive pairs (rows of one
    label) and ``v = s`` for negative ones: the optimum is 0. The score of a pair is ``z
    = gamma * max(0, v + margin) * (v - margin)``, and the loss of a row is ``log(1 +
    sum(exp(z)) * sum(exp(z)))``, the sum over its positives times that over its
    negatives. A row without positives or without negatives has loss 0 and gradient 0,
    and does not count in the mean.

    Args:
        input: Embeddings of any length, shape ``(N, D)``, floating. A row of zeros has
            cosine 0 to all, and the gradient of a row of length 1.
        target: Labels, shape ``(N)``, any integers.
        margin: Distance from 0 that ``v`` may have; a number or a 0-d array.
        gamma: Scale of the scores, > 0; a number or a 0-d array.
        constant_weights: Whether the gradient takes each ``max(0, v + margin)`` for a
            constant, as the paper does. If False, it is the gradient of the loss.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``. The mean divides by the number
            of rows that have positives and negatives.
        where: Boolean, broadcastable to `target`. A False row has loss 0 and gradient 0
            (even at nan) and is in no pair.
        dtype: Of the result; that of `input` if None.

    Returns:
        Loss in nats, one per row for ``"none"``, else ``()``. The mean is 0 if no row
        has both, and nan of no rows.

    Raises:
        TypeError: `input` is not floating, or `target` not an integer array.
        ValueError: Shapes do not match, an option is out of its range or
            `reduction` is unknown.

    Peers:
        The CircleLoss of pytorch-metric-learning with ``margin=0.4``.
        `keras.losses.circle` has ``margin=0.4`` and ``constant_weights=False``, expects
        normalised rows, and clips cosines at 1. Both average over the rows whose loss
        does not round to 0. `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> x = np.asarray([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
        >>> print(circle_loss(x, np.asarray([0, 0, 1]), gamma=4.0).round(4))
        1.7653

    References:
        Y. Sun et al., Circle loss: a unified perspective of pair similarity
        optimization, 2020.
    """
    batch = labelled_rows(
        input,
        target,
        where=where,
        dtype=dtype,
        options={"margin": not_nan(margin), "gamma": positive(gamma)},
    )
    xp, (margin, gamma) = batch.xp, batch.options
    if batch.rows.shape[0] == 0:
        return batch.reduce(xp.total(batch.rows, 1), reduction)

    def block(cosines: Any, *pairs: Any) -> tuple[Any, Any]:
        positives, negatives = pair_masks(xp, PairLabels(*pairs))
        distances = xp.where(positives, 1 - cosines, cosines)
        weights = xp.clamp_min(distances + margin, 0.0)
        weights = xp.stop_gradient(weights) if constant_weights else weights
        scores = gamma * weights * (distances - margin)
        sums = sums_of_powers(xp, scores, positives, negatives, 1)
        losses = rows_of_terms(xp, _circle, _d_scores, scores, (positives, *sums))
        *_, own, _, others = sums
        return losses, xp.astype(_has_both(xp, own, others)[:, 0], cosines.dtype)

    unit = normalize_rows(batch)
    losses, counts = map_row_blocks(xp, block, unit, unit, pair_labels(batch))
    count = xp.clamp_min(xp.total(counts), 1.0) if reduction == "mean" else None
    return batch.reduce(losses, reduction, divisor=count)


def _circle(xp: Namespace, *arguments: Any) -> Any:
    has_both, score, _ = _joint(xp, *arguments)
    return xp.where(has_both, xp.softplus(score), 0.0)[:, 0]


def _d_scores(xp: Namespace, _: Any, *terms: Any) -> Any:
    positives, powers, *_ = terms
    has_both, score, (own, others) = _joint(xp, *terms)
    share = xp.where(has_both, xp.sigmoid(score), 0.0)
    return powers * xp.where(positives, share / own, share / others)


def _joint(xp: Namespace, *arguments: Any) -> tuple[Any, Any, tuple[Any, Any]]:
    """Return which rows have both kinds, the joint score of a row and its two sums."""
    *_, top, own, other_top, others = arguments
    has_both = _has_both(xp, own, others)
    own, others = (xp.where(has_both, x, 1.0) for x in (own, others))
    score = top + xp.log(own) + other_top + xp.log(others)
    return has_both, score, (own, others)


def _has_both(xp: Namespace, own: Any, others: Any) -> Any:
    """Return whether neither sum is without a term: with one it is 1 or more."""
    return xp.logical_not(xp.logical_or(own == 0, others == 0))
