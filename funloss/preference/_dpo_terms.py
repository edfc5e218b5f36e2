"""What direct preference optimisation adds up, for each type of loss.

With ``c`` and ``r`` the log-ratios of the chosen and the rejected answer, each term is
a curve at ``scale * (i * c + j * r) - offset``, where i and j are 0, 1 or -1.
"""

import functools
import math
from collections.abc import Callable
from typing import Any

from funloss._array import Namespace
from funloss._core.record import Record

__all__ = ["TERMS", "dpo_losses"]

# An infinite log-ratio counts as this in derivatives, where 0 times infinity is nan.
_FAR = 1e30
_INF = math.inf


class _Curve(Record):
    """A function of ``(xp, u, *parameters)`` and its derivatives."""

    value: Callable[..., Any]
    derivative: Callable[..., Any]
    # By each parameter.
    by_parameter: tuple[Callable[..., Any], ...] = ()


class _Term(Record):
    # Of the chosen and of the rejected answer's log-ratio.
    signs: tuple[int, int]
    curve: _Curve
    factor: float = 1.0


def _smoothed(xp: Namespace, z: Any, s: Any) -> Any:
    # (1 - s) * softplus(-z) + s * softplus(z); nothing times infinity is nothing.
    void = (z == _INF) & (s == 0) | (z == -_INF) & (s == 1)
    far = (1 - s) * xp.clamp_min(-z, 0.0) + s * xp.clamp_min(z, 0.0)
    return xp.softplus(-xp.absolute(z)) + xp.where(void, 0.0, far)


def _smoothed_derivative(xp: Namespace, z: Any, s: Any) -> Any:
    return s * xp.sigmoid(z) - (1 - s) * xp.sigmoid(-z)


def _smoothed_by_s(xp: Namespace, z: Any, s: Any) -> Any:
    del xp, s
    return z


def _divergence(xp: Namespace, z: Any, log_s: Any, log_rest: Any) -> Any:
    # Of the Bernoulli distributions with the odds exp(z) and (1 - s) / s.
    size = xp.absolute(z)
    negative_entropy = -xp.softplus(-size) - _bounded(xp, size) * xp.sigmoid(-size)
    return negative_entropy - xp.sigmoid(z) * log_rest - xp.sigmoid(-z) * log_s


def _divergence_derivative(xp: Namespace, z: Any, log_s: Any, log_rest: Any) -> Any:
    return xp.sigmoid(z) * xp.sigmoid(-z) * (_bounded(xp, z) + log_s - log_rest)


def _divergence_by_log_s(xp: Namespace, z: Any, log_s: Any, log_rest: Any) -> Any:
    del log_s, log_rest
    return -xp.sigmoid(-z)


def _divergence_by_log_rest(xp: Namespace, z: Any, log_s: Any, log_rest: Any) -> Any:
    del log_s, log_rest
    return -xp.sigmoid(z)


def _bounded(xp: Namespace, x: Any) -> Any:
    return xp.clamp(x, -_FAR, _FAR)


_LOGISTIC = _Curve(lambda xp, u: xp.softplus(-u), lambda xp, u: -xp.sigmoid(-u))
_SIGMOID = _Curve(
    lambda xp, u: xp.sigmoid(-u), lambda xp, u: -xp.sigmoid(u) * xp.sigmoid(-u)
)
_HINGE = _Curve(
    lambda xp, u: xp.clamp_min(1 - u, 0.0),
    lambda xp, u: -xp.astype(u <= 1, u.dtype),
)
_SQUARE = _Curve(lambda xp, u: xp.square(u), lambda _, u: 2 * u)
_SMOOTHED = _Curve(_smoothed, _smoothed_derivative, (_smoothed_by_s,))
_DIVERGENCE = _Curve(
    _divergence, _divergence_derivative, (_divergence_by_log_s, _divergence_by_log_rest)
)

