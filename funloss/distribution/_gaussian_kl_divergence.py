"""Kullback-Leibler divergence between normal distributions."""

from typing import Any

from funloss._array import Namespace
from funloss._core.checks import check_axis
from funloss._core.elements import elements
from funloss._core.loss import loss
from funloss._core.typing import Array, ArrayLike, DType, Reduction

__all__ = ["gaussian_kl_divergence"]


@loss
def gaussian_kl_divergence(
    input: Array,
    log_var: ArrayLike,
    target: ArrayLike = 0.0,
    target_log_var: ArrayLike = 0.0,
    *,
    axis: int | None = -1,
    reduction: Reduction = "mean",
    where: ArrayLike | None = None,
    dtype: DType | None = None,
) -> Array:
    """Gaussian KL divergence of a diagonal normal distribution from another.

    With the means ``m`` and ``n``, the logarithms of variances ``v`` and ``w`` of
    `input` and `target`, an element has ``(exp(v - w) - 1 - (v - w) + (m - n)**2 *
    exp(-w)) / 2``, and a distribution the sum over `axis`. By default it is the
    divergence from the standard normal distribution, the regulariser of a variational
    autoencoder.

    Args:
        input: Means, shape ``(*)``, real.
        log_var: Logarithms of variances, broadcastable with `input`.
        target: Means of the other distribution, likewise.
        target_log_var: Logarithms of its variances, likewise.
        axis: Axis of the components of a distribution, which are independent; a loss
            is summed over it. None: each element is a distribution.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``, over distributions.
        where: Boolean, broadcastable to the elements. What is False has no part in
            the sum over `axis`, and gradient 0 (even at nan); a distribution without
            any element does not count in the mean.
        dtype: Of the result; the promoted dtype of the four if None.

    Returns:
        Loss in nats, the broadcast shape without `axis` for ``"none"``, else ``()``.
        The mean of no distributions is nan.

    Raises:
        TypeError: No array is real floating, or arrays of two libraries.
        ValueError: Shapes do not broadcast, there is no such `axis`, or `reduction`
            is unknown.

    Numerics:
        The usual ``(exp(v) - 1 - v + m**2) / 2`` cancels near the optimum: in float32
        it has no digits left at ``v = 1e-4``. The terms here are never negative.

    Peers:
        The sum over `axis` of `torch.distributions.kl_divergence` of two `Normal`.

    Examples:
        >>> import numpy as np
        >>> mean, log_var = np.asarray([[1.0, 0.0]]), np.zeros((1, 2))
        >>> print(gaussian_kl_divergence(mean, log_var))
        0.5

    References:
        D. P. Kingma and M. Welling, Auto-encoding variational Bayes, 2014.
    """
    batch = elements(
        input=input,
        log_var=log_var,
        target=target,
        target_log_var=target_log_var,
        where=where,
        dtype=dtype,
        shapes="broadcast",
    )
    partials = (_d_input, _d_log_var, _d_target, _d_target_log)
    losses = batch.map(_gaussian_kl, partials, shared=_ratio_less_one)
    if axis is not None:
        batch, losses = batch.sum_rows(losses, check_axis(axis, losses.ndim))
    return batch.reduce(losses, reduction)


def _gaussian_kl(xp: Namespace, m: Any, v: Any, n: Any, w: Any) -> Any:
    return 0.5 * (xp.expm1x(v - w) + xp.square((m - n) * xp.exp(-0.5 * w)))


def _ratio_less_one(xp: Namespace, m: Any, v: Any, n: Any, w: Any) -> tuple[Any]:
    """Return the ratio of the variances less 1."""
    return (xp.expm1x_derivative(v - w),)


def _d_input(xp: Namespace, m: Any, v: Any, n: Any, w: Any, _: Any) -> Any:
    return (m - n) * xp.exp(-w)


def _d_target(xp: Namespace, m: Any, v: Any, n: Any, w: Any, _: Any) -> Any:
    return (n - m) * xp.exp(-w)


def _d_log_var(xp: Namespace, m: Any, v: Any, n: Any, w: Any, excess: Any) -> Any:
    return 0.5 * excess


def _d_target_log(xp: Namespace, m: Any, v: Any, n: Any, w: Any, excess: Any) -> Any:
    return -0.5 * (excess + xp.square((m - n) * xp.exp(-0.5 * w)))
