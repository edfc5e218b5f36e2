"""Losses of rows that depend on the probabilities of single classes alone.

With ``p`` the probability of a class, ``1 - p`` and ``-log(p)`` come from the sum of
the exponentials of all classes but one of the largest score, relative to that score: so
they are exact for every ``p``, while ``1 - p`` itself loses its digits near 1.
"""

import math
from collections.abc import Callable
from typing import Any

from funloss._array import Namespace
from funloss._core.class_rows import ClassRows
from funloss._core.labels import expand_along
from funloss._core.record import Record

__all__ = ["Odds", "OddsLoss", "odds_losses"]

# Infinite log-odds count as this in derivatives, where 0 times infinity would be nan.
_FAR = 1e30


class Odds(Record):
    """The probability of a class, that of the others, and ``-log`` of the first."""

    own: Any
    others: Any
    entropy: Any


class OddsLoss(Record):
    """A loss of odds with one option, and its derivatives.

    Attributes:
        value: Of ``(xp, odds, option)``.
        rate: The derivative of `value` by the log-odds against the class, over the
            probability of the others.
        d_option: The derivative of `value` by the option.
    """

    value: Callable[..., Any]
    rate: Callable[..., Any]
    d_option: Callable[..., Any]


def odds_losses(rows: ClassRows, kind: OddsLoss, option: Any, scale: Any = None) -> Any:
    """Return the losses of rows, weighted by class and by `scale`."""
    if rows.has_labels:
        losses = _of_labels(rows, kind, option)
        for factor in (rows.label_weight, scale):
            losses = losses if factor is None else losses * factor
        return rows.nan_where_bad(losses)
    weight = rows.target if scale is None else rows.target * scale
    if rows.weight is not None:
        weight = weight * rows.class_weight()
    return _of_probabilities(rows, kind, weight, option)


def _of_labels(rows: ClassRows, kind: OddsLoss, option: Any) -> Any:
    """Return the loss of each row's label; 0 where not kept."""
    place, kept = rows.expand(rows.target), rows.expand(rows.keep)
    arguments = rows.scores, place, kept, rows.axis
    partials = (_log_odds_d_x, None, None, None)
    log_odds = rows.xp.custom_jvp(
        _log_odds, partials, *arguments, axis=rows.axis, shared=_other_classes
    )
    return _losses_of(rows.xp, kind, log_odds, option)


def _losses_of(xp: Namespace, kind: OddsLoss, log_odds: Any, option: Any) -> Any:
    """Return ``kind.value`` of log-odds against a class, with its own derivatives."""

    def odds_of(xp: Namespace, log_odds: Any) -> Odds:
        return Odds(xp.sigmoid(-log_odds), xp.sigmoid(log_odds), xp.softplus(log_odds))

    def value(xp: Namespace, log_odds: Any, option: Any) -> Any:
        return kind.value(xp, odds_of(xp, log_odds), option)

    def d_log_odds(xp: Namespace, log_odds: Any, option: Any) -> Any:
        odds = odds_of(xp, xp.clamp(log_odds, -_FAR, _FAR))
        return odds.others * kind.rate(xp, odds, option)

    def d_option(xp: Namespace, log_odds: Any, option: Any) -> Any:
        odds = odds_of(xp, xp.clamp(log_odds, -_FAR, _FAR))
        return kind.d_option(xp, odds, option)

    return xp.custom_jvp(value, (d_log_odds, d_option), log_odds, option)


def _of_probabilities(rows: ClassRows, kind: OddsLoss, weight: Any, option: Any) -> Any:
    """Return the sum over the classes of ``weight`` times the loss; 0 where not kept.

    A class without weight adds 0, also where it is impossible.
    """
    xp, axis, kept = rows.xp, rows.axis, rows.expand(rows.keep)
    arguments = rows.scores, weight, option, kept, kind, axis
    partials = (_d_x, _d_weight, _d_option, None, None, None)
    return xp.custom_jvp(_value, partials, *arguments, axis=axis, shared=_rows)


def _rows(xp: Namespace, x: Any, *others: Any) -> tuple[Any, Any, Any]:
    _, _, kept, _, axis = others
    x = _kept(xp, kept, x)
    # With the derivative of the largest score, those of its own exponential are 0, and
    # the sum of the others keeps its digits in the second derivative.
    top = xp.amax(x, axis, keepdims=True)
    e = xp.exp(x - top)
    return top, e, _sum_less_one(xp, e, axis)


