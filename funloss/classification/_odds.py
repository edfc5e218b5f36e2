"""Costs of rows that depend on the odds against their classes alone.

With ``p`` the probability of a class, ``d = log((1 - p) / p)`` are the odds against
it: the log-sum-exp of the other scores less its own. ``1 - p = sigmoid(d)`` and
``-log(p) = softplus(d)`` are exact for every ``p``, while ``1 - p`` itself loses its
digits near 1.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from funloss._array import Namespace
from funloss._core.labels import expand_along

__all__ = ["Curve", "expected_costs", "label_costs"]

# Infinite odds count as this in slopes, where 0 times infinity would be nan.
_FAR = 1e30


@dataclass(frozen=True)
class Curve:
    """A cost of odds with one option, and its slopes.

    Attributes:
        cost: Of ``(xp, d, option)``.
        rate: Slope of `cost` in ``d``, over ``sigmoid(d)``.
        option_slope: Slope of `cost` in the option.
    """

    cost: Callable[..., Any]
    rate: Callable[..., Any]
    option_slope: Callable[..., Any]


def label_costs(
    xp: Namespace,
    curve: Curve,
    x: Any,
    labels: Any,
    *,
    keep: Any,
    axis: int,
    option: Any,
) -> Any:
    """Return the cost of each row's label, which is in range; 0 where not kept."""
    place = xp.expand_dims(labels, axis=axis)
    kept = keep if keep is None else xp.expand_dims(keep, axis=axis)
    slopes = (_odds_slope, None, None, None)
    odds = xp.custom_jvp(_odds, slopes, x, place, kept, axis, axis=axis)

    return _costs_of(xp, curve, odds, option)


def _costs_of(xp: Namespace, curve: Curve, odds: Any, option: Any) -> Any:
    """Return ``curve.cost``, with the curve's slopes."""

    def slope(xp: Namespace, odds: Any, option: Any) -> Any:
        odds = _bounded(xp, odds)
        return xp.sigmoid(odds) * curve.rate(xp, odds, option)

    def option_slope(xp: Namespace, odds: Any, option: Any) -> Any:
        return curve.option_slope(xp, _bounded(xp, odds), option)

    return xp.custom_jvp(curve.cost, (slope, option_slope), odds, option)


def expected_costs(
    xp: Namespace,
    curve: Curve,
    x: Any,
    mass: Any,
    *,
    keep: Any,
    axis: int,
    option: Any,
) -> Any:
    """Return the sum along `axis` of ``mass`` times the cost; 0 where not kept.

    A class without mass costs nothing, even at infinite odds.
    """
    kept = keep if keep is None else xp.expand_dims(keep, axis=axis)

    def costs(xp: Namespace, x: Any, mass: Any, option: Any, kept: Any) -> Any:
        x, mass = _kept(xp, kept, x), _kept(xp, kept, mass)
        x, mass, *shift = xp.optimization_barrier(x, mass, *_shifted(xp, x, axis))
        each = curve.cost(xp, _class_odds(xp, x, *shift), option)
        return xp.total(xp.multiply_no_nan(mass, each), axis)

    def slope(xp: Namespace, x: Any, mass: Any, option: Any, kept: Any) -> Any:
        x, mass = _kept(xp, kept, x), _kept(xp, kept, mass)
        top, *shift = _shifted(xp, x, axis)

        def rates(x: Any, top: Any, mass: Any, *shift: Any) -> Any:
            return mass * curve.rate(xp, _finite_odds(xp, x, top, *shift), option)

        arrays = x, top, mass, *shift
        sums = _sums(xp, rates, axis, *arrays)
        x, top, mass, *shift, rest, best = xp.optimization_barrier(*arrays, *sums)
        odds = _finite_odds(xp, x, top, *shift)
        own = rates(x, top, mass, *shift)
        others = _without_own(xp, (rest, best), own, x, top)
        return xp.sigmoid(-odds) * others - xp.sigmoid(odds) * own

    def mass_slope(xp: Namespace, x: Any, mass: Any, option: Any, kept: Any) -> Any:
        x = _kept(xp, kept, x)
        odds = _finite_odds(xp, x, *_shifted(xp, x, axis))
        odds = xp.where(x == -math.inf, math.inf, odds)
        each = _costs_of(xp, curve, odds, option)
        void = xp.logical_and(mass == 0, each == math.inf)
        return _kept(xp, kept, xp.where(void, 0.0, each))

    def option_slope(xp: Namespace, x: Any, mass: Any, option: Any, kept: Any) -> Any:
        x, mass = _kept(xp, kept, x), _kept(xp, kept, mass)
        odds = _finite_odds(xp, x, *_shifted(xp, x, axis))
        return mass * curve.option_slope(xp, odds, option)

    slopes = (slope, mass_slope, option_slope, None)
    return xp.custom_jvp(costs, slopes, x, mass, option, kept, axis=axis)


