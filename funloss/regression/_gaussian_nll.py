"""Negative log-likelihood of values under a normal distribution."""

import math
from typing import Any

from funloss._array import Namespace, lookup, namespace
from funloss._core.checks import check_broadcastable_to
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.options import real
from funloss._core.typing import Array, ArrayLike, DType, Real, Reduction
from funloss.regression._floored import floored

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

    With ``v = max(var, eps)``, the loss of an element is ``(log(v) + (input -
    target)**2 / v) / 2``; `full` adds ``log(2 * pi) / 2``. The derivative in `var` is
    that at ``v`` even below `eps`, so that a variance can leave the floor.

    Args:
        input: Means, shape ``(*)``, real.
        target: Values seen, broadcastable with `input`.
        var: Variances, >= 0: shape of `input` without its last axis, one a row;
            any shape that broadcasts to `input`, such as ``(1, C)``; or a number.
            Of shape ``(C,)``, beside ``(N, C)`` with ``N == C``, it is one a row.
        full: Whether to add the constant; a Python bool.
        eps: Floor of the variance, in its units; a number or a 0-d array.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.
        where: Boolean, broadcastable to the result. A False element has loss 0, has
            gradient 0 (even at nan) and does not count in the mean.
        dtype: Of the result; the promoted dtype of the three if None.

    Returns:
        Loss in nats, the broadcast shape for ``"none"``, else ``()``. The mean of
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
    batch = elements(
        input=input,
        target=target,
        var=_aligned(input, var),
        where=where,
        dtype=dtype,
        options={"eps": real(eps)},
        fill={"var": 1.0},
        shapes="broadcast",
    )
    losses = batch.map(
        _gaussian_nll,
        (_gaussian_nll_d_input, _gaussian_nll_d_target, _gaussian_nll_d_var),
    )
    losses = batch.nan_outside(
        losses, ">= 0", lambda _, var: var < 0, var=batch.arrays["var"]
    )
    losses = losses + _HALF_LOG_TWO_PI if full else losses
    return batch.reduce(losses, reduction)


def _aligned(input: Any, var: Any) -> Any:
    """Return `var` shaped to broadcast to `input`, or raise; what is no array stays."""
    if lookup(input) is None or lookup(var) is None:
        return var
    xp = namespace(input=input, var=var)
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


def _gaussian_nll(xp: Namespace, x: Any, t: Any, var: Any, eps: Any) -> Any:
    var = floored(xp, var, eps)
    return 0.5 * (xp.log(var) + xp.square(x - t) / var)


def _gaussian_nll_d_input(xp: Namespace, x: Any, t: Any, var: Any, eps: Any) -> Any:
    return (x - t) / floored(xp, var, eps)


def _gaussian_nll_d_target(xp: Namespace, x: Any, t: Any, var: Any, eps: Any) -> Any:
    return (t - x) / floored(xp, var, eps)


def _gaussian_nll_d_var(xp: Namespace, x: Any, t: Any, var: Any, eps: Any) -> Any:
    var = floored(xp, var, eps)
    return 0.5 * (1 / var - xp.square((x - t) / var))
