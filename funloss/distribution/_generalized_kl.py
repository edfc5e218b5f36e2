"""Kullback-Leibler divergence of what need not sum to 1."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import check_where, fill_masked, promote_arrays
from funloss._core.checks import broadcast_shape, check_axis, check_values
from funloss._core.loss import loss
from funloss._core.reduction import reduce_losses
from funloss._core.typing import Array, ArrayLike, DType, Reduction
from funloss.distribution._kl import summed_rows

__all__ = ["generalized_kl_divergence"]

# Of (exp(d) - 1 - d) / d**2; as many as float64 sees up to abs(d) = 1.
_SERIES = tuple(1.0 / math.factorial(k) for k in range(18, 1, -1))

# exp of this is infinite, and of its negative 0, in every dtype.
_BEYOND = 2000.0


@loss
def generalized_kl_divergence(
    input: Array,
    target: ArrayLike,
    *,
    log_target: bool = False,
    axis: int | None = None,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Generalized KL divergence of unnormalised targets from log-predictions.

    With ``x`` the input and ``t`` the target, an element costs ``t * (log(t) - x) +
    exp(x) - t``, which is >= 0 and 0 at ``x == log(t)`` alone. Where both sum to 1,
    the sum over a distribution is that of `kl_div`. It is the Bregman divergence
    of ``t * log(t) - t``, and ``poisson_nll_loss(x, t)`` less its least value.

    Args:
        input: Logarithms of masses, shape ``(*)``, real.
        target: Masses >= 0, or their logarithms; broadcastable with `input`.
        log_target: Whether `target` holds logarithms; a Python bool.
        axis: As for `kl_div`.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``, over rows with `axis`.
        where: As for `kl_div`.
        dtype: Of the result; the promoted dtype of `input` and `target` if None.

    Returns:
        Cost, in nats where masses are probabilities; the broadcast shape without
        `axis` for ``"none"``, else ``()``. The mean of no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not broadcast, there is no such `axis`, `reduction`
            is unknown, or a mass is negative (on JAX: nan in value and gradient;
            see `debug_values`).

    Peers:
        With ``axis=-1``, `optax.losses.generalized_kl_divergence`, once named
        `convex_kl_divergence`. That adds up terms which cancel near the optimum,
        where it may be negative, and its slope in a target of 0 is nan. torch has
        no such loss.

    Numerics:
        The slope in a target of 0 is -inf. Here it is ``-x``, or 0 where ``x`` is
        infinite; in the logarithm of 0 it is 0.

    Examples:
        >>> import numpy as np
        >>> x, t = np.log(np.asarray([[2.0, 0.5]])), np.asarray([[1.0, 0.0]])
        >>> print(generalized_kl_divergence(x, t, reduction="none").round(4))
        [[0.3069 0.5   ]]

    References:
        L. M. Bregman, The relaxation method of finding the common point of convex
        sets, 1967.
        D. D. Lee and H. S. Seung, Algorithms for non-negative matrix
        factorization, 2001.
    """
    xp, out, (input, target) = promote_arrays(dtype, input=input, target=target)
    shape = broadcast_shape(input=input, target=target)
    input, target = xp.of_ndim(len(shape), input, target)
    where = check_where(xp, input, where, shape)
    input, target = fill_masked(
        xp, where, (input, 0.0), (target, 0.0 if log_target else 1.0)
    )
    if log_target:
        formula, slopes = _cost_of_log, (_log_input_slope, _log_target_slope)
    else:
        formula, slopes = _cost, (_input_slope, _target_slope)
    cost = xp.custom_jvp(formula, slopes, input, target)
    if not log_target:
        negative = xp.custom_jvp(lambda _, t: t < 0, None, target)
        # Only to raise: the logarithm gives nan of itself, in slopes, too.
        check_values(xp, ">= 0", target=(target, negative))
    if axis is not None:
        cost, where = summed_rows(xp, cost, where, check_axis(axis, len(shape)))
    return reduce_losses(xp, out, cost, reduction, where=where)


def _cost(xp: Namespace, x: Any, t: Any) -> Any:
    return _divergence(xp, x, t, xp.log(t))


def _cost_of_log(xp: Namespace, x: Any, t: Any) -> Any:
    return _divergence(xp, x, xp.exp(t), t)


def _divergence(xp: Namespace, x: Any, mass: Any, log_mass: Any) -> Any:
    gap = x - xp.clamp_min(log_mass, -_BEYOND)
    near = _SERIES[0]
    for factor in _SERIES[1:]:
        near = near * gap + factor
    near = mass * xp.square(gap) * near
    far = xp.exp(x) - mass * (1.0 + xp.clamp_max(gap, _BEYOND))
    far = xp.where(mass == 0, xp.exp(x), far)
    return xp.where(xp.absolute(gap) > 1, far, near)


def _input_slope(xp: Namespace, x: Any, t: Any) -> Any:
    slopes = (lambda xp, x, _: xp.exp(x), lambda xp, _, t: -xp.ones_like(t))
    return xp.custom_jvp(lambda xp, x, t: _excess(xp, x, t, xp.log(t)), slopes, x, t)


def _target_slope(xp: Namespace, x: Any, t: Any) -> Any:
    # At t == 0 the slope is -inf; -x, or 0 where x is infinite, keeps it finite.
    void = xp.logical_and(t == 0, xp.isinf(x))
    return xp.where(void, 0.0, xp.log(xp.where(t == 0, 1.0, t)) - x)


def _log_input_slope(xp: Namespace, x: Any, t: Any) -> Any:
    slopes = (lambda xp, x, _: xp.exp(x), lambda xp, _, t: -xp.exp(t))
    return xp.custom_jvp(lambda xp, x, t: _excess(xp, x, xp.exp(t), t), slopes, x, t)


def _excess(xp: Namespace, x: Any, mass: Any, log_mass: Any) -> Any:
    """Return ``exp(x) - mass``, with all digits where the two are near."""
    gap = x - xp.clamp_min(log_mass, -_BEYOND)
    near = mass * xp.expm1(gap)
    return xp.where(xp.absolute(gap) > 1, xp.exp(x) - mass, near)


def _log_target_slope(xp: Namespace, x: Any, t: Any) -> Any:
    void = t == -math.inf
    return xp.where(void, 0.0, xp.exp(t) * (xp.where(void, 0.0, t) - x))
