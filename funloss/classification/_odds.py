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
from funloss._core.record import Record
from funloss.classification._label_odds import label_log_odds, sum_less_one, where_kept

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
    return _losses_of(rows.xp, kind, label_log_odds(rows.xp, *arguments), option)


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
    x = where_kept(xp, kept, x)
    # With the derivative of the largest score, those of its own exponential are 0, and
    # the sum of the others keeps its digits in the second derivative.
    top = xp.amax(x, axis, keepdims=True)
    e = xp.exp(x - top)
    return top, e, sum_less_one(xp, e, axis)


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
    x = where_kept(xp, kept, x)
    rest = xp.clamp_min(rest + (1 - e), float(xp.finfo(x.dtype).smallest_normal))
    log_odds = xp.log(rest) + xp.clamp_max(top - x, _FAR)
    log_odds = xp.where(x == -math.inf, math.inf, log_odds)
    each = _losses_of(xp, kind, log_odds, option)
    void = xp.logical_and(weight == 0, each == math.inf)
    return where_kept(xp, kept, xp.where(void, 0.0, each))


def _d_option(xp: Namespace, x: Any, weight: Any, option: Any, *others: Any) -> Any:
    kept, kind, _, *row = others
    x, weight = where_kept(xp, kept, x), where_kept(xp, kept, weight)
    return weight * kind.d_option(xp, _odds(xp, x, *row, far=_FAR), option)


def _again(
    xp: Namespace, kept: Any, x: Any, weight: Any, top: Any, e: Any, *sums: Any
) -> tuple[Any, ...]:
    """Return the arguments, masked: what is computed of them again is not shared.

    Exponentials are, where it takes longer to compute them than to keep them.
    """
    x, weight, top, *rest = xp.optimization_barrier(x, weight, top, *sums)
    x, weight = where_kept(xp, kept, x), where_kept(xp, kept, weight)
    return x, weight, top, xp.reuse(e, xp.exp(x - top)), *rest


def _odds(
    xp: Namespace, x: Any, top: Any, e: Any, rest: Any, *, far: float | None = None
) -> Odds:
    """Return the odds of classes; with `far` their derivatives are finite."""
    scale, gap = 1 / (1 + rest), top - x
    gap = gap if far is None else xp.clamp_max(gap, far)
    return Odds(scale * e, scale * (rest + (1 - e)), xp.log1p(rest) + gap)
