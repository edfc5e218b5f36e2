"""Negative log-likelihood of values under a normal distribution."""

import math
from typing import Any

from funloss._array import Namespace, lookup
from funloss._core.arrays import check_where, fill_masked, promote_arrays
from funloss._core.checks import broadcast_shape, check_broadcastable_to, check_values
from funloss._core.loss import loss
from funloss._core.options import check_scalar
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction

__all__ = ["gaussian_nll_loss"]

_HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)


@loss
def gaussian_nll_loss(
    input: Array,
    target: ArrayLike,
    var: ArrayLike,
    *,
    full: bool = False,
    eps: Real = 1e-6,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Gaussian NLL loss: negative log-likelihood of a predicted mean and variance.

    With ``v = max(var, eps)``, an element costs ``(log(v) + (input - target)**2 /
    v) / 2``; `full` adds ``log(2 * pi) / 2``. The slope in `var` is that at ``v``
    even below `eps`, so that a variance can leave the floor.

    Args:
        input: Means, shape ``(*)``, real.
        target: Values seen, broadcastable with `input`.
        var: Variances, >= 0: shape of `input` without its last axis, one a row;
            any shape that broadcasts to `input`, such as ``(1, C)``; or a number.
            Of shape ``(C,)``, beside ``(N, C)`` with ``N == C``, it is one a row.
        full: Whether to add the constant; a Python bool.
        eps: Floor of the variance, in its units; a number or a 0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to the result. A False element costs 0, has
            slope 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of the three if None.

    Returns:
        Cost in nats, the broadcast shape for ``"none"``, else ``()``. The mean of
        no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not fit, `reduction` is unknown, or a variance is
            negative (on JAX: nan in value and gradient; see `debug_values`).

    Torch:
        `torch.nn.functional.gaussian_nll_loss`; `var` may be any real number, or
        have several axes of size 1 or no leading ones, as one a channel. `where` and
        `dtype` are new.

    Examples:
        >>> import numpy as np
        >>> print(gaussian_nll_loss(np.asarray([3.0]), np.ones(1), np.ones(1)))
        2.0

    References:
        D. A. Nix and A. S. Weigend, Estimating the mean and variance of the
        target probability distribution, 1994.
    """
    shared = lookup(var) is None
    xp, out, (input, target, var) = promote_arrays(
        dtype, input=input, target=target, var=var
    )
    var = var if shared else _aligned(xp, input, var)
    shape = broadcast_shape(input=input, target=target, var=var)
    input, target, var = xp.of_ndim(len(shape), input, target, var)
    eps = check_scalar(xp, input, eps=eps)
    where = check_where(xp, input, where, shape)
    input, target, var = fill_masked(xp, where, (input, 0.0), (target, 0.0), (var, 1.0))
    slopes = (_mean_slope, _target_slope, _var_slope, None)
    cost = xp.custom_jvp(_cost, slopes, input, target, var, eps)
    negative = xp.custom_jvp(lambda _, var: var < 0, None, var)
    bad = check_values(xp, ">= 0", var=(var, negative))
    cost = cost if bad is None else xp.nan_where(cost, bad)
    cost = cost + _HALF_LOG_TWO_PI if full else cost
    return reduce_losses(xp, out, cost, reduction, where=where)


def _aligned(xp: Namespace, input: Any, var: Any) -> Any:
    """Return `var` shaped to broadcast to `input`, or raise."""
    full, own = tuple(input.shape), tuple(var.shape)
    # Torch's rule comes first: what has all axes but the last is one a row.
    if full and own == full[:-1]:
        return xp.expand_dims(var, axis=-1)
    try:
        check_broadcastable_to(full, var=var)
    except ValueError:
        msg = (
            f"var must broadcast to the shape of input {full}, or have that shape "
            f"without its last axis, got {own}"
        )
        raise ValueError(msg) from None
    return var


def _floored(xp: Namespace, var: Any, eps: Any) -> Any:
    """Return ``max(var, eps)`` with slope 1 in `var` everywhere."""
    slopes = (lambda xp, var, _: xp.ones_like(var), None)
    return xp.custom_jvp(lambda xp, var, eps: xp.clamp_min(var, eps), slopes, var, eps)


def _cost(xp: Namespace, x: Any, t: Any, var: Any, eps: Any) -> Any:
    var = _floored(xp, var, eps)
    return 0.5 * (xp.log(var) + xp.square(x - t) / var)


def _mean_slope(xp: Namespace, x: Any, t: Any, var: Any, eps: Any) -> Any:
    return (x - t) / _floored(xp, var, eps)


def _target_slope(xp: Namespace, x: Any, t: Any, var: Any, eps: Any) -> Any:
    return (t - x) / _floored(xp, var, eps)


def _var_slope(xp: Namespace, x: Any, t: Any, var: Any, eps: Any) -> Any:
    var = _floored(xp, var, eps)
    return 0.5 * (1 / var - xp.square((x - t) / var))
