"""Structural dissimilarity of images, at one scale or several."""

import math
from collections.abc import Sequence
from typing import Any, Literal

from funloss._array import Namespace
from funloss._core.checks import check_choice, check_integer
from funloss._core.images import images
from funloss._core.loss import loss
from funloss._core.options import Bounds, Option, check_fixed
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.image._windows import Windows

__all__ = ["ssim_loss"]

_POSITIVE = Bounds(above=0, below=math.inf)


@loss
def ssim_loss(
    input: Array,
    target: ArrayLike,
    *,
    data_range: Real = 1.0,
    window_size: int = 11,
    sigma: float = 1.5,
    k1: Real = 0.01,
    k2: Real = 0.03,
    padding: Literal["valid", "reflect", "same"] = "valid",
    scales: tuple[float, ...] | None = None,
    axes: int | tuple[int, ...] = (-2, -1),
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """SSIM loss: one minus the structural similarity of two images.

    With the means ``m``, variances ``v`` and the covariance ``c`` of the two in a
    Gaussian window around each pixel, ``C1 = (k1 * data_range)**2`` and ``C2 = (k2 *
    data_range)**2``, the similarity is ``l * s``, of the luminance ``l = (2 * m_x * m_y
    + C1) / (m_x**2 + m_y**2 + C1)`` and of contrast and structure ``s = (2 * c + C2) /
    (v_x + v_y + C2)``. The loss of an image is one minus its mean over the pixels.

    With `scales` (MS-SSIM) it is one minus the product of means, each to the power of
    its exponent: of ``s`` at every scale but the last, where it is of ``l * s``. From
    one scale to the next, images are halved by means of 2 x 2 pixels, without the last
    row or column of an odd number. With a mean of 0 or less the loss is 1, with
    gradient 0.

    Args:
        input: Images, shape ``(*, H, W)``, floating. Each channel is an image.
        target: Images to compare with, same shape, real.
        data_range: Between the smallest and the largest possible pixel, > 0: 1 or 255.
        window_size: Pixels of the window along each axis, odd.
        sigma: Standard deviation of the window in pixels, > 0; a Python number.
        k1: Factor on `data_range` that steadies dark regions, > 0.
        k2: Factor on `data_range` that steadies flat regions, > 0.
        padding: ``"valid"`` for windows inside the image; else one around each pixel,
            over an image that is mirrored without its edge (``"reflect"``) or
            surrounded by zeros (``"same"``).
        scales: Exponents of MS-SSIM, the finest scale first, Python numbers > 0: those
            of its paper are ``(0.0448, 0.2856, 0.3001, 0.2363, 0.1333)``.
        axes: Axes of the pixels in `input`, in any order: two of an image; an integer
            for a signal, or three for a volume. The others are of the batch.
        weight: Factor on each image's loss, broadcastable to ``(*)``; the mean divides
            by its sum.
        reduction: ``"none"``, ``"mean"`` over images or ``"sum"``.
        where: Boolean, broadcastable to ``(*)``. A False image has loss 0 and gradient
            0 (even at nan), and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in 0..2 (with `scales` 0..1), 0 for equal images, shape ``(*)`` for
        ``"none"``, else ``()``. The mean of no images is nan.

    Raises:
        TypeError: No array is real floating, or `sigma` or an exponent is an array.
        ValueError: Shapes differ, an option is out of range or unknown, or an image is
            smaller than the window at some scale.

    Peers:
        ``1 - pytorch_msssim.ssim(x, y, data_range=1)`` and ``1 -
        pytorch_msssim.ms_ssim``, which divides an odd row by a zero outside, not by
        none. torchmetrics has ``padding="reflect"``. kornia's `ssim_loss` is half of
        it, and reflects by default; the losses of Gaussian splatting have ``"same"``.
        Those subtract the product of two near ones from one, which cancels.

    Examples:
        >>> import numpy as np
        >>> image = np.linspace(0.0, 1.0, 256).reshape(16, 16)
        >>> print(ssim_loss(image, image))
        0.0
        >>> print(ssim_loss(image[::-1], image).round(4))
        1.8197

    References:
        Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, Image quality assessment:
        from error visibility to structural similarity, 2004. Z. Wang, E. P.
        Simoncelli, A. C. Bovik, Multiscale structural similarity for image quality
        assessment, 2003.
    """
    names = {"data_range": data_range, "k1": k1, "k2": k2}
    batch = images(
        input=input,
        target=target,
        options={name: Option(x, _POSITIVE) for name, x in names.items()},
        axes=axes,
        weight=weight,
        where=where,
        dtype=dtype,
    )
    xp, (x, y), (data_range, k1, k2) = batch.xp, batch.pixels, batch.options
    windows = _windows(xp, x, batch.axes, window_size, sigma, padding)
    exponents = _exponents(xp, x, scales)
    windows.check_sizes(x.shape, 1 if exponents is None else len(exponents))
    pair, offset = _centred(xp, x, y, batch.axes, data_range)
    if exponents is None:
        light, rest = _distances(windows, pair, offset, k1, k2)
        losses = windows.mean(light + (1.0 - light) * rest)
    else:
        losses = _multi_scale(windows, pair, offset, k1, k2, exponents)
    return batch.reduce(losses, reduction)


def _windows(
    xp: Namespace,
    like: Any,
    axes: tuple[int, ...],
    window_size: Any,
    sigma: Any,
    padding: Any,
) -> Windows:
    check_choice(("valid", "reflect", "same"), padding=padding)
    check_integer(1, window_size=window_size)
    if window_size % 2 == 0:
        msg = f"window_size must be odd, got {window_size}"
        raise ValueError(msg)
    sigma = check_fixed(xp, like, "sigma", Option(sigma, _POSITIVE))
    return Windows(xp, tuple(axis + 1 for axis in axes), window_size, sigma, padding)


def _exponents(xp: Namespace, like: Any, scales: Any) -> list[float] | None:
    if scales is None:
        return None
    if not isinstance(scales, tuple) or not scales:
        msg = f"scales must be None or a tuple of exponents, got {scales!r}"
        raise ValueError(msg)
    names = (f"scales[{k}]" for k in range(len(scales)))
    return [
        check_fixed(xp, like, name, Option(x, _POSITIVE))
        for name, x in zip(names, scales, strict=True)
    ]


def _centred(
    xp: Namespace, x: Any, y: Any, axes: tuple[int, ...], data_range: Any
) -> tuple[Any, Any]:
    """Return the sum and the difference of two images, and what was subtracted of each.

    Variances do not depend on it, and numbers around 0 keep more digits.
    """
    gap = x - y
    middles = [_middle(xp, image, axes) for image in (x, y, gap)]
    both = (x - middles[0]) + (y - middles[1])
    pair = xp.stack([both, gap - middles[2]], axis=0)
    offset = xp.stack([middles[0] + middles[1], middles[2]], axis=0)
    return pair / data_range, offset / data_range


def _middle(xp: Namespace, x: Any, axes: tuple[int, ...]) -> Any:
    """Return about the mean of each image, a constant."""
    count = xp.count([x.shape[axis] for axis in axes], x.dtype)
    return xp.stop_gradient(xp.total(x, axes, keepdims=True) / count)


def _distances(windows: Windows, pair: Any, offset: Any, k1: Any, k2: Any) -> Any:
    """Return maps of one minus the luminance term, and one minus the other term.

    They are the shares that the difference of two images has of their squared means
    and of their variances: 0, not 1 less nearly 1, where the images are equal.
    """
    xp = windows.xp
    mean, variance = windows.moments(windows.pad(pair, offset))
    return _share(xp.square(mean + offset), k1), _share(variance, k2)


def _share(squares: Any, k: Any) -> Any:
    both, gap = squares[0, ...], squares[1, ...]
    return gap / (0.5 * (both + gap) + k * k)


def _multi_scale(
    windows: Windows, pair: Any, offset: Any, k1: Any, k2: Any, exponents: Sequence[Any]
) -> Any:
    xp, last = windows.xp, len(exponents) - 1
    total, is_off = 0.0, None
    for scale, exponent in enumerate(exponents):
        light, rest = _distances(windows, pair, offset, k1, k2)
        rest = windows.mean(light + (1.0 - light) * rest if scale == last else rest)
        is_low = rest >= 1
        total = total + exponent * xp.log1p(-xp.where(is_low, 0.0, rest))
        is_off = is_low if is_off is None else xp.logical_or(is_off, is_low)
        pair = pair if scale == last else windows.halve(pair)
    return xp.where(is_off, 1.0, -xp.expm1(total))
