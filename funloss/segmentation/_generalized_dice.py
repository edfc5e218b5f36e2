"""Generalised Dice loss of regions."""

import math
from typing import Any, Literal

from funloss._array import Namespace
from funloss._core.loss import loss
from funloss._core.options import non_negative
from funloss._core.regions import regions
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.segmentation._error_ratio import error_ratio

__all__ = ["generalized_dice_loss"]


@loss
def generalized_dice_loss(
    input: Array,
    target: ArrayLike,
    *,
    smooth: Real = 0.0,
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
    each class, the loss of a sample is ``1 - (2 * sum(w * I) + smooth) / (sum(w * (P +
    T)) + smooth)`` over the classes, where ``w = 1 / T**2`` is a constant, 0 for an
    absent class. Without any positive target the loss is 0, with gradient 0.

    Args:
        input: Probabilities in 0..1, or any scores with an `activation`; shape
            ``(N, C, *d)``, real.
        target: Probabilities in 0..1, same shape, real; or labels in ``0..C-1``,
            integers of any width, that shape without the class axis.
        smooth: To add to both sides of the fraction of a sample, >= 0; a number or a
            0-d array. A class of T pixels that is met is 2 / T of each side.
        activation: As for `tversky_loss`.
        axis: Class axis of `input`, not the first.
        batch: Whether regions reach over the batch: one loss in all.
        weight: Class weights, shape ``(C)``, factors on ``w``. The mean still
            divides by the number of samples.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to `input`. A False pixel adds nothing and
            has gradient 0 (even at nan); a sample of such pixels alone has loss 0 and
            does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and of a floating
            `target` if None.

    Returns:
        Loss in 0..1; for ``"none"`` of shape ``(N)``, or ``()`` if `batch`; else
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
    counts = regions(
        input,
        target,
        options={"smooth": non_negative(smooth)},
        axis=axis,
        activation=activation,
        batch=batch,
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp, hits = counts.xp, counts.true_positive
    (smooth,) = counts.options
    factors, least = _inverse_squares(xp, hits + counts.false_negative)
    (weight,) = xp.of_ndim(factors.ndim, counts.weight)
    factors = factors if weight is None else factors * weight
    errors = xp.total(factors * (counts.false_positive + counts.false_negative), -1)
    both = xp.total(factors * (2 * hits), -1) + smooth * xp.square(least)
    return counts.over_classes().reduce(error_ratio(xp, errors, both), reduction)


def _inverse_squares(xp: Namespace, volume: Any) -> tuple[Any, Any]:
    """Return ``(least / volume)**2`` and ``least``, the smallest volume of a class.

    They have no gradient. Relative to the smallest class, no square overflows.
    """
    volume = xp.stop_gradient(volume)
    present = volume > 0
    least = xp.amin(xp.where(present, volume, math.inf), -1, keepdims=True)
    ratio = xp.where(present, least, 0.0) / xp.where(present, volume, 1.0)
    least = least[..., 0]
    return xp.square(ratio), xp.where(least == math.inf, 1.0, least)
