"""Losses of rows that depend on the log-odds against their classes alone.

With ``p`` the probability of a class, ``d = log((1 - p) / p)`` are the log-odds against
it: the log-sum-exp of the other scores less its own. ``1 - p = sigmoid(d)`` and
``-log(p) = softplus(d)`` are exact for every ``p``, while ``1 - p`` itself loses its
digits near 1.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from funloss._array import Namespace
from funloss._core.class_rows import ClassRows
from funloss._core.labels import expand_along

__all__ = ["LogOddsLoss", "log_odds_losses"]

# Infinite log-odds count as this in derivatives, where 0 times infinity would be nan.
_FAR = 1e30


class LogOddsLoss(NamedTuple):
    """A loss of log-odds with one option, and its derivatives.

    Attributes:
        value: Of ``(xp, d, option)``.
        rate: The derivative of `value` by ``d``, over ``sigmoid(d)``.
        d_option: The derivative of `value` by the option.
    """

    value: Callable[..., Any]
    rate: Callable[..., Any]
    d_option: Callable[..., Any]


def log_odds_losses(
    rows: ClassRows, kind: LogOddsLoss, option: Any, scale: Any = None
) -> Any:
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


def _of_labels(rows: ClassRows, kind: LogOddsLoss, option: Any) -> Any:
    """Return the loss of each row's label; 0 where not kept."""
    place, kept = rows.expand(rows.target), rows.expand(rows.keep)
    log_odds = rows.xp.custom_jvp(
        _log_odds,
        (_log_odds_d_x, None, None, None),
        rows.scores,
        place,
        kept,
        rows.axis,
        axis=rows.axis,
    )
    return _losses_of(rows.xp, kind, log_odds, option)


def _losses_of(xp: Namespace, kind: LogOddsLoss, log_odds: Any, option: Any) -> Any:
    """Return ``kind.value`` with its own derivatives."""

    def d_log_odds(xp: Namespace, log_odds: Any, option: Any) -> Any:
        log_odds = _bounded(xp, log_odds)
        return xp.sigmoid(log_odds) * kind.rate(xp, log_odds, option)

    def d_option(xp: Namespace, log_odds: Any, option: Any) -> Any:
        return kind.d_option(xp, _bounded(xp, log_odds), option)

    return xp.custom_jvp(kind.value, (d_log_odds, d_option), log_odds, option)


def _of_probabilities(
    rows: ClassRows, kind: LogOddsLoss, weight: Any, option: Any
) -> Any:
    """Return the sum over the classes of ``weight`` times the loss; 0 where not kept.

    A class without weight adds 0, also at infinite log-odds.
    """
    axis, kept = rows.axis, rows.expand(rows.keep)

    def value(xp: Namespace, x: Any, weight: Any, option: Any, kept: Any) -> Any:
        x, weight = _kept(xp, kept, x), _kept(xp, kept, weight)
        x, weight, *shift = xp.optimization_barrier(x, weight, *_shifted(xp, x, axis))
        each = kind.value(xp, _class_log_odds(xp, x, *shift), option)
        return xp.total(xp.multiply_no_nan(weight, each), axis)

    def d_x(xp: Namespace, x: Any, weight: Any, option: Any, kept: Any) -> Any:
        x, weight = _kept(xp, kept, x), _kept(xp, kept, weight)
        return _of_probabilities_d_x(xp, kind, axis, x, weight, option)

    def d_weight(xp: Namespace, x: Any, weight: Any, option: Any, kept: Any) -> Any:
        x = _kept(xp, kept, x)
        log_odds = _finite_log_odds(xp, x, *_shifted(xp, x, axis))
        log_odds = xp.where(x == -math.inf, math.inf, log_odds)
        each = _losses_of(xp, kind, log_odds, option)
        void = xp.logical_and(weight == 0, each == math.inf)
        return _kept(xp, kept, xp.where(void, 0.0, each))

    def d_option(xp: Namespace, x: Any, weight: Any, option: Any, kept: Any) -> Any:
        x, weight = _kept(xp, kept, x), _kept(xp, kept, weight)
        log_odds = _finite_log_odds(xp, x, *_shifted(xp, x, axis))
        return weight * kind.d_option(xp, log_odds, option)

    arrays = rows.scores, weight, option, kept
    return rows.xp.custom_jvp(
        value, (d_x, d_weight, d_option, None), *arrays, axis=axis
    )


def _of_probabilities_d_x(
    xp: Namespace, kind: LogOddsLoss, axis: int, x: Any, weight: Any, option: Any
) -> Any:
    top, *shift = _shifted(xp, x, axis)

    def rates(x: Any, top: Any, weight: Any, *shift: Any) -> Any:
        log_odds = _finite_log_odds(xp, x, top, *shift)
        return weight * kind.rate(xp, log_odds, option)

    arrays = x, top, weight, *shift
    sums = _sums(xp, rates, axis, *arrays)
    x, top, weight, *shift, rest, best = xp.optimization_barrier(*arrays, *sums)
    log_odds = _finite_log_odds(xp, x, top, *shift)
    own = rates(x, top, weight, *shift)
    others = _without_own(xp, (rest, best), own, x, top)
    return xp.sigmoid(-log_odds) * others - xp.sigmoid(log_odds) * own


