"""The asymmetric loss of an element, and its derivatives."""

from typing import Any

from funloss._array import Namespace
from funloss._core.options import is_zero
from funloss._core.record import Record
from funloss.classification._focal_parts import (
    FAR,
    above_zero,
    floored,
    log_share,
    logistic_parts,
    nan_if_bad,
    power,
    sigmoid,
    softplus,
)

__all__ = ["PARTIALS", "asymmetric"]


class _Sides(Record):
    """What an element loses as a positive and as a negative, and of what that is made.

    Attributes:
        p: The probability.
        q: One minus that.
        excess: `p` less the clip, or 0.
        rest: One minus `excess`.
        on: ``-log(p)``.
        off: ``-log(1 - excess)``.
        weight_on: The power of `q`.
        weight_off: The power of `excess`.
    """

    p: Any
    q: Any
    excess: Any
    rest: Any
    on: Any
    off: Any
    weight_on: Any
    weight_off: Any


def _sides(xp: Namespace, x: Any, options: Any, parts: Any) -> _Sides:
    gamma_neg, gamma_pos, clip, constant_weights = options
    p, q, tail = parts
    p, q = sigmoid(xp, 1, x, p, q), sigmoid(xp, -1, x, p, q)
    excess, rest = xp.where(p <= clip, 0.0, p - clip), q + clip
    on, off = (softplus(xp, sign, x, p, q, tail) for sign in (-1, 1))
    weights = power(xp, q, gamma_pos), power(xp, excess, gamma_neg)
    if constant_weights:
        weights = (xp.stop_gradient(each) for each in weights)
    off = _clipped_entropy(xp, off, excess, rest, clip)
    return _Sides(p, q, excess, rest, on, off, *weights)


def _clipped_entropy(xp: Namespace, off: Any, excess: Any, rest: Any, clip: Any) -> Any:
    """Return ``-log(1 - excess)``; without a clip it is `off`, finite in the tail."""
    if is_zero(clip):
        return off
    return xp.where(rest == 0, off, -log_share(xp, rest, excess))


def asymmetric(xp: Namespace, x: Any, t: Any, *others: Any) -> Any:
    """Return the losses of elements."""
    *options, unread = others
    sides = _sides(xp, x, options, logistic_parts(xp, x))
    # An infinite logit on the right side has loss 0.
    on = xp.where(sides.q == 0, 0.0, sides.weight_on * sides.on)
    losses = xp.multiply_no_nan(t, on)
    losses = losses + xp.multiply_no_nan(1 - t, sides.weight_off * sides.off)
    return nan_if_bad(xp, losses, t, unread)


def _given(xp: Namespace, *arguments: Any) -> tuple[Any, Any, _Sides]:
    """Return the target, nan if it is bad, the options, and the sides, all finite."""
    x, t, *options, unread, p, q, tail = arguments
    t, x = nan_if_bad(xp, t, t, unread), xp.clamp(x, -FAR, FAR)
    return t, options, _sides(xp, x, options, (p, q, tail))


def _relative_off(xp: Namespace, sides: _Sides) -> Any:
    """Return ``-log(1 - excess) / excess``, where that is above 0."""
    return xp.quotient(sides.off, above_zero(xp, sides.excess))


def _d_input(xp: Namespace, *arguments: Any) -> Any:
    t, (gamma_neg, gamma_pos, clip, constant_weights), sides = _given(xp, *arguments)
    p, q = sides.p, sides.q
    on = q if constant_weights else q + gamma_pos * p * sides.on
    # Without a clip the quotient is 1, also where both numbers are 0.
    rest = sides.rest
    share = xp.where(rest == 0, 1.0, xp.quotient(q, above_zero(xp, rest)))
    share = 1.0 if is_zero(clip) else share
    off = p * share
    if not constant_weights:
        off = off + gamma_neg * p * q * _relative_off(xp, sides)
    off = xp.where(sides.excess == 0, 0.0, sides.weight_off * off)
    return (1 - t) * off - t * sides.weight_on * on


def _d_target(xp: Namespace, *arguments: Any) -> Any:
    t, _, sides = _given(xp, *arguments)
    # A target of nan stays.
    return sides.weight_on * sides.on - sides.weight_off * sides.off + 0 * t


def _d_gamma_neg(xp: Namespace, *arguments: Any) -> Any:
    t, (*_, constant_weights), sides = _given(xp, *arguments)
    rate = sides.weight_off * log_share(xp, sides.excess, sides.rest)
    return 0 * t if constant_weights else (1 - t) * rate * sides.off


def _d_gamma_pos(xp: Namespace, *arguments: Any) -> Any:
    t, (*_, constant_weights), sides = _given(xp, *arguments)
    rate = sides.weight_on * log_share(xp, sides.q, sides.p)
    return 0 * t if constant_weights else t * rate * sides.on


def _d_clip(xp: Namespace, *arguments: Any) -> Any:
    t, (gamma_neg, *_, constant_weights), sides = _given(xp, *arguments)
    change = 1 / floored(xp, sides.rest)
    if not constant_weights:
        change = change + gamma_neg * _relative_off(xp, sides)
    change = xp.where(sides.excess == 0, 0.0, sides.weight_off * change)
    return (t - 1) * change


PARTIALS = (_d_input, _d_target, _d_gamma_neg, _d_gamma_pos, _d_clip)
