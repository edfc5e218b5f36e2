"""Triplet margin: nearer to the positive than to the negative."""

from collections.abc import Callable
from functools import partial
from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import check_where, fill_masked, promote_arrays
from funloss._core.checks import broadcast_shape, check_ndims_equal
from funloss._core.loss import loss
from funloss._core.options import check_scalar, propagate_nan
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.embedding._distance import check_norm, distance

__all__ = ["triplet_margin_loss", "triplet_margin_with_distance_loss"]


@loss
def triplet_margin_loss(
    anchor: Array,
    positive: ArrayLike,
    negative: ArrayLike,
    *,
    margin: Real = 1.0,
    p: float = 2.0,
    eps: Real = 1e-6,
    swap: bool = False,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Triplet margin loss: ``max(0, margin + d(a, p) - d(a, n))``.

    With ``d`` the `pairwise_distance`, a triplet costs ``max(0, margin +
    d(anchor, positive) - d(anchor, negative))``. At exactly 0 it is active.

    Args:
        anchor: Rows, shape ``(*, D)``, real.
        positive: Rows like the anchor; as many dimensions, broadcastable.
        negative: Rows unlike the anchor; as many dimensions, broadcastable.
        margin: Difference of the distances to reach, > 0; a number or a 0-d
            array.
        p: Order of the norm, a Python number.
        eps: Added to each coordinate's difference; a Python number.
        swap: Use ``d(positive, negative)`` where that is the smaller distance
            to the negative; a tie shares the slope.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to ``(*)``. A False triplet costs 0, has
            slope 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of the three if None.

    Returns:
        Cost in units of the rows, shape ``(*)`` for ``"none"``, else ``()``. The
        mean of no triplets is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not match, ``margin <= 0``, or `reduction` is
            unknown.

    Torch:
        `torch.nn.functional.triplet_margin_loss`, except that norms do not
        overflow, a nan margin raises, and three integer arrays raise. `where`
        and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> a, n = np.zeros((1, 2)), np.asarray([[0.0, 0.5]])
        >>> print(triplet_margin_loss(a, a, n, eps=0.0))
        0.5

    References:
        V. Balntas et al., Learning local feature descriptors with triplets and
        shallow convolutional neural networks, 2016.
    """
    xp, out, (anchor, positive, negative) = promote_arrays(
        dtype, anchor=anchor, positive=positive, negative=negative
    )
    check_ndims_equal(anchor=anchor, positive=positive, negative=negative)
    margin = check_scalar(xp, anchor, above=0, margin=margin)
    anchor = propagate_nan(xp, anchor, margin)
    p, eps = check_norm(xp, anchor, p, eps)
    shape = broadcast_shape(anchor=anchor, positive=positive, negative=negative)[:-1]
    where = check_where(xp, anchor, where, shape)
    rows = None if where is None else xp.expand_dims(where, axis=-1)
    anchor, positive, negative = fill_masked(
        xp, rows, (anchor, 0.0), (positive, 0.0), (negative, 0.0)
    )
    measure = partial(distance, xp, p=p, eps=eps)
    cost = _lack(xp, measure, (anchor, positive, negative), margin, swap=swap)
    return reduce_losses(xp, out, cost, reduction, where=where)


def _lack(
    xp: Namespace,
    measure: Callable[[Any, Any], Any],
    rows: tuple[Any, Any, Any],
    margin: Any,
    *,
    swap: bool,
) -> Any:
    """Return what each triplet of rows lacks to the margin."""
    anchor, positive, negative = rows
    near, far = measure(anchor, positive), measure(anchor, negative)
    if swap:
        far = xp.minimum(far, measure(positive, negative))
    return xp.clamp_min(margin + near - far, 0.0)


@loss
def triplet_margin_with_distance_loss(
    anchor: Array,
    positive: ArrayLike,
    negative: ArrayLike,
    *,
    distance_function: Callable[[Any, Any], Any] | None = None,
    margin: Real = 1.0,
    swap: bool = False,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Triplet margin loss with distance functions of your own.

    As `triplet_margin_loss`, with ``d = distance_function``.

    Args:
        anchor: Rows, shape ``(*, D)``, real.
        positive: Rows like the anchor; as many dimensions, broadcastable.
        negative: Rows unlike the anchor; as many dimensions, broadcastable.
        distance_function: Takes two arrays and returns their distances; None is
            `pairwise_distance`. On JAX a call outside `jax.jit` with a function
            is not compiled.
        margin: Difference of the distances to reach, > 0; a number or a 0-d
            array.
        swap: As for `triplet_margin_loss`.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to the distances, which must lack the last
            axis of the rows. A False triplet costs 0, has slope 0 (even at nan)
            and does not count in the mean.
        dtype: Of the result; the promoted dtype of the three if None.

    Returns:
        Cost in units of the distance, of its shape for ``"none"``, else ``()``.
        The mean of no triplets is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not match, ``margin <= 0``, or `reduction` is
            unknown.

    Torch:
        `torch.nn.functional.triplet_margin_with_distance_loss`, except that a nan
        margin raises. `where` and `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> a, n = np.zeros((1, 2)), np.asarray([[3.0, 4.0]])
        >>> def squared(x, y):
        ...     return np.sum((x - y) ** 2, axis=-1)
        >>> print(triplet_margin_with_distance_loss(a, n, a, distance_function=squared))
        26.0
    """
    xp, out, (anchor, positive, negative) = promote_arrays(
        dtype, anchor=anchor, positive=positive, negative=negative
    )
    check_ndims_equal(anchor=anchor, positive=positive, negative=negative)
    margin = check_scalar(xp, anchor, above=0, margin=margin)
    anchor = propagate_nan(xp, anchor, margin)
    measure = distance_function or partial(distance, xp, p=2.0, eps=1e-6)
    shape = broadcast_shape(anchor=anchor, positive=positive, negative=negative)[:-1]
    where = check_where(xp, anchor, where, shape)
    rows = None if where is None else xp.expand_dims(where, axis=-1)
    anchor, positive, negative = fill_masked(
        xp, rows, (anchor, 0.0), (positive, 0.0), (negative, 0.0)
    )
    cost = _lack(xp, measure, (anchor, positive, negative), margin, swap=swap)
    return reduce_losses(xp, out, cost, reduction, where=where)
