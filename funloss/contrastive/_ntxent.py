"""NT-Xent loss."""

import functools
import math
from typing import Any

from funloss._array import Namespace
from funloss._core.batch_rows import labelled_rows
from funloss._core.loss import loss
from funloss._core.options import positive
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.contrastive._similarity import (
    PairLabels,
    map_row_blocks,
    masked_logsumexp,
    normalize_rows,
    pair_labels,
    pair_masks,
)

__all__ = ["ntxent_loss"]


@loss
def ntxent_loss(
    input: Array,
    target: ArrayLike,
    *,
    temperature: Real = 0.07,
    decoupled: bool = False,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """NT-Xent loss: normalised, temperature-scaled cross-entropy of similarities.

    With ``s`` the cosine of two rows over the temperature, the loss of a row ``i`` is
    the sum, over its positives ``p`` (the other rows of its label), of ``-log(exp(s[i,
    p]) / (exp(s[i, p]) + sum(exp(s[i, n]))))``, where ``n`` runs over its negatives
    (the rows of other labels). A row without positives or without negatives has loss 0
    and gradient 0. With `decoupled`, the positive is left out of the denominator, so
    that a near one does not weaken the push of the negatives; the loss may be negative.

    Args:
        input: Embeddings of any length, shape ``(N, D)``, floating. A row of zeros has
            cosine 0 to all, and the gradient of a row of length 1.
        target: Labels, shape ``(N)``, any integers.
        temperature: Divisor of the cosines, > 0; a number or a 0-d array.
        decoupled: Whether the denominator holds the negatives alone; a Python bool.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``. The mean divides by the
            number of ordered pairs of one label, not of rows.
        where: Boolean, broadcastable to `target`. A False row has loss 0 and gradient 0
            (even at nan) and is in no pair.
        dtype: Of the result; that of `input` if None.

    Returns:
        Loss in nats, one per row for ``"none"``, else ``()``. The mean of rows without
        positives is 0, that of no rows is nan.

    Raises:
        TypeError: `input` is not floating, or `target` not an integer array.
        ValueError: Shapes do not match, ``temperature <= 0`` or `reduction` is
            unknown.

    Peers:
        `optax.losses.ntxent` and the NTXentLoss of pytorch-metric-learning, except that
        the mean without positives is 0 (optax: nan), that a row of zeros has a gradient
        of ordinary size (optax: 1e4) and that the largest arrays are ``(N, N)`` (optax:
        ``(N, N, D)``). If all rows have one label the loss is 0, as in optax. `where`
        and `dtype` are new. The DCLLoss of lightly, without its weights, is
        ``decoupled=True`` of both views in one batch.

    Examples:
        >>> import numpy as np
        >>> x = np.asarray([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
        >>> print(ntxent_loss(x, np.asarray([0, 0, 1]), temperature=0.5).round(4))
        0.1269

    References:
        K. Sohn, Improved deep metric learning with multi-class N-pair loss
        objective, 2016.
        T. Chen, S. Kornblith, M. Norouzi, G. Hinton, A simple framework for
        contrastive learning of visual representations, 2020.
        C.-H. Yeh et al., Decoupled contrastive learning, 2022.
    """
    batch = labelled_rows(
        input,
        target,
        where=where,
        dtype=dtype,
        options={"temperature": positive(temperature)},
    )
    xp, (temperature,) = batch.xp, batch.options
    if batch.rows.shape[0] == 0:
        return batch.reduce(xp.total(batch.rows, 1), reduction)
    unit = normalize_rows(batch)
    losses, counts = map_row_blocks(
        xp,
        functools.partial(_block, xp, *(_DECOUPLED if decoupled else _COUPLED)),
        unit / temperature,
        unit,
        pair_labels(batch),
    )
    count = xp.clamp_min(xp.total(counts), 1.0) if reduction == "mean" else None
    return batch.reduce(losses, reduction, divisor=count)


def _block(
    xp: Namespace, formula: Any, d_scores: Any, scores: Any, *pairs: Any
) -> tuple[Any, Any]:
    """Return the loss of each row, and the number of its positive pairs."""
    partials = (d_scores, None, None, None, None)
    positives, _ = pair_masks(xp, PairLabels(*pairs))
    count = xp.sum(xp.astype(positives, xp.int32), axis=1)
    losses = xp.custom_jvp(formula, partials, scores, *pairs, axis=1)
    return losses, xp.astype(count, scores.dtype)


def _ntxent(xp: Namespace, scores: Any, *pairs: Any) -> Any:
    positives, _, negatives_lse = _terms(xp, scores, PairLabels(*pairs))
    losses = xp.where(positives, xp.softplus(negatives_lse - scores), 0.0)
    return xp.total(losses, 1)


def _ntxent_d_scores(xp: Namespace, scores: Any, *pairs: Any) -> Any:
    positives, negatives, negatives_lse = _terms(xp, scores, PairLabels(*pairs))
    attraction = xp.where(positives, xp.sigmoid(negatives_lse - scores), 0.0)
    softmax = xp.exp(xp.where(negatives, scores - negatives_lse, -math.inf))
    return xp.total(attraction, 1, keepdims=True) * softmax - attraction


def _decoupled(xp: Namespace, scores: Any, *pairs: Any) -> Any:
    positives, _, negatives_lse = _terms(xp, scores, PairLabels(*pairs))
    return xp.total(xp.where(positives, negatives_lse - scores, 0.0), 1)


def _decoupled_d_scores(xp: Namespace, scores: Any, *pairs: Any) -> Any:
    positives, negatives, negatives_lse = _terms(xp, scores, PairLabels(*pairs))
    attraction = xp.astype(positives, scores.dtype)
    softmax = xp.exp(xp.where(negatives, scores - negatives_lse, -math.inf))
    return xp.total(attraction, 1, keepdims=True) * softmax - attraction


_COUPLED = _ntxent, _ntxent_d_scores
_DECOUPLED = _decoupled, _decoupled_d_scores


def _terms(xp: Namespace, scores: Any, pairs: PairLabels) -> tuple[Any, Any, Any]:
    """Return the positives of rows that have negatives, these, and their logsumexp."""
    positives, negatives = pair_masks(xp, pairs)
    negatives_lse, has_negatives = masked_logsumexp(xp, scores, negatives)
    return xp.logical_and(positives, has_negatives), negatives, negatives_lse
