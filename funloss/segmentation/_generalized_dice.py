"""Generalised Dice: one overlap of all classes, the small ones weighing as much."""

import math
from typing import Any, Literal

from funloss._array import Namespace
from funloss._core.loss import loss
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.segmentation._overlap import class_weight, enter_regions, overlap, share

__all__ = ["generalized_dice_loss"]


@loss
def generalized_dice_loss(
    input: Array,
    target: ArrayLike,
    *,
    activation: Literal["sigmoid", "softmax"] | None = None,
    axis: int = 1,
    batch: bool = False,
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Generalized Dice loss: classes weighted by their inverse squared volume.

    With ``I = sum(p * t)``, ``P = sum(p)`` and ``T = sum(t)`` over the pixels of
    each class, a sample costs ``1 - 2 * sum(w * I) / sum(w * (P + T))`` over the
    classes, where ``w = 1 / T**2`` is a constant, 0 for an absent class. Without
    any truth the cost is 0, with slope 0.

    Args:
        input: Probabilities in 0..1, or any scores with an `activation`; shape
            ``(N, C, *d)``, real.
        target: Truth in 0..1, same shape, real; or labels in ``0..C-1``, integers
            of any width, that shape without the class axis.
        activation: As for `tversky_loss`.
        axis: Class axis of `input`, not the first.
        batch: Whether regions reach over the batch: one cost in all.
        weight: Class weights, shape ``(C)``, factors on ``w``. The mean still
            divides by the number of samples.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to `input`. A False pixel adds nothing and
            has slope 0 (even at nan); a sample of such pixels alone costs 0 and
            does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and of a floating
            `target` if None.

    Returns:
        Cost in 0..1; for ``"none"`` of shape ``(N)``, or ``()`` if `batch`; else
        ``()``. The mean of no samples is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not match, an option is unknown, or a probability or
            a label is out of range (on JAX: nan in value and gradient; see
            `debug_values`).

    Peers:
        `optax.losses.multiclass_generalized_dice_loss` is another function: the
        mean of weighted Dice losses of single classes, where a class that is absent
        from the batch weighs more than all others together.

    Examples:
        >>> import numpy as np
        >>> p = np.asarray([[[0.75, 0.75, 0.5], [0.25, 0.25, 0.5]]])
        >>> print(generalized_dice_loss(p, np.asarray([[0, 0, 1]])).round(4))
        0.4167

    References:
        C. H. Sudre, W. Li, T. Vercauteren, S. Ourselin, M. J. Cardoso, Generalised
        Dice overlap as a deep learning loss function for highly unbalanced
        segmentations, 2017.
    """
    if axis is None:
        msg = "axis must be an integer, got None"
        raise ValueError(msg)
    xp, out, input, target, place = enter_regions(
        dtype, input, target, axis, activation
    )
    weight = class_weight(xp, input, weight, place)
    found = overlap(
        xp, input, target, axis=place, activation=activation, batch=batch, where=where
    )
    rarity = _rarity(xp, found.hit + found.missed)
    (weight,) = xp.of_ndim(rarity.ndim, weight)
    rarity = rarity if weight is None else rarity * weight
    wrong = xp.total(rarity * (found.extra + found.missed), -1)
    cost = share(xp, wrong, xp.total(rarity * (2 * found.hit), -1))
    if found.bad is not None:
        cost = xp.nan_where(cost, xp.any(found.bad, axis=-1))
    keep = found.keep if found.keep is None else xp.any(found.keep, axis=-1)
    return reduce_losses(xp, out, cost, reduction, where=keep)


def _rarity(xp: Namespace, size: Any) -> Any:
    """Return ``1 / size**2`` over that of the smallest class; a constant."""
    # Relative to the smallest, no square overflows.
    size = xp.stop_gradient(size)
    present = size > 0
    least = xp.amin(xp.where(present, size, math.inf), -1, keepdims=True)
    ratio = xp.where(present, least, 0.0) / xp.where(present, size, 1.0)
    return xp.square(ratio)
