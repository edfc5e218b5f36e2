"""Total variation of images, signals and volumes."""

import functools
import math
import operator
from collections.abc import Sequence
from typing import Any

from funloss._array import Namespace
from funloss._core.images import images
from funloss._core.loss import loss
from funloss._core.options import Bounds, Option, check_fixed
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["total_variation_loss"]

_POWER = Bounds(above=0, below=math.inf)


@loss
def total_variation_loss(
    input: Array,
    *,
    p: float = 1,
    isotropic: bool = False,
    axes: int | tuple[int, ...] = (-2, -1),
    weight: ArrayLike | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Total variation loss: absolute differences of neighbours, added up an image.

    With ``d[k]`` the difference of each pixel and the next along axis ``k``, the loss
    of an image is ``sum(abs(d[k])**p)`` over all pairs and axes. With `isotropic` it is
    ``sum(norm(d)**p)``, of the Euclidean norm over the axes at each pixel that has a
    next one along all of them: it does not prefer edges along the axes. Differences of
    0, and norms of 0, have gradient 0.

    Args:
        input: Images, shape ``(*, H, W)``, floating. Each channel is an image.
        p: Power of the differences, or of their norms, > 0; a Python number. 1 keeps
            edges, 2 blurs them.
        isotropic: Whether differences along several axes are taken together.
        axes: Axes of the pixels in `input`, in any order: two of an image; an integer
            for a signal, or three for a volume. The others are of the batch.
        weight: Factor on each image's loss, broadcastable to ``(*)``; the mean divides
            by its sum.
        reduction: ``"none"``, ``"mean"`` over images or ``"sum"``.
        where: Boolean, broadcastable to ``(*)``. A False image has loss 0 and gradient
            0 (even at nan), and does not count in the mean.
        dtype: Of the result; that of `input` if None.

    Returns:
        Loss in units of `input` to the power `p`, at least 0, shape ``(*)`` for
        ``"none"``, else ``()``. An image of one pixel has loss 0; the mean of no images
        is nan.

    Raises:
        TypeError: `input` is not floating, or `p` is an array.
        ValueError: Shapes do not fit, `p` or `axes` is out of range, or `reduction` is
            unknown.

    Peers:
        `torchmetrics.functional.image.total_variation` is of ``p=1`` along the last
        two axes, and adds up the channels of an image.

    Examples:
        >>> import numpy as np
        >>> image = np.asarray([[0.0, 3.0], [4.0, 4.0]])
        >>> print(total_variation_loss(image))
        8.0
        >>> print(total_variation_loss(image, isotropic=True))
        5.0

    References:
        L. I. Rudin, S. Osher and E. Fatemi, Nonlinear total variation based noise
        removal algorithms, 1992.
    """
    batch = images(input=input, axes=axes, weight=weight, where=where, dtype=dtype)
    xp, (x,), each = batch.xp, batch.pixels, batch.axes
    power = check_fixed(xp, x, "p", Option(p, _POWER))
    terms = (_isotropic if isotropic else _anisotropic)(xp, x, each, power)
    sums = (xp.total(term, each) for term in terms)
    return batch.reduce(functools.reduce(operator.add, sums), reduction)


def _anisotropic(
    xp: Namespace, x: Any, axes: tuple[int, ...], power: float
) -> list[Any]:
    differences = [_difference(x, axis, (axis,)) for axis in axes]
    return [_absolute_power(xp, d, power) for d in differences]


def _isotropic(xp: Namespace, x: Any, axes: tuple[int, ...], power: float) -> list[Any]:
    differences = [_difference(x, axis, axes) for axis in axes]
    if len(axes) == 1:
        return [_absolute_power(xp, differences[0], power)]
    if power == 2:
        return [_squares(xp, differences)]
    partials = [functools.partial(_derivative, k, power) for k in range(len(axes))]
    formula = functools.partial(_norm_power, power)
    return [xp.custom_jvp(formula, partials, *differences)]


def _difference(x: Any, axis: int, cut: Sequence[int]) -> Any:
    """Return the next pixels along `axis` less these, where all of `cut` have one."""
    # Where there are no pixels, the standard allows neither start nor stop.
    cut = [k for k in cut if x.shape[k] != 0]
    here = [slice(None, -1) if k in cut else slice(None) for k in range(x.ndim)]
    after = list(here)
    after[axis] = slice(1, None) if axis in cut else slice(None)
    return x[tuple(after)] - x[tuple(here)]


def _absolute_power(xp: Namespace, x: Any, power: float) -> Any:
    if power == 2:
        return xp.square(x)
    size = xp.absolute(x)
    return size if power == 1 else xp.safe_power(size, power)


def _squares(xp: Namespace, arrays: Sequence[Any]) -> Any:
    return functools.reduce(operator.add, map(xp.square, arrays))


def _norm(xp: Namespace, arrays: Sequence[Any]) -> Any:
    """Return the Euclidean norm of each element, without overflow or underflow."""
    squares, info = _squares(xp, arrays), xp.finfo(arrays[0].dtype)
    least = float(info.smallest_normal) / float(info.eps) ** 2
    is_plain = xp.logical_and(squares > least, squares < math.inf)
    # Both are computed, but so XLA writes out neither the scale nor the quotients.
    return xp.where(is_plain, xp.sqrt(squares), _scaled_norm(xp, arrays))


def _scaled_norm(xp: Namespace, arrays: Sequence[Any]) -> Any:
    scale = functools.reduce(xp.maximum, map(xp.absolute, arrays))
    is_whole = xp.logical_or(scale == 0, scale == math.inf)
    scale = xp.where(is_whole, 1.0, scale)
    return scale * xp.sqrt(_squares(xp, [x / scale for x in arrays]))


def _norm_power(power: float, xp: Namespace, *arrays: Any) -> Any:
    norm = _norm(xp, arrays)
    return norm if power == 1 else xp.safe_power(norm, power)


def _derivative(place: int, power: float, xp: Namespace, *arrays: Any) -> Any:
    """Return the derivative of `_norm_power` in one of `arrays`, 0 at 0."""
    formula = functools.partial(_derivative_value, place, power)
    others = range(len(arrays))
    partials = [functools.partial(_second_derivative, place, k, power) for k in others]
    return xp.custom_jvp(formula, partials, *arrays)


def _derivative_value(place: int, power: float, xp: Namespace, *arrays: Any) -> Any:
    norm, units = _directions(xp, arrays)
    unit = units[place]
    return unit if power == 1 else power * xp.safe_power(norm, power - 1) * unit


def _second_derivative(
    place: int, other: int, power: float, xp: Namespace, *arrays: Any
) -> Any:
    norm, units = _directions(xp, arrays)
    turn = float(place == other) + (power - 2) * units[place] * units[other]
    return power * xp.safe_power(norm, power - 2) * turn


def _directions(xp: Namespace, arrays: Sequence[Any]) -> tuple[Any, list[Any]]:
    """Return the norm, and `arrays` over it, 0 where it is 0."""
    norm = _norm(xp, arrays)
    divisor = xp.where(norm == 0, 1.0, norm)
    return norm, [x / divisor for x in arrays]
