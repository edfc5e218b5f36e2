"""Triplet margin loss."""

from collections.abc import Callable
from functools import partial
from typing import Any

from funloss._core.checks import check_ndims_equal
from funloss._core.loss import loss
from funloss._core.options import positive as above_zero
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss._core.vector_rows import VectorRows, vector_rows
from funloss.embedding._pairwise_distance import check_norm, distance

__all__ = ["triplet_hinge", "triplet_margin_loss", "triplet_rows"]


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

    With ``d`` the `pairwise_distance`, the loss of a triplet is ``max(0, margin +
    d(anchor, positive) - d(anchor, negative))``. At exactly 0 the hinge is active.

    Args:
        anchor: Rows, shape ``(*, D)``, real.
        positive: Rows similar to the anchor; as many dimensions, broadcastable.
        negative: Rows dissimilar to the anchor; as many dimensions, broadcastable.
        margin: Difference of the distances to reach, > 0; a number or a 0-d
            array.
        p: Order of the norm, a Python number.
        eps: Added to each coordinate's difference; a Python number.
        swap: Use ``d(positive, negative)`` where that is the smaller distance to the
            negative; a tie shares the gradient.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to ``(*)``. A False triplet has loss 0 and
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of the three if None.

    Returns:
        Loss in units of the rows, shape ``(*)`` for ``"none"``, else ``()``. The mean
        of no triplets is nan.

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
    triplets = triplet_rows(anchor, positive, negative, margin, where, dtype)
    p, eps = check_norm(triplets.xp, triplets.vectors[0], p, eps)
    measure = partial(distance, triplets.xp, p=p, eps=eps)
    return triplets.reduce(triplet_hinge(triplets, measure, swap=swap), reduction)


def triplet_rows(
    anchor: Any, positive: Any, negative: Any, margin: Any, where: Any, dtype: Any
) -> VectorRows:
    """Return the checked rows of a triplet loss, and its margin as an option."""
    return vector_rows(
        anchor=anchor,
        positive=positive,
        negative=negative,
        where=where,
        dtype=dtype,
        options={"margin": above_zero(margin)},
        check=check_ndims_equal,
    )


def triplet_hinge(
    triplets: VectorRows, measure: Callable[[Any, Any], Any], *, swap: bool
) -> Any:
    """Return ``max(0, margin + d(a, p) - d(a, n))`` for the distance `measure`."""
    xp, (margin,) = triplets.xp, triplets.options
    anchor, positive, negative = triplets.vectors
    near, far = measure(anchor, positive), measure(anchor, negative)
    if swap:
        far = xp.minimum(far, measure(positive, negative))
    return xp.clamp_min(margin + near - far, 0.0)
