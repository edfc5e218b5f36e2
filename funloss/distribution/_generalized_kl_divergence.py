"""Kullback-Leibler divergence of what need not sum to 1."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.checks import check_axis
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["generalized_kl_divergence"]

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

    With ``x`` the input and ``t`` the target, the loss of an element is ``t * (log(t)
    - x) + exp(x) - t``, which is >= 0 and 0 at ``x == log(t)`` alone. Where both sum
    to 1, the sum over a distribution is that of `kl_div`. It is the Bregman divergence
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
        Loss, in nats where masses are probabilities; the broadcast shape without
        `axis` for ``"none"``, else ``()``. The mean of no elements is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not broadcast, there is no such `axis`, `reduction`
            is unknown, or a mass is negative (on JAX: nan in value and gradient;
            see `debug_values`).

    Peers:
        With ``axis=-1``, `optax.losses.generalized_kl_divergence`, once named
        `convex_kl_divergence`. That adds up terms which cancel near the optimum,
        where it may be negative, and its derivative in a target of 0 is nan. torch has
        no such loss.

    Numerics:
        The derivative in a target of 0 is -inf. Here it is ``-x``, or 0 where ``x`` is
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
    batch = elements(
        input=input,
        target=target,
        where=where,
        dtype=dtype,
        fill={"target": 0.0 if log_target else 1.0},
        shapes="broadcast",
    )
    if log_target:
        losses = batch.map(*_GENERALIZED_KL_OF_LOG)
    else:
        losses = batch.map(*_GENERALIZED_KL, shared=_generalized_kl_shared)
    if not log_target:
        # Only to raise: the logarithm gives nan by itself, in the gradient, too.
        target = batch.arrays["target"]
        batch.nan_outside(losses, ">= 0", lambda _, t: t < 0, target=target)
    if axis is not None:
        batch, losses = batch.sum_rows(losses, check_axis(axis, losses.ndim))
    return batch.reduce(losses, reduction)


def _generalized_kl(xp: Namespace, x: Any, t: Any) -> Any:
    return _divergence(xp, x, t, xp.log(t))


def _generalized_kl_of_log(xp: Namespace, x: Any, t: Any) -> Any:
    return _divergence(xp, x, xp.exp(t), t)


def _divergence(xp: Namespace, x: Any, q: Any, log_q: Any) -> Any:
    gap = x - xp.clamp_min(log_q, -_BEYOND)
    near = q * xp.square(gap) * xp.expm1x_ratio(gap)
    far = xp.exp(x) - q * (1.0 + xp.clamp_max(gap, _BEYOND))
    far = xp.where(q == 0, xp.exp(x), far)
    return xp.where(xp.absolute(gap) > 1, far, near)


def _generalized_kl_shared(xp: Namespace, x: Any, t: Any) -> tuple[Any, ...]:
    del x
    return (xp.log(t),)


def _generalized_kl_d_input(xp: Namespace, x: Any, t: Any, log_t: Any) -> Any:
    partials = (
        lambda xp, x, *_: xp.exp(x),
        lambda xp, _, t, __: -xp.ones_like(t),
        None,
    )
    return xp.custom_jvp(_excess, partials, x, t, log_t)


def _generalized_kl_d_target(xp: Namespace, x: Any, t: Any, log_t: Any) -> Any:
    del log_t
    # At t == 0 the derivative is -inf; -x, or 0 where x is infinite, keeps it finite.
    void = xp.logical_and(t == 0, xp.isinf(x))
    return xp.where(void, 0.0, xp.log(xp.where(t == 0, 1.0, t)) - x)


def _generalized_kl_of_log_d_input(xp: Namespace, x: Any, t: Any) -> Any:
    partials = (lambda xp, x, _: xp.exp(x), lambda xp, _, t: -xp.exp(t))
    return xp.custom_jvp(lambda xp, x, t: _excess(xp, x, xp.exp(t), t), partials, x, t)


def _excess(xp: Namespace, x: Any, q: Any, log_q: Any) -> Any:
    """Return ``exp(x) - q``, with all digits where the two are near."""
    gap = x - xp.clamp_min(log_q, -_BEYOND)
    near = q * (gap * (1.0 + gap * xp.expm1x_ratio(gap)))
    return xp.where(xp.absolute(gap) > 1, xp.exp(x) - q, near)


def _generalized_kl_of_log_d_target(xp: Namespace, x: Any, t: Any) -> Any:
    void = t == -math.inf
    return xp.where(void, 0.0, xp.exp(t) * (xp.where(void, 0.0, t) - x))


_GENERALIZED_KL = (
    _generalized_kl,
    (_generalized_kl_d_input, _generalized_kl_d_target),
)
_GENERALIZED_KL_OF_LOG = (
    _generalized_kl_of_log,
    (_generalized_kl_of_log_d_input, _generalized_kl_of_log_d_target),
)