def _value(xp: Namespace, x: Any, weight: Any, option: Any, *others: Any) -> Any:
    kept, kind, axis = others
    row = _rows(xp, x, weight, option, *others)
    x, weight, *row = _again(xp, kept, x, weight, *row)
    each = weight * kind.value(xp, _odds(xp, x, *row), option)
    return xp.total(xp.where(weight == 0, 0.0, each), axis)


def _d_x(xp: Namespace, x: Any, weight: Any, option: Any, *others: Any) -> Any:
    kept, kind, axis, *row = others

    def rate(x: Any, weight: Any, *row: Any) -> tuple[Odds, Any, Any]:
        """Return odds, 1 where the own one is at least 1/2, and the weighted rate."""
        odds = _odds(xp, x, *row, far=_FAR)
        return odds, xp.floor(odds.own + 0.5), weight * kind.rate(xp, odds, option)

    x, weight, *row = _again(xp, kept, x, weight, *row)
    _, likely, own = rate(x, weight, *row)
    # Taken off their sum, what a likely class adds would leave no digits of the rest.
    sums = xp.joint_sum(own - likely * own, likely * own, axis=axis)
    x, weight, *row, rest, most = _again(xp, None, x, weight, *row, *sums)
    odds, likely, own = rate(x, weight, *row)
    rest = (rest - (own - likely * own)) + (most - likely * own)
    return odds.own * rest - odds.others * own


def _d_weight(xp: Namespace, x: Any, weight: Any, option: Any, *others: Any) -> Any:
    kept, kind, _, top, e, rest = others
    x = _kept(xp, kept, x)
    rest = xp.clamp_min(rest + (1 - e), float(xp.finfo(x.dtype).smallest_normal))
    log_odds = xp.log(rest) + xp.clamp_max(top - x, _FAR)
    log_odds = xp.where(x == -math.inf, math.inf, log_odds)
    each = _losses_of(xp, kind, log_odds, option)
    void = xp.logical_and(weight == 0, each == math.inf)
    return _kept(xp, kept, xp.where(void, 0.0, each))


def _d_option(xp: Namespace, x: Any, weight: Any, option: Any, *others: Any) -> Any:
    kept, kind, _, *row = others
    x, weight = _kept(xp, kept, x), _kept(xp, kept, weight)
    return weight * kind.d_option(xp, _odds(xp, x, *row, far=_FAR), option)


def _sum_less_one(xp: Namespace, e: Any, axis: int) -> Any:
    """Return the sum of exponentials, less 1 of the largest, with all its digits."""
    ones = xp.floor(e + 0.001)
    below, count = xp.joint_sum(e - ones, ones, axis=axis)
    return below + (count - 1)


def _again(
    xp: Namespace, kept: Any, x: Any, weight: Any, top: Any, e: Any, *sums: Any
) -> tuple[Any, ...]:
    """Return the arguments, masked: what is computed of them again is not shared.

    Exponentials are, where it takes longer to compute them than to keep them.
    """
    x, weight, top, *rest = xp.optimization_barrier(x, weight, top, *sums)
    x, weight = _kept(xp, kept, x), _kept(xp, kept, weight)
    return x, weight, top, xp.reuse(e, xp.exp(x - top)), *rest


def _odds(
    xp: Namespace, x: Any, top: Any, e: Any, rest: Any, *, far: float | None = None
) -> Odds:
    """Return the odds of classes; with `far` their derivatives are finite."""
    scale, gap = 1 / (1 + rest), top - x
    gap = gap if far is None else xp.clamp_max(gap, far)
    return Odds(scale * e, scale * (rest + (1 - e)), xp.log1p(rest) + gap)


def _kept(xp: Namespace, kept: Any, x: Any) -> Any:
    return x if kept is None else xp.where(kept, x, 0.0)


def _is_label(xp: Namespace, x: Any, place: Any, axis: int) -> Any:
    classes = xp.arange(x.shape[axis], dtype=place.dtype, **xp.device_kw(x))
    return expand_along(xp, classes, axis, x.ndim) == place


