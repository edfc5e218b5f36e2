"""The continuous ranked probability score of normal distributions."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.elements import difference_partials, elements
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["crps_normal_loss"]

# In deviations. Beyond, the density and what is missing of the error function at 1 are
# 0 in every dtype.
_FAR = 40.0


@loss
def crps_normal_loss(
    input: Array,
    target: ArrayLike,
    scale: ArrayLike,
    *,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Normal CRPS: continuous ranked probability score of a normal distribution.

    With the error ``e = input - target`` and ``z = e / scale``, the loss of an element
    is ``e * erf(z / sqrt(2)) + scale * (sqrt(2) * exp(-z**2 / 2) - 1) / sqrt(pi)``. It
    is the integral of the squared difference between the distribution function of the
    forecast and the step at the value seen. Without a `scale`, at 0, it is the absolute
    error, whose gradient is the sign, and 0 at an exact fit.

    Args:
        input: Means, shape ``(*)``, real.
        target: Values seen, broadcastable with `input`.
        scale: Standard deviations, >= 0, in units of `input`; any shape that
            broadcasts, or a number.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each element's loss, broadcastable to the result. The mean
            divides by the sum of the weights.
        where: Boolean, broadcastable to the result. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of the three if None.

    Returns:
        Loss in units of `input`, the broadcast shape for ``"none"``, else ``()``. The
        mean of no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, `reduction` is unknown, or a scale is negative
            (on JAX: nan in value and gradient; see `debug_values`).

    Peers:
        `scoringrules.crps_normal(target, input, scale)`, which is nan at a scale of 0.

    Examples:
        >>> import numpy as np
        >>> print(crps_normal_loss(np.zeros(1), 0.0, np.ones(1)).round(6))
        0.233695
        >>> print(crps_normal_loss(np.zeros(1), 3.0, 0.0))
        3.0

    References:
        T. Gneiting and A. E. Raftery, Strictly proper scoring rules, prediction, and
        estimation, 2007.
    """
    batch = elements(
        input=input,
        target=target,
        scale=scale,
        weight=weight,
        where=where,
        dtype=dtype,
        fill={"scale": 1.0},
        shapes="broadcast",
        broadcast_weight=True,
    )
    partials = (*difference_partials(_d_input), _d_scale)
    losses = batch.map(_crps_normal, partials, shared=_derivatives)
    losses = batch.nan_outside(
        losses, ">= 0", lambda _, scale: scale < 0, scale=batch.arrays["scale"]
    )
    return batch.reduce(losses, reduction, mean_over="weight")


def _crps_normal(xp: Namespace, x: Any, t: Any, scale: Any) -> Any:
    # Of degree 1 in error and scale together, it is the sum of each times its
    # derivative. Errors of `z` drop out to first order.
    d_error, d_scale = _derivatives(xp, x, t, scale)
    return (x - t) * d_error + scale * d_scale


def _d_input(_xp: Namespace, *arguments: Any) -> Any:
    return arguments[-2]


def _d_scale(_xp: Namespace, *arguments: Any) -> Any:
    return arguments[-1]


def _derivatives(xp: Namespace, x: Any, t: Any, scale: Any) -> tuple[Any, Any]:
    """Return the derivatives in the error and in the scale."""
    # Minima and maxima alone: XLA fuses those, and writes out what it selects.
    scale = xp.clamp_min(scale, float(xp.finfo(x.dtype).smallest_normal))
    far = _FAR * scale
    z = xp.quotient(xp.clamp(x - t, -far, far), scale)
    # The density over that at 0, times the square root of 2, less 1: 0 where the scale
    # is the best one, and with its digits there.
    rest = xp.expm1(0.5 * (math.log(2) - xp.square(z)))
    return xp.erf(z * math.sqrt(0.5)), rest / math.sqrt(math.pi)
