"""The way out of a loss: weights, masks and the only division by a count."""

import math
from typing import Any, Literal

from funloss._array import Namespace
from funloss._core.arrays import cast_like, check_where, fill_masked, promote_arrays
from funloss._core.checks import (
    REDUCTIONS,
    check_axis,
    check_broadcastable_to,
    check_choice,
)
from funloss._core.loss import loss as _loss
from funloss._core.typing import Array, ArrayLike, Real, Reduction

__all__ = ["MeanOver", "count_rows", "reduce", "reduce_losses"]

# What the weighted mean divides by: the number of losses, or the sum of their weights.
MeanOver = Literal["elements", "weight"]


def reduce_losses(
    xp: Namespace,
    out: Any,
    losses: Any,
    reduction: str,
    *,
    weight: Any = None,
    where: Any = None,
    mean_weights: Any = None,
    divisor: Any = None,
    axes: tuple[int, ...] | None = None,
    axis_name: Any = None,
) -> Any:
    """Weight, mask, reduce and cast the losses of elements or rows.

    Args:
        xp: The namespace.
        out: Dtype of the result.
        losses: In the compute dtype.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each loss.
        where: False: the loss is 0 and does not count.
        mean_weights: What each loss counts for in the mean; 1 if None.
        divisor: What the mean divides by, if not the sum of `mean_weights`.
        axes: Which axes to reduce; all if None.
        axis_name: Mapped axes of JAX to reduce over as well.
    """
    check_choice(REDUCTIONS, reduction=reduction)
    if weight is not None or where is not None:
        losses = _weighted(xp, losses, weight, where)
    if reduction == "none":
        return xp.astype(losses, out)

    def summed(x: Any) -> Any:
        return x if axis_name is None else xp.psum(x, axis_name)

    value = summed(xp.total(losses, axes))
    if reduction == "mean":
        count = divisor
        if count is None:
            count = summed(_count(xp, losses, where, mean_weights, axes))
        kept = None if where is None else summed(_count(xp, losses, where, None, axes))
        value = _quotient(xp, value, count, kept)
    return xp.astype(value, out)


@_loss
def reduce(
    loss: Array,
    reduction: Reduction = "mean",
    *,
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    axis: int | tuple[int, ...] | None = None,
    axis_name: str | tuple[str, ...] | None = None,
    divisor: Real | Literal["weight", "count"] = "weight",
) -> Array:
    """Reduce the losses of elements or rows as every loss of funloss does.

    With weights ``w`` (1 if None), over the elements where `where` is True:
    ``"sum"`` is ``sum(w * loss)`` and ``"mean"`` is ``sum(w * loss) / sum(w)``.

    Args:
        loss: Losses, shape ``(*)``, real floating.
        reduction: ``"none"`` (weight and mask only), ``"mean"`` or ``"sum"``.
        weight: Factors, broadcastable to `loss`.
        where: Boolean, broadcastable to `loss`. A False element is 0, has
            gradient 0 (even at nan) and does not count.
        axis: Axis or axes to reduce; all if None. ``"none"`` reduces none.
        axis_name: Mapped axis or axes of `jax.vmap`, `jax.pmap` or
            `jax.shard_map` to reduce over as well. Sums and counts are added
            up before dividing, so a mean over uneven masks is the mean of all.
        divisor: What the mean alone divides by: ``"weight"``, the sum of weights
            (the count if there are none); ``"count"``, the number of elements
            kept; or a number of your own, such as the number of tokens in a
            batch that is processed in parts. Your own is not added up over
            `axis_name`; it is that of all.

    Returns:
        Shape of `loss` for ``"none"``, else that shape without `axis`; dtype
        of `loss`. The mean of no elements is nan.

    Raises:
        TypeError: `loss` is not a floating array, or `where` not boolean.
        ValueError: A shape, `axis`, `reduction` or `divisor` does not fit.

    Examples:
        >>> import numpy as np
        >>> losses, keep = np.asarray([1.0, 3.0, np.nan]), [True, True, False]
        >>> print(reduce(losses, where=np.asarray(keep)))
        2.0
        >>> print(reduce(losses, "sum", where=np.asarray(keep), weight=losses))
        10.0

        In each shard of a batch, the mean that `cross_entropy` with class weights
        and `ignore_index` has on one device::

            losses = cross_entropy(x, y, ignore_index=-1, reduction="none")
            keep = y != -1
            weight = class_weight[jnp.where(keep, y, 0)]
            reduce(losses, weight=weight, where=keep, axis_name="data")
    """
    check_choice(REDUCTIONS, reduction=reduction)
    _check_divisor(reduction, divisor)
    xp, out, (loss,) = promote_arrays(None, loss=loss)
    weight, own = cast_like(
        xp, loss, weight=weight, divisor=None if isinstance(divisor, str) else divisor
    )
    check_broadcastable_to(loss.shape, weight=weight)
    where = check_where(xp, loss, where, loss.shape)
    (loss,) = fill_masked(xp, where, (loss, 0.0))
    if axis is not None:
        axes = (axis,) if isinstance(axis, int) else axis
        axis = tuple(check_axis(k, loss.ndim) for k in axes)
    value = reduce_losses(
        xp,
        loss.dtype,
        loss,
        reduction if own is None else "sum",
        weight=weight,
        where=where,
        mean_weights=weight if own is None and divisor == "weight" else None,
        axes=axis,
        axis_name=axis_name,
    )
    return xp.astype(value if own is None else value / own, out)


