"""SupCon loss."""

import functools
import math
from typing import Any

from funloss._array import Namespace
from funloss._core.batch_rows import labelled_rows
from funloss._core.loss import loss
from funloss._core.options import positive
from funloss._core.record import Record
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.contrastive._similarity import (
    PairLabels,
    gather_rows,
    map_row_blocks,
    normalize_rows,
    pair_labels,
    pair_masks,
    rows_of_terms,
)

__all__ = ["supcon_loss"]


@loss
def supcon_loss(
    input: Array,
    target: ArrayLike,
    *,
    temperature: Real = 0.1,
    axis_name: str | tuple[str, ...] | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """SupCon loss: supervised contrastive loss of all rows of a label.

    With ``s`` the cosine of two rows over the temperature, the loss of a row ``i`` is
    the mean, over its positives ``p`` (the other rows of its label), of ``-log(exp(s[i,
    p]) / sum(exp(s[i, j])))``, where ``j`` runs over all rows but ``i``. A row without
    positives has loss 0 and gradient 0, and does not count in the mean.

    Args:
        input: Embeddings of any length, shape ``(N, D)``, floating. A row of zeros has
            cosine 0 to all, and the gradient of a row of length 1.
        target: Labels, shape ``(N)``, any integers.
        temperature: Divisor of the cosines, > 0; a number or a 0-d array.
        axis_name: As for `info_nce_loss`.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``. The mean divides by the number
            of rows that have positives.
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
        The SupConLoss of pytorch-metric-learning, except that a batch of one label
        alone has its loss here and none there. The code of the paper divides by the
        number of all rows, those without positives too. `where` and `dtype` are new.

    Numerics:
        A loss near 0 keeps its digits: it is ``log(1 + exp(n - p))`` more than that
        among the positives alone, with the logsumexp ``n`` of the negatives and ``p``
        of the positives. Many rows are scored in blocks, again for the gradient.

    Examples:
        >>> import numpy as np
        >>> x = np.asarray([[1.0, 0.0], [0.8, 0.6], [0.6, 0.8], [0.0, 1.0]])
        >>> print(supcon_loss(x, np.asarray([0, 0, 0, 1]), temperature=0.5).round(4))
        0.9786

    References:
        P. Khosla et al., Supervised contrastive learning, 2020.
    """
    batch = labelled_rows(
        input,
        target,
        where=where,
        dtype=dtype,
        options={"temperature": positive(temperature)},
        axis_name=axis_name,
    )
    xp, (temperature,) = batch.xp, batch.options
    if batch.rows.shape[0] == 0:
        return batch.reduce(xp.total(batch.rows, 1), reduction)
    unit = normalize_rows(batch)
    block = functools.partial(_block, xp)
    pairs = pair_labels(batch)
    others = gather_rows(xp, unit, axis_name)
    losses, counts = map_row_blocks(xp, block, unit / temperature, others, pairs)
    count = None
    if reduction == "mean":
        count = xp.total(counts)
        count = count if axis_name is None else xp.psum(count, axis_name)
        count = xp.clamp_min(count, 1.0)
    return batch.reduce(losses, reduction, divisor=count)


def _block(xp: Namespace, scores: Any, *pairs: Any) -> tuple[Any, Any]:
    """Return the loss of each row, and whether it has positives."""
    terms = _terms(xp, scores, PairLabels(*pairs))
    # Of one positive the derivative of its softmax is 0 as a difference of two equal
    # numbers, if nothing else is added to one of them before: that of the excess is
    # its own.
    fields = vars(terms).values()
    excess = rows_of_terms(xp, _excess, _excess_d_scores, scores, fields)
    fields = vars(terms.replace(excess=excess[:, None])).values()
    counts = xp.astype(xp.squeeze(terms.share != 0, axis=1), scores.dtype)
    return rows_of_terms(xp, _supcon, _supcon_d_scores, scores, fields), counts


def _supcon(xp: Namespace, _: Any, *fields: Any) -> Any:
    terms = _Terms(*fields)
    return (terms.apart + xp.softplus(terms.excess))[:, 0]


def _supcon_d_scores(xp: Namespace, _: Any, *fields: Any) -> Any:
    terms = _Terms(*fields)
    positives = terms.positives
    softmax = terms.powers * xp.where(positives, 1 / terms.own, 1 / terms.others)
    lost = xp.sigmoid(terms.excess) * softmax
    return xp.where(positives, (softmax - terms.share) - lost, lost)


def _excess(xp: Namespace, _: Any, *fields: Any) -> Any:
    del xp
    return _Terms(*fields).excess[:, 0]


def _excess_d_scores(xp: Namespace, _: Any, *fields: Any) -> Any:
    terms = _Terms(*fields)
    factor = xp.where(terms.positives, -1 / terms.own, 1 / terms.others)
    return terms.powers * factor


class _Terms(Record):
    """Which pairs are positive, powers of all, and columns of a number for each row."""

    positives: Any
    # Exponentials of scores less the largest of the positives, or of the negatives.
    powers: Any
    # The sums of the powers of positives and of negatives, 1 without any.
    own: Any
    others: Any
    # The logsumexp of the positives less their mean.
    apart: Any
    # The logsumexp of the negatives less that of the positives, -inf if one has none.
    excess: Any
    # One over the number of positives; 0 without any.
    share: Any


def _terms(xp: Namespace, scores: Any, pairs: PairLabels) -> _Terms:
    positives, negatives = pair_masks(xp, pairs)
    lowest = float(xp.finfo(scores.dtype).min)
    top, other_top = (
        xp.stop_gradient(xp.amax(xp.where(mask, scores, lowest), 1, keepdims=True))
        for mask in (positives, negatives)
    )
    rest = xp.where(negatives, scores - other_top, -math.inf)
    powers = xp.exp(xp.where(positives, scores - top, rest))
    own, others, total, count = xp.joint_sum(
        xp.where(positives, powers, 0.0),
        xp.where(positives, 0.0, powers),
        xp.where(positives, scores, 0.0),
        xp.astype(positives, scores.dtype),
        axis=1,
        apart=True,
    )
    # The largest of any has the power 1.
    has_own, has_others = own != 0, others != 0
    own, others = xp.where(has_own, own, 1.0), xp.where(has_others, others, 1.0)
    excess = (other_top - top) + (xp.log(others) - xp.log(own))
    excess = xp.where(xp.logical_and(has_own, has_others), excess, -math.inf)
    share = xp.where(has_own, 1 / xp.where(has_own, count, 1.0), 0.0)
    # One positive alone has this 0: what is small is the rest of the loss.
    apart = xp.where(has_own, top, 0.0) + xp.log(own) - total * share
    return _Terms(positives, powers, own, others, apart, excess, share)
