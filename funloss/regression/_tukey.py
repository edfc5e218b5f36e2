"""Tukey's biweight: a squared error near zero, a constant from `scale` on."""

from typing import Any

from funloss._array import Namespace
from funloss._core.elements import difference_partials, elements
from funloss._core.loss import loss
from funloss._core.options import positive
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["tukey_loss"]


@loss
def tukey_loss(
    input: Array,
    target: ArrayLike,
    *,
    scale: Real = 4.685,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Tukey's biweight loss: squared near zero, constant from `scale` on.

    With ``e = input - target`` and ``c = scale``, the loss of an element is ``c**2 / 6
    * (1 - (1 - (e / c)**2)**3)`` where ``abs(e) < c``, and ``c**2 / 6`` elsewhere. The
    derivative is ``e * (1 - (e / c)**2)**2``, and 0 from `scale` on: such an element
    is left out. The second derivative is negative from ``c / sqrt(5)`` on.

    Args:
        input: Predictions, shape ``(*)``, real.
        target: True values, same shape, or a number. One of the two is floating.
        scale: Size from which an error is an outlier, > 0, in units of `input`; or a
            0-d array. The default, for noise with a standard deviation of 1, is 95 % as
            efficient as the mean.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each element's loss, same shape. The mean divides by
            the sum of the weights.
        where: Boolean, broadcastable to `input`. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Loss in units of `input`, squared; shape ``(*)`` for ``"none"``, else ``()``.
        The mean of no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes differ, `scale` is not > 0 (in an array on JAX: nan in
            value and gradient; see `debug_values`), or `reduction` is unknown.

    Peers:
        `statsmodels.robust.norms.TukeyBiweight` has the same loss and is no function
        of arrays on a device. torch, optax and Keras have none.

    Examples:
        >>> import numpy as np
        >>> e = np.asarray([0.5, 1.0, 2.0, 100.0])
        >>> print(tukey_loss(e, 0.0, scale=2.0, reduction="none").round(4))
        [0.1174 0.3854 0.6667 0.6667]

    References:
        A. E. Beaton and J. W. Tukey, The fitting of power series, meaning
        polynomials, illustrated on band-spectroscopic data, 1974.
    """
    batch = elements(
        input=input,
        target=target,
        weight=weight,
        where=where,
        dtype=dtype,
        options={"scale": positive(scale)},
    )
    partials = (*difference_partials(_tukey_d_input), _tukey_d_scale)
    losses = batch.map(_tukey, partials)
    return batch.reduce(losses, reduction, mean_over="weight", arithmetic=True)


def _parts(xp: Namespace, x: Any, t: Any, scale: Any) -> Any:
    """Return the size of the error, at most `scale`, and its square over the scale's.

    What follows is continuous there, so that nothing has to be selected.
    """
    size = xp.clamp_max(xp.absolute(x - t), scale)
    return size, xp.square(size / scale)


def _tukey(xp: Namespace, x: Any, t: Any, scale: Any) -> Any:
    size, u = _parts(xp, x, t, scale)
    # scale**2 / 6 * (1 - (1 - u)**3), without a difference of what is nearly 1.
    return xp.square(size) * (0.5 + u * (u / 6 - 0.5))


def _tukey_d_input(xp: Namespace, x: Any, t: Any, scale: Any) -> Any:
    error = xp.clamp_max(xp.clamp_min(x - t, -scale), scale)
    # 1 - (error / scale)**2, with the digits that are left of it near the scale.
    gap = (scale - xp.absolute(error)) / scale
    return error * xp.square(gap * (2 - gap))


def _tukey_d_scale(xp: Namespace, x: Any, t: Any, scale: Any) -> Any:
    _, u = _parts(xp, x, t, scale)
    return scale * xp.square(u) * (1 - u * (2 / 3))
