"""SigLIP loss."""

import functools
from typing import Any

from funloss._array import Namespace
from funloss._core.batch_rows import paired_rows
from funloss._core.loss import loss
from funloss._core.options import not_nan, positive
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.contrastive._similarity import (
    PairLabels,
    gather_rows,
    map_row_blocks,
    pair_masks,
    pair_places,
)

__all__ = ["siglip_loss"]


@loss
def siglip_loss(
    input: Array,
    target: ArrayLike,
    *,
    temperature: Real = 0.1,
    bias: Real = -10.0,
    normalize: bool = True,
    axis_name: str | tuple[str, ...] | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """SigLIP loss: for each pair of rows by itself, whether they are partners.

    With the score ``z``, the cosine of a row of `input` and a row of `target` over the
    temperature plus the bias, the loss of row ``i`` is ``-log(sigmoid(z[i, i]))`` plus
    the sum of ``-log(sigmoid(-z[i, j]))`` over all other rows ``j`` of `target`.

    Args:
        input: Embeddings of any length, such as of images, shape ``(N, D)``, floating.
            A row of zeros has cosine 0 to all, and the gradient of a row of length 1.
        target: Their partners, such as captions, same shape. They have gradients as
            well.
        temperature: Divisor of the cosines, > 0; a number or a 0-d array.
        bias: Added to all scores: it is below 0 as most pairs are no partners; a number
            or a 0-d array. Both defaults are those that the paper begins to learn from.
        normalize: Whether rows are divided by their lengths. If False, scores are of
            products instead of cosines.
        axis_name: As for `info_nce_loss`.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``. The mean divides by the number
            of rows, not of pairs.
        where: Boolean, broadcastable to ``(N)``. A False row has loss 0 and gradient 0
            (even at nan), is in no pair on either side, and does not count in the mean.
        dtype: Of the result; the promoted dtype of the arrays if None.

    Returns:
        Loss in nats, one per row for ``"none"``, else ``()``. The mean of no rows is
        nan.

    Raises:
        TypeError: No array is floating, or arrays of two libraries.
        ValueError: Shapes do not match, an option is out of its range or `reduction` is
            unknown.

    Peers:
        The SigLipLoss of open_clip and the loss of big_vision, whose scale is one over
        `temperature`, and which keep the scores of all pairs for the gradient. Here
        rows are scored in blocks, and again for the gradient. `where` and `dtype` are
        new.

    Examples:
        >>> import numpy as np
        >>> x, y = np.eye(2), np.asarray([[1.0, 0.0], [0.6, 0.8]])
        >>> options = {"temperature": 0.5, "bias": -1.0, "reduction": "none"}
        >>> print(siglip_loss(x, y, **options).round(4))
        [1.1114 0.7507]

    References:
        X. Zhai, B. Mustafa, A. Kolesnikov, L. Beyer, Sigmoid loss for language image
        pre-training, 2023.
    """
    batch = paired_rows(
        input=input,
        target=target,
        where=where,
        dtype=dtype,
        options={"temperature": positive(temperature), "bias": not_nan(bias)},
        axis_name=axis_name,
    )
    xp, (temperature, bias) = batch.xp, batch.options
    left, right = batch.rows
    if left.shape[0] == 0:
        return batch.reduce(xp.total(left, 1), reduction)
    if normalize:
        left, right = (xp.direction(x, 1) for x in (left, right))
    block = functools.partial(_block, xp, bias)
    right, pairs = gather_rows(xp, right, axis_name), pair_places(batch)
    (losses,) = map_row_blocks(xp, block, left / temperature, right, pairs)
    return batch.reduce(losses, reduction)


def _block(xp: Namespace, bias: Any, scores: Any, *pairs: Any) -> tuple[Any]:
    """Return the loss of each row."""
    partials = (_siglip_d_score, _siglip_d_score, *(None,) * 4)
    return (xp.custom_jvp(_siglip, partials, scores, bias, *pairs, axis=1),)


def _siglip(xp: Namespace, *arguments: Any) -> Any:
    wrong, positives, negatives = _odds(xp, *arguments)
    is_kept = xp.logical_or(positives, negatives)
    return xp.total(xp.where(is_kept, xp.softplus(wrong), 0.0), 1)


def _siglip_d_score(xp: Namespace, *arguments: Any) -> Any:
    wrong, positives, negatives = _odds(xp, *arguments)
    share = xp.sigmoid(wrong)
    return xp.where(positives, -share, xp.where(negatives, share, 0.0))


def _odds(xp: Namespace, scores: Any, bias: Any, *pairs: Any) -> tuple[Any, Any, Any]:
    """Return the log-odds that a pair is judged wrongly, and the masks of pairs."""
    positives, negatives = pair_masks(xp, PairLabels(*pairs))
    scores = scores + bias
    return xp.where(positives, -scores, scores), positives, negatives
