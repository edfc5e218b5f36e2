"""Smoothed labels: class probabilities moved towards equal ones."""

from typing import Any

from funloss._array import lookup
from funloss._core.checks import check_axis
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.options import unit_interval
from funloss._core.typing import Array, ArrayLike, DType, Real

__all__ = ["smooth_labels"]


@loss
def smooth_labels(
    target: Array,
    label_smoothing: Real,
    *,
    axis: int = -1,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Label smoothing: mixes target probabilities with the uniform distribution.

    With ``s`` the smoothing and ``K`` the number of classes, a probability ``t``
    becomes ``(1 - s) * t + s / K``. A class that is masked becomes exactly 0, and
    `K` counts the others, so that a row which adds up to 1 still does.

    Args:
        target: Class probabilities, such as one-hot labels, floating; or integers
            where `dtype` is given.
        label_smoothing: In 0..1; a number or a 0-d array.
        axis: Class axis.
        where: Boolean, broadcastable to `target`. A False class is 0 and has derivative
            0, even at nan.
        dtype: Of the result; that of `target` if None.

    Returns:
        Probabilities, shape of `target`.

    Raises:
        TypeError: `target` is not floating and `dtype` is not given.
        ValueError: There is no such axis, or `label_smoothing` is out of range.

    Peers:
        `optax.losses.smooth_labels`, which refuses integers and gives masked
        classes mass. Keras smooths inside its losses, as `cross_entropy` does by
        itself.

    Examples:
        >>> import numpy as np
        >>> print(smooth_labels(np.asarray([0.0, 1.0]), 0.2))
        [0.1 0.9]
        >>> print(smooth_labels(np.asarray([0, 1, 0, 0]), 0.2, dtype="float64"))
        [0.05 0.85 0.05 0.05]

    References:
        C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens and Z. Wojna, Rethinking the
        Inception architecture for computer vision, 2016.
    """
    batch = elements(
        target=_as_floating(target, dtype),
        where=where,
        dtype=dtype,
        options={"label_smoothing": unit_interval(label_smoothing)},
    )
    xp, (target,), (smoothing,) = batch.xp, batch.arrays.values(), batch.options
    axis = check_axis(axis, target.ndim)
    if batch.where is None:
        uniform = smoothing / max(1, target.shape[axis])
        return xp.astype((1 - smoothing) * target + uniform, batch.dtype)
    where = xp.broadcast_to(batch.where, target.shape)
    kept = xp.sum(xp.astype(where, xp.int32), axis=axis, keepdims=True)
    uniform = smoothing / xp.astype(xp.where(kept == 0, 1, kept), target.dtype)
    smooth = (1 - smoothing) * target + uniform
    return xp.astype(xp.where(where, smooth, 0.0), batch.dtype)


def _as_floating(target: Any, dtype: Any) -> Any:
    """Return integers in `dtype`; without one, refuse them."""
    xp = lookup(target)
    if xp is None or not (
        xp.is_int(target.dtype) or xp.dtype_name(target.dtype) == "bool"
    ):
        return target
    if dtype is None:
        msg = (
            "at least one array must be real floating, got target "
            f"{xp.dtype_name(target.dtype)}; dtype makes one of integers"
        )
        raise TypeError(msg)
    own = xp.as_dtype(dtype)
    return target if own is None or not xp.is_float(own) else xp.astype(target, own)