def _bounded(xp: Namespace, odds: Any) -> Any:
    return xp.clamp(odds, -_FAR, _FAR)


def _kept(xp: Namespace, kept: Any, x: Any) -> Any:
    return x if kept is None else xp.where(kept, x, 0.0)


def _hit(xp: Namespace, x: Any, place: Any, axis: int) -> Any:
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


def _class_odds(xp: Namespace, x: Any, top: Any, rest: Any, best: Any) -> Any:
    """Return the odds against each class."""
    others = _without_own(xp, (rest, best), xp.exp(x - top), x, top)
    return xp.log(others) + (top - x)


def _finite_odds(xp: Namespace, x: Any, top: Any, rest: Any, best: Any) -> Any:
    """Return the odds with a slope wherever they are."""
    others = _without_own(xp, (rest, best), xp.exp(x - top), x, top)
    others = xp.clamp_min(others, float(xp.finfo(x.dtype).smallest_normal))
    return xp.log(others) + xp.clamp_max(top - x, _FAR)


def _odds(xp: Namespace, x: Any, place: Any, kept: Any, axis: int) -> Any:
    """Return the odds against the class in `place`, without `axis`."""
    top = xp.stop_gradient(xp.amax(x, axis, keepdims=True))
    own = xp.gather(x, place, axis)
    odds = _log_rest(xp, x, top, place, axis) + (top - own)
    odds = _kept(xp, kept, odds)
    return odds[(slice(None),) * axis + (0, ...)]


def _log_rest(xp: Namespace, x: Any, top: Any, place: Any, axis: int) -> Any:
    """Return the logarithm of the sum of ``exp(x - top)`` over the other classes."""
    rest = xp.total(xp.sign(top - x) * xp.exp(x - top), axis, keepdims=True)
    # Classes at the top are counted, so that one less is exact.
    again, limit = xp.optimization_barrier(x, top)
    best = x.shape[axis] - xp.total(xp.sign(limit - again), axis, keepdims=True)
    own = xp.gather(x, place, axis) - top
    own_low = xp.sign(-own)
    return xp.log((rest - own_low * xp.exp(own)) + (best - (1 - own_low)))


def _odds_slope(xp: Namespace, x: Any, place: Any, kept: Any, axis: int) -> Any:
    share = _share(xp, x, None, place, kept, axis)
    return _kept(xp, kept, xp.where(_hit(xp, x, place, axis), -1.0, share))


def _share(xp: Namespace, x: Any, top: Any, *where: Any) -> Any:
    """Return the probability of each class among those other than `place`.

    What is not kept is masked where it is used: before, all scores would be copied.
    """
    place, kept, axis = where
    top = xp.stop_gradient(xp.amax(x, axis, keepdims=True))
    slopes = (_share, None, None, None, None)
    rest = xp.custom_jvp(_rest, slopes, x, top, *where, axis=axis)
    x, top, rest = xp.optimization_barrier(x, top, xp.expand_dims(rest, axis=axis))
    void = _hit(xp, x, place, axis)
    void = void if kept is None else xp.logical_or(void, xp.logical_not(kept))
    rest = xp.where(rest == -math.inf, 0.0, _kept(xp, kept, rest))
    return xp.exp(xp.where(void, -math.inf, x - top) - rest)


def _rest(xp: Namespace, x: Any, top: Any, place: Any, kept: Any, axis: int) -> Any:
    del kept
    return _log_rest(xp, x, top, place, axis)[(slice(None),) * axis + (0, ...)]
