"""Quantile regression: the Huber loss of every quantile and sample, weighted."""

from collections.abc import Mapping
from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import fill_masked
from funloss._core.checks import check_broadcastable_to, check_values
from funloss._core.labels import as_row
from funloss._core.options import check_scalar, is_zero

__all__ = ["check_delta", "check_samples", "quantile_huber", "quantile_levels"]


def check_samples(
    arrays: Mapping[str, Any], samples: str, inner: int
) -> tuple[int, ...]:
    """Return the shape of the steps, or raise unless quantiles and samples fit.

    `samples` is the name of the samples' array, `inner` the number of axes that a step
    has: quantiles or samples, and actions before them.
    """
    input, target = tuple(arrays["input"].shape), tuple(arrays[samples].shape)
    if len(input) < inner or 0 in input[len(input) - inner :]:
        msg = f"input must have shape (*{', A' * (inner - 1)}, K), got {input}"
        raise ValueError(msg)
    if input[:-1] != target[:-1] or len(input) != len(target) or not target[-1]:
        msg = f"{samples} must have shape {input[:-1]} and samples last, got {target}"
        raise ValueError(msg)
    return input[: len(input) - inner]


def quantile_levels(xp: Namespace, input: Any, tau: Any, where: Any) -> Any:
    """Return the levels of the quantiles, midpoints of equal intervals if None."""
    count = input.shape[-1]
    if tau is None:
        indices = xp.arange(count, dtype=input.dtype, **xp.device_kw(input))
        return (indices + 0.5) / count
    check_broadcastable_to(tuple(input.shape), tau=tau)
    tau = as_row(xp, tau)
    if tau.ndim > 1:
        (tau,) = fill_masked(xp, where, (tau, 0.5))
    bad = xp.logical_not(xp.logical_and(tau >= 0, tau <= 1))
    bad = check_values(xp, "in 0..1", tau=(tau, bad))
    return tau if bad is None else xp.nan_where(tau, bad)


def check_delta(xp: Namespace, input: Any, delta: Any) -> Any:
    """Return the checked option, None for 0."""
    return None if is_zero(delta) else check_scalar(xp, input, above=0, delta=delta)


def quantile_huber(
    xp: Namespace, input: Any, target: Any, tau: Any, delta: Any, sample_weight: Any
) -> Any:
    """Return the losses of quantiles ``(*, K)`` and weighted samples ``(*, M)``."""
    (tau,) = xp.of_ndim(input.ndim, tau)
    arrays = input[..., :, None], target[..., None, :], tau[..., :, None]
    if not isinstance(sample_weight, float):
        sample_weight = sample_weight[..., None, :]
    if delta is None:
        partials = (_pinball_d_input, _pinball_d_target, _pinball_d_tau, None)
        losses = xp.custom_jvp(_pinball, partials, *arrays, sample_weight, axis=-1)
    else:
        partials = (_huber_d_input, _huber_d_target, _huber_d_tau, None, _huber_d_delta)
        arguments = *arrays, sample_weight, delta
        losses = xp.custom_jvp(_huber, partials, *arguments, axis=-1)
    return xp.total(losses, -1)


# Arithmetic in place of a selection or two clamps, whose result XLA would materialise
# for all pairs.
def _pinball(xp: Namespace, x: Any, t: Any, tau: Any, sample_weight: Any) -> Any:
    losses = _level_weight(xp, x, t, tau) * xp.absolute(t - x)
    return xp.total(sample_weight * losses, -1)


def _huber(
    xp: Namespace, x: Any, t: Any, tau: Any, sample_weight: Any, delta: Any
) -> Any:
    size = _smooth_l1(xp, xp.absolute(t - x), delta)
    losses = _level_weight(xp, x, t, tau) * size
    return xp.total(sample_weight * losses, -1)


def _level_weight(xp: Namespace, x: Any, t: Any, tau: Any) -> Any:
    """Return `tau`, or ``1 - tau`` where the error is negative; 0 without error."""
    sign = xp.sign(t - x)
    return xp.maximum(tau * sign, (tau - 1) * sign)


def _smooth_l1(xp: Namespace, size: Any, delta: Any) -> Any:
    inner = xp.clamp_max(size, delta)
    return inner / delta * (size - 0.5 * inner)


def _weight(xp: Namespace, x: Any, t: Any, tau: Any, sample_weight: Any) -> Any:
    return sample_weight * xp.where(t < x, 1 - tau, tau)


def _pinball_d_input(
    xp: Namespace, x: Any, t: Any, tau: Any, sample_weight: Any
) -> Any:
    # Two selections: the gradient at nan is 0, as that of the absolute value.
    return sample_weight * xp.where(t < x, 1 - tau, xp.where(t > x, -tau, 0.0))


def _pinball_d_target(xp: Namespace, *arguments: Any) -> Any:
    return -_pinball_d_input(xp, *arguments)


def _pinball_d_tau(xp: Namespace, x: Any, t: Any, tau: Any, sample_weight: Any) -> Any:
    # 0 with gradient 0 at an exact fit, where the loss is 0 for every level.
    return sample_weight * xp.where(t == x, 0.0, t - x)


# Without a selection, which XLA would materialise for all pairs.
def _huber_d_input(xp: Namespace, *arguments: Any) -> Any:
    partials = (
        _d_input_d_input,
        _d_input_d_target,
        _d_input_d_tau,
        None,
        _d_input_d_delta,
    )
    return xp.custom_jvp(_d_input, partials, *arguments)


def _d_input(
    xp: Namespace, x: Any, t: Any, tau: Any, sample_weight: Any, delta: Any
) -> Any:
    above, below = (xp.clamp(error, 0.0, delta) for error in (t - x, x - t))
    return sample_weight * (((1 - tau) * below - tau * above) / delta)


# 0 at the corners, as the second derivative of torch's smooth L1 loss.
def _d_input_d_input(xp: Namespace, *arguments: Any) -> Any:
    x, t, _, _, delta = arguments
    inside = xp.absolute(t - x) < delta
    return _weight(xp, *arguments[:4]) * xp.where(inside, 1 / delta, 0.0)


def _d_input_d_target(xp: Namespace, *arguments: Any) -> Any:
    return -_d_input_d_input(xp, *arguments)


def _d_input_d_tau(xp: Namespace, *arguments: Any) -> Any:
    x, t, _, sample_weight, delta = arguments
    return -sample_weight * (xp.clamp_max(xp.absolute(t - x), delta) / delta)


def _d_input_d_delta(xp: Namespace, *arguments: Any) -> Any:
    x, t, _, _, delta = arguments
    inside = xp.where(xp.absolute(t - x) < delta, (t - x) / delta / delta, 0.0)
    return _weight(xp, *arguments[:4]) * inside


def _huber_d_target(xp: Namespace, *arguments: Any) -> Any:
    return -_huber_d_input(xp, *arguments)


def _huber_d_tau(
    xp: Namespace, x: Any, t: Any, tau: Any, sample_weight: Any, delta: Any
) -> Any:
    size = _smooth_l1(xp, xp.absolute(t - x), delta)
    return sample_weight * xp.where(t < x, -size, size)


def _huber_d_delta(xp: Namespace, *arguments: Any) -> Any:
    x, t, tau, sample_weight, delta = arguments
    size = xp.absolute(t - x)
    partial = xp.where(size < delta, -0.5 * xp.square(size / delta), -0.5)
    return _weight(xp, x, t, tau, sample_weight) * partial
