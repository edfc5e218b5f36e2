"""Dice and Tversky: one minus the overlap of regions over their size."""

from typing import Any, Literal

from funloss._array import Namespace
from funloss._core.checks import check_choice
from funloss._core.loss import loss
from funloss._core.options import check_scalar, propagate_nan
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.segmentation._overlap import (
    Overlap,
    class_weight,
    enter_regions,
    overlap,
    share,
)

__all__ = ["dice_loss", "tversky_loss"]


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
    t)`` over the pixels of a sample and class, it costs ``1 - (TP + smooth) / (TP
    + alpha * FP + beta * FN + smooth)``. Where truth and prediction are empty, 0 /
    0 counts as a perfect fit: cost 0, slope 0.

    Args:
        input: Probabilities in 0..1, or any scores with an `activation`; shape
            ``(N, C, *d)``, or ``(N, *d)`` with ``axis=None``; real.
        target: Truth in 0..1, same shape, real; or labels in ``0..C-1``, integers
            of any width, that shape without the class axis. With ``axis=None`` it
            may be a number.
        alpha: Weight of false positives, >= 0; a number or a 0-d array.
        beta: Weight of false negatives, >= 0; a number or a 0-d array.
        smooth: Pixels to add to both sides of the fraction, >= 0; a number or a
            0-d array. With 0 the cost does not depend on the resolution, but a
            class that is absent costs 1, with slope 0, for whatever is predicted
            of it: take more than 0 to push that down, or ``absent="skip"``.
        activation: What turns `input` into probabilities: None, ``"sigmoid"``, or
            ``"softmax"`` along `axis`, over all classes, masked or not.
        axis: Class axis of `input`, not the first; None if it has none.
        batch: Whether regions reach over the batch: one cost a class.
        absent: ``"count"``, or ``"skip"`` if a region without truth shall cost 0,
            have slope 0 and not count in the mean.
        weight: Class weights, shape ``(C)``. The mean divides by their sum over
            the regions that count.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to `input`. A False pixel adds nothing and
            has slope 0 (even at nan); a region of such pixels alone costs 0 and
            does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and of a floating
            `target` if None.

    Returns:
        Cost in 0..1; for ``"none"`` of shape ``(N, C)``, without N if `batch` and
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
        alone and so costs 1 where both regions are empty.
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
    xp, out, input, target, axis = enter_regions(dtype, input, target, axis, activation)
    alpha = check_scalar(xp, input, at_least=0, alpha=alpha)
    beta = check_scalar(xp, input, at_least=0, beta=beta)
    smooth = check_scalar(xp, input, at_least=0, smooth=smooth)
    input = propagate_nan(xp, input, alpha, beta, smooth)
    weight = class_weight(xp, input, weight, axis)
    found = overlap(
        xp, input, target, axis=axis, activation=activation, batch=batch, where=where
    )
    wrong = alpha * found.extra + beta * found.missed
    cost = share(xp, wrong, found.hit + smooth)
    return _leave(xp, cost, found, absent, out=out, reduction=reduction, weight=weight)


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
    sample and class, it costs ``1 - (2 * I + smooth) / (P + T + smooth)``: as
    `tversky_loss` with both weights 1/2 and half of `smooth`.

    Args:
        input: As for `tversky_loss`.
        target: As for `tversky_loss`.
        smooth: Pixels to add to both sides of the fraction, >= 0; a number or a
            0-d array. As for `tversky_loss`, 0 means that whatever is predicted of
            an absent class costs 1, with slope 0.
        activation: As for `tversky_loss`.
        axis: As for `tversky_loss`.
        batch: As for `tversky_loss`.
        absent: As for `tversky_loss`.
        weight: As for `tversky_loss`.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: As for `tversky_loss`.
        dtype: As for `tversky_loss`.

    Returns:
        Cost in 0..1; for ``"none"`` of shape ``(N, C)``, without N if `batch` and
        without C if ``axis=None``; else ``()``. The mean is nan when no region
        counts.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: As for `tversky_loss`.

    Peers:
        `keras.losses.dice` adds up the whole batch (here ``axis=None,
        batch=True``) and has 1e-7 added to the denominator alone, so that it costs
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
    xp, out, input, target, axis = enter_regions(dtype, input, target, axis, activation)
    smooth = check_scalar(xp, input, at_least=0, smooth=smooth)
    input = propagate_nan(xp, input, smooth)
    weight = class_weight(xp, input, weight, axis)
    found = overlap(
        xp, input, target, axis=axis, activation=activation, batch=batch, where=where
    )
    wrong = found.extra + found.missed
    cost = share(xp, wrong, 2 * found.hit + smooth)
    return _leave(xp, cost, found, absent, out=out, reduction=reduction, weight=weight)


def _leave(xp: Namespace, cost: Any, found: Overlap, absent: str, **how: Any) -> Any:
    check_choice(("count", "skip"), absent=absent)
    keep = found.keep
    if absent == "skip":
        present = found.hit + found.missed != 0
        if found.bad is not None:
            present = xp.logical_or(present, found.bad)
        keep = present if keep is None else xp.logical_and(keep, present)
    cost = cost if found.bad is None else xp.nan_where(cost, found.bad)
    return reduce_losses(xp, losses=cost, where=keep, mean_weights=how["weight"], **how)
