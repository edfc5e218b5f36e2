"""Three ways to give the location of a negative binomial distribution.

With the mean ``m`` and the count ``r``, they are the log-odds ``log(m / r)``, ``m`` and
``log(m)``. In each the loss is to keep its digits where ``r`` is large and the
distribution that of Poisson.
"""

from collections.abc import Callable
from typing import Any

from funloss._array import Namespace
from funloss._core.record import Record
from funloss.regression._log_rising import (
    digamma_difference,
    digamma_excess,
    log1p_less_ratio,
    raised,
)

__all__ = ["PARAMETERS", "Parameter"]


class Parameter(Record):
    """What a location makes of the loss; each is called with location and count."""

    # log(1 + m / r), log(1 + r / m) and that less log(raised(r)).
    logs: Callable[..., Any]
    # The derivatives of the loss; called with the location, the target and the count.
    d_input: Callable[..., Any]
    d_count: Callable[..., Any]
    # The least location there is.
    least: float | None = None


def _logs_of_logits(xp: Namespace, x: Any, r: Any) -> tuple[Any, Any, Any]:
    other = xp.softplus(-x)
    return xp.softplus(x), other, other - xp.log(raised(xp, r))


def _logits_d_input(xp: Namespace, x: Any, y: Any, r: Any) -> Any:
    return r * xp.sigmoid(x) - y * xp.sigmoid(-x)


def _logits_d_count(xp: Namespace, x: Any, y: Any, r: Any) -> Any:
    return xp.softplus(x) - digamma_difference(xp, r, y)


def _logs_of_mean(xp: Namespace, m: Any, r: Any) -> tuple[Any, Any, Any]:
    far, other = raised(xp, r), xp.log1p(r / m)
    # The logarithms of both counts never meet where they are large.
    less = xp.where(m > r, other - xp.log(far), xp.log((r + m) / far) - xp.log(m))
    return xp.log1p(m / r), other, less


def _mean_d_input(xp: Namespace, m: Any, y: Any, r: Any) -> Any:
    is_void = xp.logical_and(m == 0, y == 0)
    size = xp.where(is_void, xp.ones_like(m), m)
    return xp.where(is_void, xp.ones_like(m), (m - y) / size) * (r / (r + m))


def _mean_d_count(xp: Namespace, m: Any, y: Any, r: Any) -> Any:
    ratio, whole = m / r, r + m
    log = xp.log1p(ratio)
    return _d_count(xp, y, r, log, xp.clamp_max(ratio, 1.0), (m / whole, r / whole))


def _shares(xp: Namespace, x: Any, r: Any) -> tuple[Any, Any, Any]:
    """Return ``log(m / r)``, whether that is above 0, and its negative's exponential.

    Not of the difference of two logarithms, which has lost digits of both.
    """
    logits = x - xp.log(r)
    is_more = logits > 0
    ratio = xp.exp(xp.where(is_more, -x, x)) * xp.where(is_more, r, 1 / r)
    return logits, is_more, ratio


def _logs_of_log_mean(xp: Namespace, x: Any, r: Any) -> tuple[Any, Any, Any]:
    logits, is_more, ratio = _shares(xp, x, r)
    tail, far = xp.log1p(ratio), raised(xp, r)
    less = xp.where(is_more, -xp.log(far), xp.log(r / far) - x)
    above, below = xp.clamp_min(logits, 0.0), xp.clamp_min(-logits, 0.0)
    return above + tail, below + tail, less + tail


def _log_mean_d_input(xp: Namespace, x: Any, y: Any, r: Any) -> Any:
    _, is_more, ratio = _shares(xp, x, r)
    one = xp.ones_like(ratio)
    more, fewer = xp.where(is_more, one, ratio), xp.where(is_more, ratio, one)
    return (r * more - y * fewer) / (1 + ratio)


def _log_mean_d_count(xp: Namespace, x: Any, y: Any, r: Any) -> Any:
    logits, is_more, ratio = _shares(xp, x, r)
    one = xp.ones_like(ratio)
    more, fewer = xp.where(is_more, one, ratio), xp.where(is_more, ratio, one)
    log = xp.clamp_min(logits, 0.0) + xp.log1p(ratio)
    shares = more / (1 + ratio), fewer / (1 + ratio)
    return _d_count(xp, y, r, log, more, shares)


def _d_count(
    xp: Namespace, y: Any, r: Any, log: Any, ratio: Any, shares: tuple[Any, Any]
) -> Any:
    """Return the derivative in the count at a fixed mean.

    `log` is that of 1 + m / r, `ratio` the smaller of m / r and 1, and `shares` are
    those of m and r in their sum. For large r it is of the size of ``1 / r**2``, what
    is left of terms of the size of ``1 / r``.
    """
    more, fewer = shares
    start = xp.where(ratio < 1, log1p_less_ratio(xp, ratio), log - more)
    is_large = r >= y
    rest = y / r * xp.where(is_large, -more, fewer)
    return start + (digamma_excess(xp, r, y, is_large) + rest)


PARAMETERS = {
    "logits": Parameter(_logs_of_logits, _logits_d_input, _logits_d_count),
    "mean": Parameter(_logs_of_mean, _mean_d_input, _mean_d_count, 0.0),
    "log_mean": Parameter(_logs_of_log_mean, _log_mean_d_input, _log_mean_d_count),
}
