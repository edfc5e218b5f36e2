"""Triplet margin loss with a distance function of the caller's."""

from collections.abc import Callable
from functools import partial
from typing import Any

from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.embedding._pairwise_distance import distance
from funloss.embedding._triplet_margin import triplet_hinge, triplet_rows

__all__ = ["triplet_margin_with_distance_loss"]


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
        positive: Rows similar to the anchor; as many dimensions, broadcastable.
        negative: Rows dissimilar to the anchor; as many dimensions, broadcastable.
        distance_function: Takes two arrays and returns their distances; None is
            `pairwise_distance`. On JAX a call outside `jax.jit` with a function
            is not compiled.
        margin: Difference of the distances to reach, > 0; a number or a 0-d
            array.
        swap: As for `triplet_margin_loss`.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to the distances, which must have the shape of the
            rows without the last axis. A False triplet has loss 0 and gradient 0 (even
            at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of the three if None.

    Returns:
        Loss in units of the distance, of its shape for ``"none"``, else ``()``. The
        mean of no triplets is nan.

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
    triplets = triplet_rows(anchor, positive, negative, margin, where, dtype)
    measure = distance_function or partial(distance, triplets.xp, p=2.0, eps=1e-6)
    return triplets.reduce(triplet_hinge(triplets, measure, swap=swap), reduction)
