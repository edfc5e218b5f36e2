"""Proxy-anchor loss."""

from typing import Any

from funloss._core.batch_rows import LabelledRows, proxied_rows
from funloss._core.loss import loss
from funloss._core.options import not_nan, positive
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.contrastive._similarity import PairLabels, map_row_blocks, pair_masks
from funloss.contrastive._soft_sums import soft_sums

__all__ = ["proxy_anchor_loss"]


@loss
def proxy_anchor_loss(
    input: Array,
    linear_weight: ArrayLike,
    target: ArrayLike,
    *,
    margin: Real = 0.1,
    alpha: Real = 32.0,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Proxy-anchor loss: a learnt proxy of each class against the rows of a batch.

    With ``c`` the cosine of a row and the proxy of a class, a class has the loss
    ``log(1 + sum(exp(-alpha * (c - margin))))``, summed over the rows of the class, 0
    without any, plus ``log(1 + sum(exp(alpha * (c + margin))))``, over all other rows.

    Args:
        input: Embeddings of any length, shape ``(N, D)``, floating. A row of zeros has
            cosine 0 to all, and the gradient of a row of length 1.
        linear_weight: The proxies, shape ``(C, D)``, a row for each class, of any
            length. They have gradients as well.
        target: Labels in ``0..C-1``, shape ``(N)``, integers of any width.
        margin: The cosine above which rows of a class are near enough to its proxy,
            and below whose negative other rows are far enough; a number or a 0-d array.
        alpha: Scale of the cosines, > 0; a number or a 0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``. The mean is that of the first
            part over the classes that have rows, plus that of the second part over
            all classes; so it is not the mean of the losses of ``"none"``.
        where: Boolean, broadcastable to `target`. A False row has gradient 0 (even at
            nan) and is left out of all sums.
        dtype: Of the result; the promoted dtype of `input` and `linear_weight` if None.

    Returns:
        Loss in nats, one per class, shape ``(C)``, for ``"none"``, else ``()``. The
        mean of no rows is nan.

    Raises:
        TypeError: No array is floating, or `target` is not an integer array.
        ValueError: Shapes do not match, an option is out of its range, `reduction` is
            unknown, or a label is out of range (on JAX: nan in value and gradient; see
            `debug_values`).

    Peers:
        The ProxyAnchorLoss of pytorch-metric-learning, which keeps the proxies as its
        own. `where` and `dtype` are new.

    Numerics:
        A loss near 0 keeps its digits, and none overflows. Many classes are scored in
        blocks, again for the gradient.

    Examples:
        >>> import numpy as np
        >>> x = np.asarray([[1.0, 0.0], [0.6, 0.8]])
        >>> proxies, labels = np.eye(2), np.asarray([0, 1])
        >>> print(proxy_anchor_loss(x, proxies, labels, alpha=4.0).round(4))
        1.929

    References:
        S. Kim, D. Kim, M. Cho and S. Kwak, Proxy anchor loss for deep metric learning,
        2020.
    """
    batch = proxied_rows(
        input,
        linear_weight,
        target,
        where=where,
        dtype=dtype,
        options={"margin": not_nan(margin), "alpha": positive(alpha)},
    )
    xp, (margin, alpha) = batch.xp, batch.options
    if batch.rows.shape[0] == 0:
        nothing = xp.zeros_like(xp.total(batch.proxies, 1))
        return _reduced(batch, nothing, nothing, nothing, reduction)

    def block(cosines: Any, *pairs: Any) -> tuple[Any, ...]:
        positives, _ = pair_masks(xp, PairLabels(*pairs))
        scores = xp.where(positives, -(cosines - margin), cosines + margin)
        counts = xp.astype(xp.any(positives, axis=1), cosines.dtype)
        return *soft_sums(xp, alpha * scores, *pairs), counts

    unit, proxies = (xp.direction(x, 1) for x in (batch.rows, batch.proxies))
    found = map_row_blocks(xp, block, proxies, unit, _pairs(batch))
    own, others, counts = found
    return _reduced(batch, own, others, counts, reduction)


def _pairs(batch: LabelledRows) -> PairLabels:
    """Return the labels of the proxies, as columns, and those of the rows."""
    xp, where, proxies = batch.xp, batch.where, batch.proxies
    classes, count = proxies.shape[0], batch.rows.shape[0]
    device = xp.device_kw(proxies)
    # On several devices they lie as the proxies and the rows do.
    label = xp.zeros_like(xp.total(proxies, 1), dtype=xp.int32)
    label = label + xp.arange(classes, dtype=xp.int32, **device)
    row = xp.arange(count, dtype=xp.int32, **device)
    if where is not None:
        row = xp.where(where, row, -1)
    others = (xp.replicate_axes(x, 0)[None, :] for x in (batch.labels, row))
    # No proxy is a row.
    return PairLabels(label[:, None], label[:, None] + count, *others)


def _reduced(
    batch: LabelledRows, own: Any, others: Any, counts: Any, reduction: str
) -> Any:
    """Reduce the losses of classes, each kind by its own number of classes."""
    xp = batch.xp
    if reduction != "mean":
        return reduce_losses(xp, batch.dtype, own + others, reduction)
    present = xp.total(counts)
    losses = own + others * (present / xp.count(others.shape, others.dtype))
    # Some class has rows if there are any.
    any_row = xp.reshape(present > 0, (1,))
    return reduce_losses(
        xp, batch.dtype, losses, reduction, where=any_row, divisor=present
    )