def _check_divisor(reduction: str, divisor: Any) -> None:
    if isinstance(divisor, str):
        check_choice(("weight", "count"), divisor=divisor)
    if reduction != "mean" and not (isinstance(divisor, str) and divisor == "weight"):
        msg = (
            f"divisor belongs to 'mean', got reduction {reduction!r}: leave it out, or "
            "divide the result yourself"
        )
        raise ValueError(msg)


def _quotient(xp: Namespace, total: Any, count: Any, kept: Any) -> Any:
    """Return the mean; of nothing it is nan with gradient 0, in both modes."""
    if type(count) is float:  # NumPy's float64 is one as well, and may be of a mask
        return total / count if count else total + math.nan
    if kept is None:
        return total / count
    return xp.where(kept == 0, math.nan, total / xp.where(kept == 0, 1.0, count))


def _weighted(xp: Namespace, loss: Any, weight: Any, where: Any) -> Any:
    if weight is not None:
        (weight,) = fill_masked(
            xp, where, *((x, 1.0) for x in xp.of_ndim(loss.ndim, weight))
        )
        loss = loss * weight
    return loss if where is None else xp.where(where, loss, 0.0)


def _count(
    xp: Namespace, loss: Any, where: Any, mean_weights: Any, axes: Any = None
) -> Any:
    """Return the mean's divisor: the kept elements, or the sum of their weights."""
    if mean_weights is not None:
        mean_weights = xp.broadcast_to(mean_weights, loss.shape)
        if where is not None:
            mean_weights = xp.where(where, mean_weights, 0.0)
        return xp.total(mean_weights, axes)
    if where is None:
        sizes = loss.shape if axes is None else [loss.shape[k] for k in axes]
        return xp.count(sizes, loss.dtype)
    if axes is None:
        kept = xp.sum(xp.astype(where, xp.int32))
        return xp.astype(kept, loss.dtype) * _repeats(xp, loss, where)
    kept = xp.astype(xp.broadcast_to(where, loss.shape), xp.int32)
    return xp.astype(xp.sum(kept, axis=axes), loss.dtype)


def _repeats(xp: Namespace, loss: Any, where: Any) -> Any:
    """Return how often an element of the mask stands for one of `loss`."""
    own = (1,) * (loss.ndim - where.ndim) + tuple(where.shape)
    pairs = zip(loss.shape, own, strict=True)
    return xp.count([size for size, known in pairs if known == 1], loss.dtype)


def count_rows(xp: Namespace, losses: Any, where: Any, own: tuple[int, ...]) -> Any:
    """Return the size of the first axis, less the rows that are all masked.

    `own` is the shape of the input, which may have broadcast to that of the losses.
    """
    if not own:
        return 1.0
    shape = tuple(losses.shape)
    if where is None or own != shape:
        return xp.count(own[:1], losses.dtype)
    kept = xp.any(xp.reshape(xp.broadcast_to(where, shape), (shape[0], -1)), axis=1)
    return xp.astype(xp.sum(xp.astype(kept, xp.int32)), losses.dtype)
