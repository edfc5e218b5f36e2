"""Soft clDice loss of tubular regions."""

import functools
from collections.abc import Callable
from typing import Any, Literal

from funloss._array import Namespace
from funloss._core.checks import check_integer
from funloss._core.loss import loss
from funloss._core.options import non_negative
from funloss._core.pixels import pixels
from funloss._core.regions import reduce_regions
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.segmentation._error_ratio import error_ratio

__all__ = ["soft_cldice_loss"]


@loss
def soft_cldice_loss(
    input: Array,
    target: ArrayLike,
    *,
    iterations: int = 3,
    smooth: Real = 1.0,
    activation: Literal["sigmoid", "softmax"] | None = None,
    axis: int | None = 1,
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Soft clDice loss: one minus the overlap of centre lines with the other region.

    With ``s(x)`` the soft skeleton of a region, and sums over its pixels, ``P =
    (sum(s(p) * t) + smooth) / (sum(s(p)) + smooth)`` is how much of the predicted
    centre line is in the true region, and ``R = (sum(s(t) * p) + smooth) / (sum(s(t))
    + smooth)`` how much of the true one is in the predicted region. The loss is ``1 -
    2 * P * R / (P + R)``, and 1 where both are 0.

    A skeleton is what is in a region, or in one of its erosions, and not in the opening
    of that: ``d = max(0, x - opening)``, joined by ``s + d * (1 - s)``. An erosion is
    the smallest of a pixel and its next ones along each axis; an opening is the largest
    of all eroded pixels around one. Both leave out what is beyond the border. Pixels
    that are equal share the gradient; where a region is its opening, it is 0.

    Args:
        input: As for `tversky_loss`.
        target: As for `tversky_loss`.
        iterations: Erosions of a skeleton, at least half the width of the widest tube
            in pixels; a Python integer >= 0.
        smooth: Pixels to add to both sides of both fractions, >= 0; a number or a
            0-d array. With 0, all of an empty centre line is inside.
        activation: As for `tversky_loss`.
        axis: As for `tversky_loss`.
        weight: As for `tversky_loss`.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to `input`. A False pixel is in no region and has
            gradient 0 (even at nan); a region of such pixels alone has loss 0 and does
            not count in the mean.
        dtype: As for `tversky_loss`.

    Returns:
        Loss in 0..1; for ``"none"`` of shape ``(N, C)``, without C if ``axis=None``;
        else ``()``. The mean is nan when no region counts.

    Raises:
        TypeError: No array is real floating, arrays of two libraries, or `iterations`
            is no integer.
        ValueError: As for `tversky_loss`, or ``iterations < 0``.

    Peers:
        monai's `SoftclDiceLoss` adds up all classes of a sample (here each is a region
        of its own), adds 1e-4 to ``P + R``, and gives the gradient of a tie to one
        pixel.

    Examples:
        >>> import numpy as np
        >>> true = np.zeros((1, 5, 7))
        >>> true[0, 2] = 1.0
        >>> broken = true.copy()
        >>> broken[0, 2, 3] = 0.0
        >>> print(soft_cldice_loss(broken, true, axis=None).round(4))
        0.0667

    References:
        S. Shit, J. C. Paetzold, A. Sekuboyina, I. Ezhov, A. Unger, A. Zhylka, J. P. W.
        Pluim, U. Bauer, B. H. Menze, clDice: a novel topology-preserving loss function
        for tubular structure segmentation, 2021.
    """
    check_integer(0, iterations=iterations)
    given = pixels(
        input,
        target,
        options={"smooth": non_negative(smooth)},
        axis=axis,
        activation=activation,
        batch=False,
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp, p, t, (smooth,) = given.xp, given.p, given.target, given.options
    false = _outside(given, p, t, iterations, smooth)
    missed = _outside(given, t, p, iterations, smooth)
    losses = _harmonic(xp, false, missed)
    if given.bad is not None:
        losses = xp.nan_where(losses, given.bad)
    return reduce_regions(given, losses, given.over(xp.total, t), reduction, "count")


def _outside(given: Any, region: Any, other: Any, iterations: int, smooth: Any) -> Any:
    """Return the share of the skeleton of `region` that is not in `other`."""
    xp = given.xp
    region = xp.replicate_axes(region, *given.axes)
    skeleton = _skeleton(xp, region, given.axes, iterations)
    inside = skeleton * other
    errors = given.over(xp.total, skeleton - inside)
    return error_ratio(xp, errors, given.over(xp.total, inside) + smooth)


def _harmonic(xp: Namespace, one: Any, other: Any) -> Any:
    """Return one minus the harmonic mean of ``1 - one`` and ``1 - other``."""
    first, second = 1.0 - one, 1.0 - other
    both = first + second
    is_off = both == 0
    share = (first * other + second * one) / xp.where(is_off, 1.0, both)
    return xp.where(is_off, 1.0, share)


def _skeleton(xp: Namespace, x: Any, axes: tuple[int, ...], iterations: int) -> Any:
    skeleton = None
    for _ in range(iterations + 1):
        eroded = _eroded(xp, x, axes)
        opened = eroded
        for axis in axes:
            opened = _of_three(xp, xp.maximum, opened, axis)
        gap = x - opened
        ridge = gap * xp.heaviside(gap)
        skeleton = ridge if skeleton is None else skeleton + ridge * (1.0 - skeleton)
        x = eroded
    return skeleton


def _eroded(xp: Namespace, x: Any, axes: tuple[int, ...]) -> Any:
    """Return the smallest of each pixel and its next ones along each of `axes`."""
    least = [_of_three(xp, xp.minimum, x, axis) for axis in axes]
    return functools.reduce(xp.minimum, least, *([] if least else [x]))


def _of_three(xp: Namespace, choose: Callable[..., Any], x: Any, axis: int) -> Any:
    """Return `choose` of each pixel and the ones before and after it along `axis`."""
    count, front = x.shape[axis], [slice(None)] * axis
    if count < 2:
        return x

    def part(x: Any, start: int | None, stop: int | None) -> Any:
        return x[(*front, slice(start, stop), ...)]

    # Without the barrier, XLA computes each pair twice.
    (pairs,) = xp.optimization_barrier(choose(part(x, None, -1), part(x, 1, None)))
    inner = choose(part(pairs, None, -1), part(pairs, 1, None))
    return xp.concat([part(pairs, None, 1), inner, part(pairs, -1, None)], axis=axis)
