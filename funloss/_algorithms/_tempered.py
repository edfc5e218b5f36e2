"""The bi-tempered loss of rows: a tempered logarithm of tempered probabilities.

The tempered softmax of temperature ``t2`` is the entmax of ``alpha = 2 - t2``, so the
scale of its rows is found as that of `entmax_scale`. The loss of a row is a sum of
divergences that are not negative, one a class, and near 0 a series of terms that are
not: no digits are lost where the prediction is nearly right.
"""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.labels import expand_along
from funloss._core.record import Record

__all__ = ["tempered_d_input", "tempered_d_target", "tempered_from_scale"]

# Ratios of prediction and target within this of 1 take the series.
_NEAR = 0.5


class _Row(Record):
    """The probabilities of classes, those of the others, and the escort ones."""

    log_p: Any
    p: Any
    others: Any
    # In proportion to ``p**t2``: how the classes share a change of the scale.
    escort: Any
    other_escorts: Any
    # Where the probability is not 0 by definition.
    inside: Any


def _ratios(
    xp: Namespace, x: Any, top: Any, scale: Any, t2: float
) -> tuple[Any, Any, Any, Any]:
    """Return probabilities over the largest, logarithms, escorts, and which count."""
    inside = x != -math.inf
    log_ratio = xp.where(inside, x, top) - top
    growth = 1.0
    if scale is not None:
        shifted = (1 - t2) * log_ratio / scale
        inside = xp.logical_and(inside, shifted > -1)
        shifted = xp.where(inside, shifted, 0.0)
        log_ratio, growth = xp.log1p(shifted) / (1 - t2), 1 + shifted
    ratio = xp.where(inside, xp.exp(log_ratio), 0.0)
    return ratio, log_ratio, ratio / growth, inside


def _row(xp: Namespace, x: Any, scale: Any, t2: float, axis: int) -> _Row:
    """Return the probabilities; the maximum is a constant, as in `entmax_scale`."""
    top = xp.stop_gradient(xp.amax(x, axis, keepdims=True))
    ratio, log_ratio, weight, inside = _ratios(xp, x, top, scale, t2)
    # 1 at the largest score: the sum of all others keeps its digits.
    ones = xp.stop_gradient(xp.astype(x == top, x.dtype))
    terms = ratio - ones, weight - ones, ones
    rest, other_weights, count = xp.joint_sum(*terms, axis=axis)
    rest, other_weights = rest + (count - 1), other_weights + (count - 1)
    return _Row(
        log_ratio - xp.log1p(rest),
        ratio / (1 + rest),
        (rest + (1 - ratio)) / (1 + rest),
        weight / (1 + other_weights),
        (other_weights + (1 - weight)) / (1 + other_weights),
        inside,
    )


def _log_t(xp: Namespace, log_u: Any, t: float) -> Any:
    """Return the tempered logarithm of what has this logarithm."""
    return log_u if t == 1 else xp.expm1((1 - t) * log_u) / (1 - t)


def _power(xp: Namespace, row: _Row, exponent: float) -> Any:
    """Return a power of the probabilities, 0 outside; also where they underflow."""
    least = math.log(float(xp.finfo(row.p.dtype).smallest_normal))
    log_p = row.log_p if exponent >= 0 else xp.clamp_min(row.log_p, least)
    return xp.where(row.inside, xp.exp(exponent * log_p), 0.0)


def _near(xp: Namespace, d: Any, t: float) -> Any:
    """Return the divergence of ``1 - d`` from 1 for small `d`, of positive terms.

    It is the integral of ``s * (1 - s)**-t`` over 0..d.
    """
    count = math.ceil(math.log(float(xp.finfo(d.dtype).eps) / 8, _NEAR))
    factors, factor = [], 1.0
    for k in range(count):
        factors.append(factor / (k + 2))
        factor *= (t + k) / (k + 1)
    total = 0.0 * d
    for factor in reversed(factors):
        total = total * d + factor
    return d * d * total


def _divergence(xp: Namespace, d: Any, log_ratio: Any, t: float) -> Any:
    """Return the divergence of a prediction from 1; `d` is 1 minus the prediction.

    A target of q has ``q**(2 - t)`` times that of the ratio to it.
    """
    is_near = xp.absolute(d) < _NEAR
    near = _near(xp, xp.where(is_near, d, 0.0), t)
    far = -_log_t(xp, log_ratio, t) * (1 + (1 - t) * d) - d
    return xp.where(is_near, near, far / (2 - t))


def _is_label(xp: Namespace, x: Any, target: Any, axis: int) -> Any:
    classes = xp.arange(x.shape[axis], dtype=target.dtype, **xp.device_kw(x))
    return expand_along(xp, classes, axis, x.ndim) == target


