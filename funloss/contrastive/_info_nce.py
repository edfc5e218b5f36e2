"""InfoNCE loss."""

import functools
import math
from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import fill_masked
from funloss._core.batch_rows import PairedRows, paired_rows
from funloss._core.loss import loss
from funloss._core.options import positive
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.contrastive._similarity import (
    PairLabels,
    gather_rows,
    joint_logsumexp,
    map_row_blocks,
    masked_logsumexp,
    pair_masks,
    pair_places,
)

__all__ = ["info_nce_loss"]


@loss
def info_nce_loss(
    input: Array,
    target: ArrayLike,
    negatives: ArrayLike | None = None,
    *,
    temperature: Real = 0.07,
    symmetric: bool = False,
    in_batch: bool = True,
    normalize: bool = True,
    axis_name: str | tuple[str, ...] | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """InfoNCE loss: find the partner of each row among the rows of the other side.

    With ``s`` the cosine of a row of `input` and a row of `target` over the
    temperature, the loss of row ``i`` is ``-log(exp(s[i, i]) / sum(exp(s[i, :])))``:
    row ``i`` of `target` is its positive, all other rows are its negatives. A row
    without negatives has loss 0 and gradient 0.

    Args:
        input: Embeddings of any length, such as queries, shape ``(N, D)``, floating. A
            row of zeros has cosine 0 to all, and the gradient of a row of length 1.
        target: Their partners, such as keys, same shape. They have gradients as well.
        negatives: More negatives, shape ``(M, D)`` for all rows, or ``(N, M, D)`` for
            each row its own.
        temperature: Divisor of the cosines, > 0; a number or a 0-d array.
        symmetric: Whether the loss is the mean of both directions: of finding the
            partner of each row of `input`, and of each row of `target`. Not with
            `negatives`.
        in_batch: Whether the other rows of `target` are negatives. If False, there must
            be `negatives`.
        normalize: Whether rows are divided by their lengths. If False, scores are
            products instead of cosines.
        axis_name: Mapped axis or axes of `jax.shard_map` or `jax.vmap`: the other rows
            are those of all of them, and a mean or sum is that of all. `negatives` are
            those of the rows here.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to ``(N)``. A False row has loss 0 and gradient 0
            (even at nan), is no negative of others on either side, and does not count
            in the mean.
        dtype: Of the result; the promoted dtype of the arrays if None.

    Returns:
        Loss in nats, one per row for ``"none"``, else ``()``. The mean of no rows is
        nan.

    Raises:
        TypeError: No array is floating, or arrays of two libraries.
        ValueError: Shapes do not match, options exclude each other, ``temperature <=
            0`` or `reduction` is unknown.

    Peers:
        The info_nce of info-nce-pytorch, which has no in-batch negatives where it is
        given others: there ``in_batch=False``. With ``symmetric=True`` it is the loss
        of CLIP, whose scale is one over `temperature`; with ``temperature=1 / 20`` the
        MultipleNegativesRankingLoss of sentence-transformers; with ``normalize=False,
        temperature=1`` the N-pair loss. `where` and `dtype` are new.

    Numerics:
        A loss near 0 keeps its digits: the positive is not in the sum of exponentials.
        Many rows are scored in blocks, again for the gradient: scores are never kept.

    Examples:
        >>> import numpy as np
        >>> x, y = np.eye(2), np.asarray([[1.0, 0.0], [0.6, 0.8]])
        >>> print(info_nce_loss(x, y, temperature=0.5, reduction="none").round(4))
        [0.3711 0.1839]

    References:
        A. van den Oord, Y. Li, O. Vinyals, Representation learning with contrastive
        predictive coding, 2018.
        A. Radford et al., Learning transferable visual models from natural language
        supervision, 2021.
    """
    batch = paired_rows(
        input=input,
        target=target,
        negatives=negatives,
        where=where,
        dtype=dtype,
        options={"temperature": positive(temperature)},
        axis_name=axis_name,
    )
    xp, (temperature,), (left, right) = batch.xp, batch.options, batch.rows
    more = _negatives(batch, symmetric=symmetric, in_batch=in_batch)
    if left.shape[0] == 0:
        return batch.reduce(xp.total(left, 1), reduction)
    if normalize:
        left, right = (xp.direction(x, 1) for x in (left, right))
        more = None if more is None else xp.direction(more, more.ndim - 1)
    left = left / temperature
    own, how = xp.total(left * right, 1), {"symmetric": symmetric, "in_batch": in_batch}
    masses = _of_both_sides(batch, left, right, more, **how)
    losses, *back = (_lost(xp, x, own) for x in masses)
    losses = 0.5 * (losses + back[0]) if back else losses
    return batch.reduce(losses, reduction)


def _negatives(batch: PairedRows, *, symmetric: bool, in_batch: bool) -> Any:
    """Return the negatives that were given, those of masked rows zeros, or None."""
    (more,) = batch.others or (None,)
    count, width = batch.rows[0].shape
    if more is None:
        if not in_batch:
            msg = "in_batch=False needs negatives: without any there is no loss"
            raise ValueError(msg)
        return None
    if symmetric:
        msg = "symmetric=True excludes negatives: rows of target would have none"
        raise ValueError(msg)
    shape = tuple(more.shape)
    if (
        more.ndim not in (2, 3)
        or shape[-1] != width
        or shape[:-2] not in ((), (count,))
    ):
        msg = (
            f"negatives must have shape (M, {width}) or ({count}, M, {width}), "
            f"got {shape}"
        )
        raise ValueError(msg)
    if more.ndim == 3 and batch.where is not None:
        mask = batch.where[:, None, None]
        (more,) = fill_masked(batch.xp, mask, (more, 0.0))
    return more if shape[-2] else None


def _of_both_sides(
    batch: PairedRows, left: Any, right: Any, more: Any, *, symmetric: bool, **how: Any
) -> list[Any]:
    """Return what `_of_negatives` does, on several devices one direction at a time.

    A device has all scores of its rows, but not of its columns.
    """
    if not symmetric or batch.axis_name is None:
        return _of_negatives(batch, left, right, more, symmetric=symmetric, **how)
    sides = (left, right), (right, left)
    one_way = {"symmetric": False, **how}
    return [x for side in sides for x in _of_negatives(batch, *side, None, **one_way)]


def _of_negatives(
    batch: PairedRows,
    left: Any,
    right: Any,
    more: Any,
    *,
    symmetric: bool,
    in_batch: bool,
) -> list[Any]:
    """Return the logsumexp of the negatives of each row, and if asked of the columns.

    Without any it is -inf.
    """
    xp, parts, back = batch.xp, [], []
    if more is not None and more.ndim == 3:
        parts, more = [xp.logsumexp(xp.total(left[:, None, :] * more, 2), 1)], None
    if in_batch or more is not None:
        right, pairs = _candidates(batch, right, more, in_batch=in_batch)
        block = functools.partial(_logsumexps, xp, symmetric=symmetric)
        found, *back = map_row_blocks(
            xp, block, left, right, pairs, keep_sums=not symmetric
        )
        parts += [found]
    if not parts:
        parts = [xp.full_like(left[:, 0], -math.inf)]
    return [joint_logsumexp(xp, x) for x in (xp.stack(parts, axis=0), *back)]


def _candidates(
    batch: PairedRows, right: Any, more: Any, *, in_batch: bool
) -> tuple[Any, PairLabels]:
    """Return the rows that each row is scored with, and which are its negatives."""
    pairs = pair_places(batch)
    if in_batch:
        right = gather_rows(batch.xp, right, batch.axis_name)
    if more is None:
        return right, pairs
    xp = batch.xp
    # Of no label of a row, and masked by none.
    label = xp.full_like(pairs.other_label[:, :1], -1)
    labels = xp.broadcast_to(label, (1, more.shape[0]))
    rows = -labels
    if not in_batch:
        return more, pairs._replace(other_label=labels, other_row=rows)
    labels = xp.concat([pairs.other_label, labels], axis=1)
    rows = xp.concat([pairs.other_row, rows], axis=1)
    right = xp.concat([right, xp.replicate_axes(more, 0)], axis=0)
    return right, pairs._replace(other_label=labels, other_row=rows)


def _logsumexps(
    xp: Namespace, scores: Any, *pairs: Any, symmetric: bool
) -> tuple[Any, ...]:
    """Return the logsumexp of the negatives of each row, and of each column."""
    _, negatives = pair_masks(xp, PairLabels(*pairs))
    total, has_any = masked_logsumexp(xp, scores, negatives)
    rows = xp.squeeze(xp.where(has_any, total, -math.inf), axis=1)
    if not symmetric:
        return (rows,)
    total, has_any = masked_logsumexp(xp, scores, negatives, axis=0)
    return rows, xp.where(has_any, total, -math.inf)


def _lost(xp: Namespace, negatives_lse: Any, own: Any) -> Any:
    """Return ``log(1 + exp(negatives_lse - own))``, 0 without negatives."""
    is_alone = negatives_lse == -math.inf
    excess = xp.where(is_alone, 0.0, negatives_lse) - own
    return xp.where(is_alone, 0.0, xp.softplus(excess))