def _log_odds(xp: Namespace, x: Any, place: Any, kept: Any, axis: int) -> Any:
    """Return the log-odds against the class in `place`, without `axis`."""
    top, _, log_rest = _other_classes(xp, x, place, kept, axis)
    log_odds = log_rest + (top - xp.gather(x, place, axis))
    log_odds = _kept(xp, kept, log_odds)
    return log_odds[(slice(None),) * axis + (0, ...)]


def _log_odds_d_x(
    xp: Namespace, x: Any, place: Any, kept: Any, axis: int, *row: Any
) -> Any:
    own = _is_label(xp, x, place, axis)
    own = own if kept is None else xp.logical_and(own, kept)
    return xp.where(own, -1.0, _softmax(xp, x, place, kept, axis, *row))


def _other_classes(
    xp: Namespace, x: Any, place: Any, kept: Any, axis: int
) -> tuple[Any, Any, Any]:
    """Return the largest score, exponentials over its own, and the log-sum of others.

    What is not kept is masked off the CPU where it is used: before, all scores would be
    copied.
    """
    shown = xp.reuse(_kept(xp, kept, x), x)
    # Constant shifts cancel: the largest score needs no derivative.
    top = xp.stop_gradient(xp.amax(shown, axis, keepdims=True))
    e = xp.exp(shown - top)
    e = xp.reuse(e * _is_other(xp, x, place, axis), e)
    partials = (_other_softmax, None, None, None, None, None)
    arguments = x, top, e, place, kept, axis
    log_rest = xp.custom_jvp(_log_rest, partials, *arguments, axis=axis)
    return top, e, xp.expand_dims(log_rest, axis=axis)


def _log_rest(xp: Namespace, x: Any, top: Any, e: Any, *where: Any) -> Any:
    place, _, axis = where

    def on_cpu(e: Any, own: Any) -> Any:
        del own
        return xp.total(e, axis, keepdims=True)

    def elsewhere(e: Any, own: Any) -> Any:
        return _sum_less_one(xp, e, axis) + (1 - own)

    own = xp.exp(xp.gather(x, place, axis) - top)
    others = xp.on_cpu(on_cpu, elsewhere, e, own)
    return xp.log(others)[(slice(None),) * axis + (0, ...)]


def _other_softmax(xp: Namespace, x: Any, top: Any, e: Any, *where: Any) -> Any:
    del top, e  # functions of x, which their derivatives are by
    return _softmax(xp, x, *where, *_other_classes(xp, x, *where))


def _softmax(xp: Namespace, x: Any, place: Any, kept: Any, axis: int, *row: Any) -> Any:
    """Return the probability of each class among those other than `place`."""
    top, e, log_rest = row
    x, top, log_rest = xp.optimization_barrier(x, top, log_rest)
    log_rest = xp.where(log_rest == -math.inf, 0.0, _kept(xp, kept, log_rest))
    void = _is_label(xp, x, place, axis)
    void = void if kept is None else xp.logical_or(void, xp.logical_not(kept))
    arguments = x, log_rest, e, top, void
    partials = (_softmax_again, _softmax_d_log_rest, None, None, None)
    quick = xp.custom_jvp(_scaled, partials, *arguments)
    return xp.reuse(quick, _softmax_again(xp, *arguments))


def _scaled(xp: Namespace, x: Any, log_rest: Any, e: Any, *row: Any) -> Any:
    del x, row
    return e * xp.exp(-log_rest)


def _softmax_again(
    xp: Namespace, x: Any, log_rest: Any, e: Any, top: Any, void: Any
) -> Any:
    del e
    # One exponential: where the others are far below the label, two would be 0 and inf.
    return xp.exp(xp.where(void, -math.inf, x - top) - log_rest)


def _softmax_d_log_rest(xp: Namespace, *arguments: Any) -> Any:
    return -_softmax_again(xp, *arguments)


def _is_other(xp: Namespace, x: Any, place: Any, axis: int) -> Any:
    """Return 0 for the class in `place`, else 1: XLA would write a select out."""
    classes = xp.arange(x.shape[axis], dtype=place.dtype, **xp.device_kw(x))
    difference = xp.absolute(expand_along(xp, classes, axis, x.ndim) - place)
    return xp.astype(xp.clamp_max(difference, 1), x.dtype)