def tempered_from_scale(
    xp: Namespace, x: Any, scale: Any, target: Any, options: tuple[float, float, int]
) -> Any:
    """Return the loss of each row."""
    t1, t2, axis = options
    row = _row(xp, x, scale, t2, axis)
    # A power of the logarithm would lose digits, one of the number underflows.
    power = xp.safe_power(row.p, 2 - t1) if t1 <= 1 else _power(xp, row, 2 - t1)
    others = power / (2 - t1)
    if xp.is_int(target.dtype):
        log_p = xp.where(row.inside, row.log_p, -math.inf)
        d, log_p = (xp.gather(a, target, axis) for a in (row.others, log_p))
        own = _divergence(xp, d, log_p, t1)[(slice(None),) * axis + (0, ...)]
        others = xp.where(_is_label(xp, x, target, axis), 0.0, others)
        return own + xp.total(others, axis)
    d, log_ratio = _relative(xp, row, target)
    own = xp.safe_power(target, 2 - t1) * _divergence(xp, d, log_ratio, t1)
    return xp.total(xp.where(target == 0, others, own), axis)


def _relative(xp: Namespace, row: _Row, q: Any) -> tuple[Any, Any]:
    """Return ``1 - p / q`` and ``log(p / q)``; of a target of 0, as if it were 1."""
    q = xp.where(q == 0, 1.0, q)
    is_close, log_ratio = _close(xp, row, q)
    log_p = xp.where(row.inside, row.log_p, -math.inf)
    log_ratio = xp.where(is_close, log_ratio, log_p - xp.log(q))
    return -_excess(xp, row, q) / q, log_ratio


def _close(xp: Namespace, row: _Row, q: Any) -> tuple[Any, Any]:
    """Tell where both are of a size, and return ``log(p / q)`` there, else 0."""
    # The derivatives of a ratio divide by the square of q.
    least = float(xp.finfo(q.dtype).smallest_normal) ** 0.5
    is_close = xp.logical_and(row.p > xp.clamp_min(0.25 * q, least), row.p < 4 * q)
    return is_close, xp.log(xp.where(is_close, row.p, 1.0) / xp.where(is_close, q, 1.0))


def _excess(xp: Namespace, row: _Row, q: Any) -> Any:
    """Return ``p - q``, of a likely class as ``(1 - q) - (1 - p)``."""
    return xp.where(row.p < 0.5, row.p - q, (1 - q) - row.others)


def tempered_d_input(
    xp: Namespace, x: Any, scale: Any, target: Any, options: tuple[float, float, int]
) -> Any:
    """Return the gradient in the scores, the change of the scale included."""
    t1, t2, axis = options
    row = _row(xp, x, scale, t2, axis)
    q = target
    if xp.is_int(target.dtype):
        q = xp.astype(_is_label(xp, x, target, axis), x.dtype)
    own = _excess(xp, row, q)
    if t1 != t2:
        own = own * _power(xp, row, t2 - t1)
    own = xp.where(row.inside, own, 0.0)
    # Taken off their sum, what a likely class adds would leave no digits of the rest.
    likely = xp.stop_gradient(xp.astype(row.p >= 0.5, x.dtype))
    rest, most = xp.joint_sum(own - likely * own, likely * own, axis=axis)
    rest = (rest - (own - likely * own)) + (most - likely * own)
    return row.other_escorts * own - row.escort * rest


def tempered_d_target(
    xp: Namespace, x: Any, scale: Any, target: Any, options: tuple[float, float, int]
) -> Any:
    """Return the gradient in target probabilities, finite at 0."""
    t1, t2, axis = options
    row = _row(xp, x, scale, t2, axis)
    void = target == 0
    q = xp.where(void, 1.0, target)
    is_close, log_ratio = _close(xp, row, q)
    near = -(xp.where(is_close, q, 1.0) ** (1 - t1)) * _log_t(xp, log_ratio, t1)
    own = xp.custom_jvp(_log_of, (_log_of_d_q, None), q, (t1,))
    if t1 < 1:
        # As that of the prediction is computed, which it may be equal to.
        zero = xp.where(void, -math.inf, row.log_p)
        own = xp.where(void, _log_t(xp, zero, t1), own)
    log_p = xp.where(row.inside, row.log_p, -math.inf)
    is_close = xp.logical_and(is_close, xp.logical_not(void))
    slack = xp.where(is_close, near, own - _log_t(xp, log_p, t1))
    return xp.where(xp.logical_and(void, slack == math.inf), 0.0, slack)


def _log_of(xp: Namespace, q: Any, options: tuple[float]) -> Any:
    return _log_t(xp, xp.log(q), *options)


def _log_of_d_q(xp: Namespace, q: Any, options: tuple[float]) -> Any:
    """Return the derivative as one power: that of the logarithm alone overflows."""
    del xp
    (t,) = options
    return q**-t
