"""The odds against the label, from the exponentials of all other classes."""

import math
from typing import Any

from funloss._array import Namespace
from funloss._core.labels import expand_along

__all__ = ["label_log_odds", "sum_less_one", "where_kept"]


def where_kept(xp: Namespace, kept: Any, x: Any) -> Any:
    """Return `x`, 0 where not kept."""
    return x if kept is None else xp.where(kept, x, 0.0)


def sum_less_one(xp: Namespace, e: Any, axis: int) -> Any:
    """Return the sum of exponentials, less 1 of the largest, with all its digits."""
    ones = xp.floor(e + 0.001)
    below, count = xp.joint_sum(e - ones, ones, axis=axis)
    return below + (count - 1)


def label_log_odds(xp: Namespace, x: Any, place: Any, kept: Any, axis: int) -> Any:
    """Return the log-odds against the class in `place`, without `axis`."""
    partials, arguments = (_log_odds_d_x, None, None, None), (x, place, kept, axis)
    return xp.custom_jvp(
        _log_odds, partials, *arguments, axis=axis, shared=_other_classes
    )


def _classes(xp: Namespace, x: Any, place: Any, axis: int) -> Any:
    classes = xp.arange(x.shape[axis], dtype=place.dtype, **xp.device_kw(x))
    return expand_along(xp, classes, axis, x.ndim)


def _is_label(xp: Namespace, x: Any, place: Any, axis: int) -> Any:
    return _classes(xp, x, place, axis) == place


def _is_other(xp: Namespace, x: Any, place: Any, axis: int) -> Any:
    """Return 0 for the class in `place`, else 1: XLA would write a select out."""
    difference = xp.absolute(_classes(xp, x, place, axis) - place)
    return xp.astype(xp.clamp_max(difference, 1), x.dtype)


def _log_odds(xp: Namespace, x: Any, place: Any, kept: Any, axis: int) -> Any:
    top, _, log_rest = _other_classes(xp, x, place, kept, axis)
    log_odds = log_rest + (top - xp.gather(x, place, axis))
    log_odds = where_kept(xp, kept, log_odds)
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
    shown = xp.reuse(where_kept(xp, kept, x), x)
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
        return sum_less_one(xp, e, axis) + (1 - own)

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
    log_rest = xp.where(log_rest == -math.inf, 0.0, where_kept(xp, kept, log_rest))
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
