"""Tversky loss of regions."""

from typing import Literal

from funloss._core.loss import loss
from funloss._core.options import non_negative
from funloss._core.regions import regions
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.segmentation._error_ratio import error_ratio

__all__ = ["tversky_loss"]


@loss
def tversky_loss(
    input: Array,
    target: ArrayLike,
    *,
    alpha: Real = 0.5,
    beta: Real = 0.5,
    smooth: Real = 0.0,
    activation: Literal["sigmoid", "softmax"] | None = None,
    axis: int | None = 1,
    batch: bool = False,
    absent: Literal["count", "skip"] = "count",
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Tversky loss: Dice loss with weights for false positives and negatives.

    With ``TP = sum(p * t)``, ``FP = sum(p * (1 - t))`` and ``FN = sum((1 - p) *
    t)`` over the pixels of a sample and class, the loss is ``1 - (TP + smooth) /
    (TP + alpha * FP + beta * FN + smooth)``. Where target and prediction are empty,
    0 / 0 counts as a perfect fit: loss 0, gradient 0.

    Args:
        input: Probabilities in 0..1, or any scores with an `activation`; shape
            ``(N, C, *d)``, or ``(N, *d)`` with ``axis=None``; real.
        target: Probabilities in 0..1, same shape, real; or labels in ``0..C-1``,
            integers of any width, that shape without the class axis. With
            ``axis=None`` it may be a number.
        alpha: Weight of false positives, >= 0; a number or a 0-d array.
        beta: Weight of false negatives, >= 0; a number or a 0-d array.
        smooth: Pixels to add to both sides of the fraction, >= 0; a number or a
            0-d array. With 0 the loss does not depend on the resolution, but an
            absent class has loss 1 and gradient 0 for every prediction that is not
            empty: pass more than 0 for a gradient there, or ``absent="skip"``.
        activation: What turns `input` into probabilities: None, ``"sigmoid"``, or
            ``"softmax"`` along `axis`, over all classes, masked or not.
        axis: Class axis of `input`, not the first; None if it has none.
        batch: Whether regions reach over the batch: one loss a class.
        absent: ``"count"``, or ``"skip"`` if a region without a positive target
            has loss 0 and gradient 0, and does not count in the mean.
        weight: Class weights, shape ``(C)``. The mean divides by their sum over
            the regions that count.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to `input`. A False pixel adds nothing and
            has gradient 0 (even at nan); a region of such pixels alone has loss 0 and
            does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and of a floating
            `target` if None.

    Returns:
        Loss in 0..1; for ``"none"`` of shape ``(N, C)``, without N if `batch` and
        without C if ``axis=None``; else ``()``. The mean is nan when no region
        counts.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not match, an option is unknown or out of its range,
            or a probability or a label is (on JAX: nan in value and gradient; see
            `debug_values`).

    Peers:
        `keras.losses.tversky` has `alpha` and `beta` swapped, adds up the whole
        batch (here ``axis=None, batch=True``), has 1e-7 added to the denominator
        alone and so is 1 where both regions are empty.
        `optax.losses.dice_loss` with its `alpha` and `beta` has the class axis
        last, takes labels by one-hot only, and ``smooth=1`` by default.

    Examples:
        >>> import numpy as np
        >>> p, t = np.asarray([[0.5, 0.5, 1.0]]), np.asarray([[1, 0, 1]])
        >>> print(tversky_loss(p, t, axis=None, alpha=0.25, beta=0.75).round(4))
        0.25

    References:
        S. S. M. Salehi, D. Erdogmus, A. Gholipour, Tversky loss function for image
        segmentation using 3D fully convolutional deep networks, 2017.
    """
    counts = regions(
        input,
        target,
        options={
            "alpha": non_negative(alpha),
            "beta": non_negative(beta),
            "smooth": non_negative(smooth),
        },
        axis=axis,
        activation=activation,
        batch=batch,
        weight=weight,
        where=where,
        dtype=dtype,
    )
    alpha, beta, smooth = counts.options
    errors = alpha * counts.false_positive + beta * counts.false_negative
    losses = error_ratio(counts.xp, errors, counts.true_positive + smooth)
    return counts.reduce(losses, reduction, absent=absent)
