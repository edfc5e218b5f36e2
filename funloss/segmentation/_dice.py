"""Dice loss of regions."""

from typing import Literal

from funloss._core.loss import loss
from funloss._core.options import non_negative
from funloss._core.regions import regions
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.segmentation._error_ratio import error_ratio

__all__ = ["dice_loss"]


@loss
def dice_loss(
    input: Array,
    target: ArrayLike,
    *,
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
    """Dice loss: one minus the soft Dice coefficient (F1) of each class.

    With ``I = sum(p * t)``, ``P = sum(p)`` and ``T = sum(t)`` over the pixels of a
    sample and class, the loss is ``1 - (2 * I + smooth) / (P + T + smooth)``: as
    `tversky_loss` with both weights 1/2 and half of `smooth`.

    Args:
        input: As for `tversky_loss`.
        target: As for `tversky_loss`.
        smooth: Pixels to add to both sides of the fraction, >= 0; a number or a
            0-d array. As for `tversky_loss`, 0 means that an absent class has
            loss 1 and gradient 0 for every prediction that is not empty.
        activation: As for `tversky_loss`.
        axis: As for `tversky_loss`.
        batch: As for `tversky_loss`.
        absent: As for `tversky_loss`.
        weight: As for `tversky_loss`.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: As for `tversky_loss`.
        dtype: As for `tversky_loss`.

    Returns:
        Loss in 0..1; for ``"none"`` of shape ``(N, C)``, without N if `batch` and
        without C if ``axis=None``; else ``()``. The mean is nan when no region
        counts.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: As for `tversky_loss`.

    Peers:
        `keras.losses.dice` adds up the whole batch (here ``axis=None,
        batch=True``) and has 1e-7 added to the denominator alone, so that it is
        1 where both regions are empty. `optax.losses.dice_loss` has the class axis
        last, scores by default (here ``activation="softmax"``), and counts `smooth`
        twice: its 1 is 2 here. `optax.losses.binary_dice_loss` is that of one class
        (here ``axis=None, activation="sigmoid"``).

    Examples:
        >>> import numpy as np
        >>> p, t = np.asarray([[0.5, 0.5, 1.0]]), np.asarray([[1, 0, 1]])
        >>> print(dice_loss(p, t, axis=None))
        0.25

    References:
        F. Milletari, N. Navab, S.-A. Ahmadi, V-Net: fully convolutional neural
        networks for volumetric medical image segmentation, 2016.
    """
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
    (smooth,) = counts.options
    errors = counts.false_positive + counts.false_negative
    losses = error_ratio(counts.xp, errors, 2 * counts.true_positive + smooth)
    return counts.reduce(losses, reduction, absent=absent)
