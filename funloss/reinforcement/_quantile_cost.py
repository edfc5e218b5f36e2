"""The cost of quantiles for samples, and what it needs to be known of them."""

from typing import Any

from funloss._array import Namespace
from funloss._core.arrays import fill_masked
from funloss._core.checks import check_broadcastable_to, check_values
from funloss._core.labels import as_row
from funloss._core.options import check_scalar, is_zero

__all__ = ["check_ensemble", "levels", "linear_from", "quantile_cost"]


def check_ensemble(input: Any, samples: Any, name: str, inner: int) -> None:
    """Raise unless both have the same shape but for their last axis of some size.

    `inner` is the number of axes they have at least.
    """
    ours, theirs = tuple(input.shape), tuple(samples.shape)
    if len(ours) < inner or 0 in ours[len(ours) - inner :]:
        msg = f"input must have shape (*{', A' * (inner - 1)}, K), got {ours}"
        raise ValueError(msg)
    if ours[:-1] != theirs[:-1] or len(ours) != len(theirs) or not theirs[-1]:
        msg = f"{name} must have shape {ours[:-1]} and samples last, got {theirs}"
        raise ValueError(msg)


def levels(xp: Namespace, input: Any, tau: Any, keep: Any) -> Any:
    """Return the levels of the quantiles, the middles of equal parts if None."""
    count = input.shape[-1]
    if tau is None:
        places = xp.arange(count, dtype=input.dtype, **xp.device_kw(input))
        return (places + 0.5) / count
    check_broadcastable_to(tuple(input.shape), tau=tau)
    tau = as_row(xp, tau)
    if tau.ndim > 1:
        (tau,) = fill_masked(xp, keep, (tau, 0.5))
    bad = xp.logical_not(xp.logical_and(tau >= 0, tau <= 1))
    bad = check_values(xp, "in 0..1", tau=(tau, bad))
    return tau if bad is None else xp.nan_where(tau, bad)


def linear_from(xp: Namespace, input: Any, delta: Any) -> Any:
    """Return the checked option, None for 0."""
    return None if is_zero(delta) else check_scalar(xp, input, above=0, delta=delta)


def quantile_cost(
    xp: Namespace, input: Any, target: Any, tau: Any, delta: Any, share: Any
) -> Any:
    """Return the costs of ensembles, whose samples have shares of the mean."""
    (tau,) = xp.of_ndim(input.ndim, tau)
    arrays = input[..., :, None], target[..., None, :], tau[..., :, None]
    share = share if isinstance(share, float) else share[..., None, :]
    if delta is None:
        slopes = (_line_slope, _line_target_slope, _line_tau_slope, None)
        cost = xp.custom_jvp(_lines, slopes, *arrays, share, axis=-1)
    else:
        slopes = (_slope, _target_slope, _tau_slope, None, _delta_slope)
        cost = xp.custom_jvp(_bends, slopes, *arrays, share, delta, axis=-1)
    return xp.total(cost, -1)


# By arithmetic: XLA would write out what a selection or two clamps choose, a table of
# all pairs.
def _lines(xp: Namespace, x: Any, t: Any, tau: Any, share: Any) -> Any:
    return xp.total(share * (_rate(xp, x, t, tau) * xp.absolute(t - x)), -1)


def _bends(xp: Namespace, x: Any, t: Any, tau: Any, share: Any, delta: Any) -> Any:
    cost = _rate(xp, x, t, tau) * _bend(xp, xp.absolute(t - x), delta)
    return xp.total(share * cost, -1)


def _rate(xp: Namespace, x: Any, t: Any, tau: Any) -> Any:
    """Return `tau`, or ``1 - tau`` where the error is negative; 0 without error."""
    sign = xp.sign(t - x)
    return xp.maximum(tau * sign, (tau - 1) * sign)


def _bend(xp: Namespace, size: Any, delta: Any) -> Any:
    inner = xp.clamp_max(size, delta)
    return inner / delta * (size - 0.5 * inner)


def _weight(xp: Namespace, x: Any, t: Any, tau: Any, share: Any) -> Any:
    return share * xp.where(t < x, 1 - tau, tau)


def _line_slope(xp: Namespace, x: Any, t: Any, tau: Any, share: Any) -> Any:
    # Two selections: at nan the slope is 0, as that of the absolute value.
    return share * xp.where(t < x, 1 - tau, xp.where(t > x, -tau, 0.0))


def _line_target_slope(xp: Namespace, *arguments: Any) -> Any:
    return -_line_slope(xp, *arguments)


def _line_tau_slope(xp: Namespace, x: Any, t: Any, tau: Any, share: Any) -> Any:
    # 0 with slope 0 at an exact fit, where neither side costs anything.
    return share * xp.where(t == x, 0.0, t - x)


# Written without a selection, which would be a table of all pairs in memory.
def _slope(xp: Namespace, *arguments: Any) -> Any:
    slopes = (_curvature, _minus_curvature, _slope_by_tau, None, _slope_by_delta)
    return xp.custom_jvp(_pull, slopes, *arguments)


def _pull(xp: Namespace, x: Any, t: Any, tau: Any, share: Any, delta: Any) -> Any:
    above, below = (xp.clamp(side, 0.0, delta) for side in (t - x, x - t))
    return share * (((1 - tau) * below - tau * above) / delta)


# 0 on the corners, as that of torch's smooth L1 loss.
def _curvature(xp: Namespace, *arguments: Any) -> Any:
    x, t, _, _, delta = arguments
    inside = xp.absolute(t - x) < delta
    return _weight(xp, *arguments[:4]) * xp.where(inside, 1 / delta, 0.0)


def _minus_curvature(xp: Namespace, *arguments: Any) -> Any:
    return -_curvature(xp, *arguments)


def _slope_by_tau(xp: Namespace, *arguments: Any) -> Any:
    x, t, _, share, delta = arguments
    return -share * (xp.clamp_max(xp.absolute(t - x), delta) / delta)


def _slope_by_delta(xp: Namespace, *arguments: Any) -> Any:
    x, t, _, _, delta = arguments
    inside = xp.where(xp.absolute(t - x) < delta, (t - x) / delta / delta, 0.0)
    return _weight(xp, *arguments[:4]) * inside


def _target_slope(xp: Namespace, *arguments: Any) -> Any:
    return -_slope(xp, *arguments)


def _tau_slope(xp: Namespace, x: Any, t: Any, tau: Any, share: Any, delta: Any) -> Any:
    size = _bend(xp, xp.absolute(t - x), delta)
    return share * xp.where(t < x, -size, size)


def _delta_slope(xp: Namespace, *arguments: Any) -> Any:
    x, t, tau, share, delta = arguments
    size = xp.absolute(t - x)
    fall = xp.where(size < delta, -0.5 * xp.square(size / delta), -0.5)
    return _weight(xp, x, t, tau, share) * fall
