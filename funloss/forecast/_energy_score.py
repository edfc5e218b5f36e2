"""The energy score: the ranked probability score of vectors."""

from typing import Any

import funloss._algorithms as algorithms
from funloss._core.ensembles import ensembles
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["energy_score_loss"]


@loss
def energy_score_loss(
    input: Array,
    target: ArrayLike,
    *,
    fair: Real = 0.0,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Energy score of an ensemble of vectors: the CRPS in several dimensions.

    With the members ``x_1, ..., x_M``, the loss of a forecast is the mean of ``norm(x_k
    - target)`` less ``w`` times the sum of ``norm(x_k - x_l)`` over all pairs ``k <
    l``, where ``w`` is ``(1 - fair) / M**2 + fair / (M * (M - 1))`` and the norms are
    Euclidean. Vectors that are equal have no direction: their distance has gradient 0.

    Args:
        input: Members, shape ``(*, M, D)``, real: M vectors of D coordinates a
            forecast.
        target: Vectors seen, shape ``(*, D)``; or a number.
        fair: How far the score is made fair to small ensembles, from 0 to 1; or a 0-d
            array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``, over forecasts.
        weight: Factor on each forecast's loss, broadcastable to ``(*)``. The mean
            divides by the sum of the weights.
        where: Boolean, broadcastable to ``(*)``. A False forecast has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in units of `input`, shape ``(*)`` for ``"none"``, else ``()``. The mean
        of no forecasts is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, `fair` is not in 0..1 (in an array on JAX: nan in
            value and gradient; see `debug_values`) or not 0 for ensembles of one
            member, or `reduction` is unknown.

    Numerics:
        Distances are those of differences, never of products, and neither over- nor
        underflow. Nothing of shape ``(M, M, D)`` is stored.

    Peers:
        `scoringrules.es_ensemble(target, input)`, with ``estimator="fair"`` for 1; on
        JAX its gradient is nan, that of the distance of a member from itself.

    Examples:
        >>> import numpy as np
        >>> members = np.asarray([[[0.0, 0.0], [3.0, 4.0]]])
        >>> print(energy_score_loss(members, np.zeros((1, 2))))
        1.25
        >>> print(energy_score_loss(members, np.zeros((1, 2)), fair=1.0))
        0.0

    References:
        T. Gneiting and A. E. Raftery, Strictly proper scoring rules, prediction, and
        estimation, 2007.
    """
    batch = ensembles(
        input,
        target,
        axis=None,
        fair=fair,
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp = batch.xp
    # Vectors along the last axis, so that sums over members are of whole arrays.
    x, t = (xp.moveaxis(x, batch.axis, 0) for x in (batch.members, batch.target))
    size: Any = xp.count([x.shape[0]], x.dtype)
    losses = xp.total(xp.norm(x - t, 2, -1), 0) / size
    if x.shape[0] != 1:
        share = (1.0 + batch.fair / (size - 1)) / (size * size)
        losses = losses - share * algorithms.distance_sums(xp, x)
    return batch.reduce(losses, reduction)
