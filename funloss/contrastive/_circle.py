"""Circle loss."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.batch_rows import labelled_rows
from funloss._core.checks import check_choice
from funloss._core.loss import loss
from funloss._core.options import not_nan, positive
from funloss._core.record import Record
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.contrastive._similarity import (
    PairLabels,
    map_row_blocks,
    masked_logsumexp,
    normalize_rows,
    pair_labels,
    pair_masks,
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
    check_choice((True, False), constant_weights=constant_weights)
    batch = labelled_rows(
        input,
        target,
        where=where,
        dtype=dtype,
        options={"margin": not_nan(margin), "gamma": positive(gamma)},
    )
    xp = batch.xp
    if batch.rows.shape[0] == 0:
        return batch.reduce(xp.total(batch.rows, 1), reduction)

    def block(cosines: Any, *pairs: Any) -> tuple[Any, Any]:
        partials = (_d_cosines, _d_margin, _d_gamma, *(None,) * 5)
        arguments = (cosines, *batch.options, constant_weights, *pairs)
        masks = pair_masks(xp, PairLabels(*pairs))
        has_both = xp.logical_and(*(xp.any(mask, axis=1) for mask in masks))
        counts = xp.astype(has_both, cosines.dtype)
        losses = xp.custom_jvp(_circle, partials, *arguments, axis=1, shared=_rows)
        return losses, counts

    unit = normalize_rows(batch)
    losses, counts = map_row_blocks(xp, block, unit, unit, pair_labels(batch))
    count = xp.clamp_min(xp.total(counts), 1.0) if reduction == "mean" else None
    return batch.reduce(losses, reduction, divisor=count)


class _Inputs(Record):
    """The arguments of formulas after the namespace."""

    cosines: Any
    margin: Any
    gamma: Any
    constant_weights: bool
    label: Any
    row: Any
    other_label: Any
    other_row: Any
    # What value and gradient share: `_rows`.
    positive: Any = None
    negative: Any = None
    has_both: Any = None

    def masks(self, xp: Namespace) -> tuple[Any, Any]:
        """Return the masks of positive and of negative pairs."""
        return pair_masks(
            xp, PairLabels(self.label, self.row, self.other_label, self.other_row)
        )


def _circle(xp: Namespace, *arguments: Any) -> Any:
    positive, negative, has_both = _rows(xp, *arguments)
    losses = xp.softplus(positive + negative)
    return xp.squeeze(xp.where(has_both, losses, 0.0), axis=1)


def _rows(xp: Namespace, *arguments: Any) -> tuple[Any, Any, Any]:
    """Return log-sum-exps of positive and of negative scores, and who has both."""
    inputs = _Inputs(*arguments)
    weight, excess = _weight_and_excess(xp, inputs)
    both = [masked_logsumexp(xp, weight * excess, mask) for mask in inputs.masks(xp)]
    (positive, has_positive), (negative, has_negative) = both
    return positive, negative, xp.logical_and(has_positive, has_negative)


def _weight_and_excess(xp: Namespace, inputs: _Inputs) -> tuple[Any, Any]:
    """Return the two factors of each pair's score."""
    distance = _distance(xp, inputs)
    weight = xp.clamp_min(distance + inputs.margin, 0.0)
    weight = xp.stop_gradient(weight) if inputs.constant_weights else weight
    return inputs.gamma * weight, distance - inputs.margin


def _distance(xp: Namespace, inputs: _Inputs) -> Any:
    """Return the distance of each pair from its optimum, cosine 1 or 0."""
    positives, _ = inputs.masks(xp)
    return xp.where(positives, 1 - inputs.cosines, inputs.cosines)


def _d_pair_scores(xp: Namespace, inputs: _Inputs) -> Any:
    """Return the derivative of the loss in each pair's score."""
    weight, excess = _weight_and_excess(xp, inputs)
    score, softmax = weight * excess, 0.0
    # One exponential for both kinds would be quicker, but of a score that XLA rounds
    # otherwise than in its sum: large scores would lose digits.
    logsumexps = inputs.positive, inputs.negative
    for mask, lse in zip(inputs.masks(xp), logsumexps, strict=True):
        is_counted = xp.logical_and(mask, inputs.has_both)
        softmax = softmax + xp.exp(xp.where(is_counted, score - lse, -math.inf))
    return xp.sigmoid(inputs.positive + inputs.negative) * softmax


def _score_d_factors(xp: Namespace, inputs: _Inputs) -> tuple[Any, Any]:
    """Return a score's derivative in its distance, by the excess and by the weight."""
    weight, excess = _weight_and_excess(xp, inputs)
    if inputs.constant_weights:
        return weight, 0.0
    is_active = _distance(xp, inputs) + inputs.margin >= 0
    return weight, xp.where(is_active, inputs.gamma * excess, 0.0)


def _d_cosines(xp: Namespace, *arguments: Any) -> Any:
    inputs = _Inputs(*arguments)
    by_excess, by_weight = _score_d_factors(xp, inputs)
    d_distance = _d_pair_scores(xp, inputs) * (by_excess + by_weight)
    positives, _ = inputs.masks(xp)
    return xp.where(positives, -d_distance, d_distance)


def _d_margin(xp: Namespace, *arguments: Any) -> Any:
    inputs = _Inputs(*arguments)
    by_excess, by_weight = _score_d_factors(xp, inputs)
    return _d_pair_scores(xp, inputs) * (by_weight - by_excess)


def _d_gamma(xp: Namespace, *arguments: Any) -> Any:
    inputs = _Inputs(*arguments)
    weight, excess = _weight_and_excess(xp, inputs)
    return _d_pair_scores(xp, inputs) * weight * excess / inputs.gamma