def _bounded(xp: Namespace, log_odds: Any) -> Any:
    return xp.clamp(log_odds, -_FAR, _FAR)


def _kept(xp: Namespace, kept: Any, x: Any) -> Any:
    return x if kept is None else xp.where(kept, x, 0.0)


def _is_label(xp: Namespace, x: Any, place: Any, axis: int) -> Any:
    classes = xp.arange(x.shape[axis], dtype=place.dtype, **xp.device_kw(x))
    return expand_along(xp, classes, axis, x.ndim) == place


def _sums(xp: Namespace, each: Callable[..., Any], axis: int, *arrays: Any) -> Any:
    """Return the sums of ``each(x, top, ...)`` below the largest scores, and at it.

    Taken off their sum, what the largest adds would leave no digits of a small rest.
    """
    # 1 below the largest and 0 at it; a selection XLA would write out.
    x, top, *others = xp.optimization_barrier(*arrays)
    low, own = xp.sign(top - x), each(x, top, *others)
    return xp.joint_sum(low * own, (1 - low) * own, axis=axis)


def _without_own(xp: Namespace, sums: Any, own: Any, x: Any, top: Any) -> Any:
    """Return for each class the sum over the other classes."""
    low = xp.sign(top - x)
    return (sums[0] - low * own) + (sums[1] - (1 - low) * own)


def _shifted(xp: Namespace, x: Any, axis: int) -> tuple[Any, Any, Any]:
    """Return the largest score of each row, and two sums of ``exp(x - top)``."""
    top = xp.stop_gradient(xp.amax(x, axis, keepdims=True))
    return (top, *_sums(xp, lambda x, top: xp.exp(x - top), axis, x, top))


def _class_log_odds(xp: Namespace, x: Any, top: Any, rest: Any, best: Any) -> Any:
    """Return the log-odds against each class."""
    others = _without_own(xp, (rest, best), xp.exp(x - top), x, top)
    return xp.log(others) + (top - x)


def _finite_log_odds(xp: Namespace, x: Any, top: Any, rest: Any, best: Any) -> Any:
    """Return the log-odds with finite derivatives."""
    others = _without_own(xp, (rest, best), xp.exp(x - top), x, top)
    others = xp.clamp_min(others, float(xp.finfo(x.dtype).smallest_normal))
    return xp.log(others) + xp.clamp_max(top - x, _FAR)


def _log_odds(xp: Namespace, x: Any, place: Any, kept: Any, axis: int) -> Any:
    """Return the log-odds against the class in `place`, without `axis`."""
    top = xp.stop_gradient(xp.amax(x, axis, keepdims=True))
    own = xp.gather(x, place, axis)
    log_odds = _log_rest(xp, x, top, place, axis) + (top - own)
    log_odds = _kept(xp, kept, log_odds)
    return log_odds[(slice(None),) * axis + (0, ...)]


def _log_rest(xp: Namespace, x: Any, top: Any, place: Any, axis: int) -> Any:
    """Return the logarithm of the sum of ``exp(x - top)`` over the other classes."""
    rest = xp.total(xp.sign(top - x) * xp.exp(x - top), axis, keepdims=True)
    # Classes at the top are counted, so that one less is exact.
    again, limit = xp.optimization_barrier(x, top)
    best = x.shape[axis] - xp.total(xp.sign(limit - again), axis, keepdims=True)
    own = xp.gather(x, place, axis) - top
    own_low = xp.sign(-own)
    return xp.log((rest - own_low * xp.exp(own)) + (best - (1 - own_low)))


def _log_odds_d_x(xp: Namespace, x: Any, place: Any, kept: Any, axis: int) -> Any:
    softmax = _other_softmax(xp, x, None, place, kept, axis)
    return _kept(xp, kept, xp.where(_is_label(xp, x, place, axis), -1.0, softmax))


def _other_softmax(xp: Namespace, x: Any, top: Any, *where: Any) -> Any:
    """Return the probability of each class among those other than `place`.

    What is not kept is masked where it is used: before, all scores would be copied.
    """
    place, kept, axis = where
    top = xp.stop_gradient(xp.amax(x, axis, keepdims=True))
    partials = (_other_softmax, None, None, None, None)
    rest = xp.custom_jvp(_rest, partials, x, top, *where, axis=axis)
    x, top, rest = xp.optimization_barrier(x, top, xp.expand_dims(rest, axis=axis))
    void = _is_label(xp, x, place, axis)
    void = void if kept is None else xp.logical_or(void, xp.logical_not(kept))
    rest = xp.where(rest == -math.inf, 0.0, _kept(xp, kept, rest))
    return xp.exp(xp.where(void, -math.inf, x - top) - rest)


def _rest(xp: Namespace, x: Any, top: Any, place: Any, kept: Any, axis: int) -> Any:
    del kept
    return _log_rest(xp, x, top, place, axis)[(slice(None),) * axis + (0, ...)]
