"""Negative log-likelihood of values under a Laplace distribution."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.elements import difference_partials, elements
from funloss._core.loss import loss
from funloss._core.options import real
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.regression._floored import floored

__all__ = ["laplace_nll_loss"]


@loss
def laplace_nll_loss(
    input: Array,
    target: ArrayLike,
    scale: ArrayLike,
    *,
    full: bool = False,
    eps: Real = 1e-6,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Laplace NLL loss: negative log-likelihood of a predicted median and scale.

    With ``b = max(scale, eps)``, the loss of an element is ``log(b) + abs(input -
    target) / b``; `full` adds ``log(2)``. The derivative in `scale` is that at ``b``
    even below `eps`, so that a scale can leave the floor. That in `input` is 0 at an
    exact fit.

    Args:
        input: Medians, shape ``(*)``, real.
        target: Values seen, broadcastable with `input`.
        scale: Scales, >= 0, in units of `input`: mean absolute deviations; any shape
            that broadcasts, or a number.
        full: Whether to add the constant; a Python bool.
        eps: Floor of the scale, in its units; a number or a 0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each element's loss, broadcastable to the result. The mean
            divides by the sum of the weights.
        where: Boolean, broadcastable to the result. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of the three if None.

    Returns:
        Loss in nats, the broadcast shape for ``"none"``, else ``()``. The mean of
        no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, `reduction` is unknown, or a scale is negative
            (on JAX: nan in value and gradient; see `debug_values`).

    Peers:
        Minus `torch.distributions.Laplace(input, scale).log_prob(target)` with
        ``full=True``; it has no floor.

    Examples:
        >>> import numpy as np
        >>> print(laplace_nll_loss(np.asarray([3.0]), np.ones(1), np.ones(1)))
        2.0

    References:
        R. Koenker and J. A. F. Machado, Goodness of fit and related inference
        processes for quantile regression, 1999.
    """
    batch = elements(
        input=input,
        target=target,
        scale=scale,
        weight=weight,
        where=where,
        dtype=dtype,
        options={"eps": real(eps)},
        fill={"scale": 1.0},
        shapes="broadcast",
        broadcast_weight=True,
    )
    partials = (*difference_partials(_laplace_nll_d_input), _laplace_nll_d_scale)
    losses = batch.map(_laplace_nll, partials)
    losses = batch.nan_outside(
        losses, ">= 0", lambda _, scale: scale < 0, scale=batch.arrays["scale"]
    )
    losses = losses + math.log(2) if full else losses
    return batch.reduce(losses, reduction, mean_over="weight")


def _laplace_nll(xp: Namespace, x: Any, t: Any, scale: Any, eps: Any) -> Any:
    scale = floored(xp, scale, eps)
    return xp.log(scale) + xp.absolute(x - t) / scale


def _laplace_nll_d_input(xp: Namespace, x: Any, t: Any, scale: Any, eps: Any) -> Any:
    # Two selections: the gradient at nan is 0, as that of the absolute value.
    size = 1 / floored(xp, scale, eps)
    return xp.where(x > t, size, xp.where(x < t, -size, 0 * size))


def _laplace_nll_d_scale(xp: Namespace, x: Any, t: Any, scale: Any, eps: Any) -> Any:
    scale = floored(xp, scale, eps)
    return (1 - xp.absolute(x - t) / scale) / scale
