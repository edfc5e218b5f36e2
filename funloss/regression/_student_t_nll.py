"""Negative log-likelihood of values under Student's t distribution."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.elements import difference_partials, elements
from funloss._core.loss import loss
from funloss._core.options import real
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.regression._floored import floored
from funloss.regression._log_rising import (
    digamma_excess,
    finite,
    log1p_less_ratio,
    log_rising,
    raised,
)
from funloss.regression._robust_shapes import log_of_square

__all__ = ["student_t_nll_loss"]

_HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)


@loss
def student_t_nll_loss(
    input: Array,
    target: ArrayLike,
    scale: ArrayLike,
    df: ArrayLike,
    *,
    full: bool = True,
    eps: Real = 1e-6,
    reduction: Reduction = "mean",
    weight: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Student-t NLL loss: negative log-likelihood under heavy tails.

    With ``s = max(scale, eps)`` and ``z = (input - target) / s``, the loss of an
    element is ``log(s) - gammaln((df + 1) / 2) + gammaln(df / 2) + log(df / 2) / 2 +
    (df + 1) / 2 * log(1 + z**2 / df)``; `full` adds ``log(2 * pi) / 2``. As `df` grows
    it becomes that of a normal distribution, as which infinite `df` is taken. The
    derivative in `scale` is that at ``s`` even below `eps`, so that a scale can leave
    the floor.

    Args:
        input: Locations, shape ``(*)``, real.
        target: Values seen, broadcastable with `input`.
        scale: Scales, >= 0, in units of `input`; any shape that broadcasts, or a
            number. The standard deviation is larger: ``scale * sqrt(df / (df - 2))``.
        df: Degrees of freedom, > 0, likewise: 1 is Cauchy's distribution.
        full: Whether to add the constant; a Python bool.
        eps: Floor of the scale, in its units; a number or a 0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        weight: Factor on each element's loss, broadcastable to the result. The mean
            divides by the sum of the weights.
        where: Boolean, broadcastable to the result. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of the four if None.

    Returns:
        Loss in nats, the broadcast shape for ``"none"``, else ``()``. The mean of
        no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, `reduction` is unknown, a scale is negative or
            `df` is not > 0 (on JAX: nan in value and gradient; see `debug_values`).

    Numerics:
        Value and gradients keep their digits for every `df`; the difference of two
        values of `gammaln` has none left in float32 at a `df` of 1e8. An error does
        not overflow by its square.

    Peers:
        Minus `torch.distributions.StudentT(df, input, scale).log_prob(target)`; it
        has no floor.

    Examples:
        >>> import numpy as np
        >>> x, t, scale = np.asarray([0.0, 3.0]), np.zeros(2), np.ones(2)
        >>> for df in (1.0, 10.0, 1e8):
        ...     losses = student_t_nll_loss(x, t, scale, df, reduction="none")
        ...     print(losses.round(4))
        [1.1447 3.4473]
        [0.9439 4.4741]
        [0.9189 5.4189]

    References:
        K. L. Lange, R. J. A. Little and J. M. G. Taylor, Robust statistical modeling
        using the t distribution, 1989.
    """
    batch = elements(
        input=input,
        target=target,
        scale=scale,
        df=df,
        weight=weight,
        where=where,
        dtype=dtype,
        options={"eps": real(eps)},
        fill={"scale": 1.0, "df": 1.0},
        shapes="broadcast",
        broadcast_weight=True,
    )
    partials = (*difference_partials(_d_input), _d_scale, _d_df)
    is_one = not getattr(df, "ndim", 0)
    formula = _student_t_nll if is_one else _student_t_nll_in_one_loop
    losses = batch.map(formula, partials)
    losses = batch.nan_outside(
        losses, ">= 0", lambda _, scale: scale < 0, scale=batch.arrays["scale"]
    )
    # Only to raise: the formula gives nan by itself, in the gradient, too.
    batch.nan_outside(losses, "> 0", lambda _, df: df <= 0, df=batch.arrays["df"])
    losses = losses + _HALF_LOG_TWO_PI if full else losses
    return batch.reduce(losses, reduction, mean_over="weight")


def _student_t_nll(xp: Namespace, x: Any, t: Any, scale: Any, df: Any, eps: Any) -> Any:
    scale, df = floored(xp, scale, eps), _checked(xp, df)
    tail = 0.5 * (df + 1) * log_of_square(xp, (x - t) / scale, df)
    return xp.log(scale) + _normalizer(xp, df) + tail


def _student_t_nll_in_one_loop(
    xp: Namespace, x: Any, t: Any, scale: Any, df: Any, eps: Any
) -> Any:
    # What is selected last XLA computes in a loop of its own, and then adds up. From
    # the loop that adds up it would write out a dozen parts of what df alone decides.
    return xp.where(df > 0, _student_t_nll(xp, x, t, scale, df, eps), math.nan)


def _checked(xp: Namespace, df: Any) -> Any:
    return xp.where(df > 0, finite(xp, df), math.nan)


def _normalizer(xp: Namespace, df: Any) -> Any:
    """Return what depends on `df` alone, 0 far out."""
    half, step = 0.5 * df, xp.zeros_like(df) + 0.5
    gap = raised(xp, half) - half
    return -log_rising(xp, half, step) - 0.5 * xp.log1p(gap / half)


def _parts(xp: Namespace, x: Any, t: Any, scale: Any, df: Any) -> tuple[Any, ...]:
    """Return ``e``, ``e**2``, ``scale**2`` and ``df * scale**2 + e**2`` of the error.

    All are over the larger of error and scale, so that no square is too large.
    """
    error = x - t
    inverse = 1 / xp.maximum(xp.absolute(error), scale)
    part = error * inverse
    square, own = error * part, scale * (scale * inverse)
    return part, square, own, df * own + square


def _d_input(xp: Namespace, x: Any, t: Any, scale: Any, df: Any, eps: Any) -> Any:
    scale, df = floored(xp, scale, eps), _checked(xp, df)
    part, _, _, whole = _parts(xp, x, t, scale, df)
    return (df + 1) * part / whole


def _d_scale(xp: Namespace, x: Any, t: Any, scale: Any, df: Any, eps: Any) -> Any:
    scale, df = floored(xp, scale, eps), _checked(xp, df)
    _, square, own, whole = _parts(xp, x, t, scale, df)
    return df * (own - square) / (scale * whole)


def _d_df(xp: Namespace, x: Any, t: Any, scale: Any, df: Any, eps: Any) -> Any:
    z, df = (x - t) / floored(xp, scale, eps), _checked(xp, df)
    by_normalizer = digamma_excess(xp, 0.5 * df, xp.zeros_like(df) + 0.5)
    ratio = z * (z / df)
    inner, outer = xp.clamp_max(ratio, 1.0), xp.clamp_min(ratio, 1.0)
    near = log1p_less_ratio(xp, inner) - inner / (1 + inner) / df
    far = log_of_square(xp, z, df) - (1 + 1 / df) / (1 + 1 / outer)
    return 0.5 * (by_normalizer + xp.where(ratio <= 1, near, far))