_CHOSEN, _REJECTED, _BOTH = (1, 0), (0, -1), (1, -1)
TERMS: dict[str, tuple[_Term, ...]] = {
    "sigmoid": (_Term(_BOTH, _LOGISTIC),),
    "smoothed": (_Term(_BOTH, _SMOOTHED),),
    "hinge": (_Term(_BOTH, _HINGE),),
    "ipo": (_Term(_BOTH, _SQUARE),),
    "exo_pair": (_Term(_BOTH, _DIVERGENCE),),
    "nca_pair": (
        _Term(_CHOSEN, _LOGISTIC),
        _Term((-1, 0), _LOGISTIC, 0.5),
        _Term(_REJECTED, _LOGISTIC, 0.5),
    ),
    "bco_pair": (_Term(_CHOSEN, _LOGISTIC), _Term(_REJECTED, _LOGISTIC)),
    "sppo_hard": (_Term(_CHOSEN, _SQUARE), _Term(_REJECTED, _SQUARE)),
    "apo_zero": (_Term(_CHOSEN, _SIGMOID), _Term(_REJECTED, _SIGMOID)),
    "apo_down": (_Term((-1, 0), _SIGMOID), _Term(_BOTH, _SIGMOID)),
}


class _Point(Record):
    """A term at the arguments of a call."""

    ratio: Any
    # Where on the curve, and the parameters of the curve.
    place: tuple[Any, ...]
    scale: Any


def dpo_losses(
    xp: Namespace,
    kind: str,
    arrays: tuple[Any, ...],
    scale: Any,
    offset: Any,
    *parameters: Any,
) -> Any:
    """Return the losses of pairs: the sum of the terms of `kind`.

    `arrays` are chosen, rejected and those of the reference policy, which are
    constants. A `scale` or `offset` of None is 1 or 0.
    """

    def summed(part: Callable[..., Any]) -> Callable[..., Any]:
        return functools.partial(_summed, TERMS[kind], part)

    partials = (
        summed(functools.partial(_by_answer, 0)),
        summed(functools.partial(_by_answer, 1)),
        *(None, None),
        summed(_by_scale),
        summed(_by_offset),
        *(summed(functools.partial(_by_parameter, k)) for k in range(len(parameters))),
    )

    def formula(xp: Namespace, *arguments: Any) -> Any:
        return _summed(TERMS[kind], _value, xp, *arguments)

    return xp.custom_jvp(formula, partials, *arrays, scale, offset, *parameters)


def _summed(
    terms: tuple[_Term, ...],
    part: Callable[..., Any],
    xp: Namespace,
    chosen: Any,
    rejected: Any,
    ref_chosen: Any,
    ref_rejected: Any,
    scale: Any,
    offset: Any,
    *parameters: Any,
) -> Any:
    """Return the sum over terms of ``part(xp, term, point)``, which may be None."""
    c = chosen if ref_chosen is None else chosen - ref_chosen
    r = rejected if ref_rejected is None else rejected - ref_rejected
    total = None
    for term in terms:
        ratio = _combined(term.signs, c, r)
        u = ratio if scale is None else scale * ratio
        u = u if offset is None else u - offset
        own = part(xp, term, _Point(ratio, (u, *parameters), scale))
        if own is not None:
            own = own if term.factor == 1 else term.factor * own
            total = own if total is None else total + own
    return total


def _combined(signs: tuple[int, int], c: Any, r: Any) -> Any:
    if signs == _BOTH:
        return c - r
    sign, x = (signs[0], c) if signs[0] else (signs[1], r)
    return x if sign > 0 else -x


def _value(xp: Namespace, term: _Term, point: _Point) -> Any:
    return term.curve.value(xp, *point.place)


def _by_answer(answer: int, xp: Namespace, term: _Term, point: _Point) -> Any:
    sign = term.signs[answer]
    if sign == 0:
        return None
    derivative = term.curve.derivative(xp, *point.place)
    derivative = derivative if point.scale is None else point.scale * derivative
    return derivative if sign > 0 else -derivative


def _by_scale(xp: Namespace, term: _Term, point: _Point) -> Any:
    return term.curve.derivative(xp, *point.place) * _bounded(xp, point.ratio)


def _by_offset(xp: Namespace, term: _Term, point: _Point) -> Any:
    return -term.curve.derivative(xp, *point.place)


def _by_parameter(place: int, xp: Namespace, term: _Term, point: _Point) -> Any:
    return term.curve.by_parameter[place](xp, *point.place)
