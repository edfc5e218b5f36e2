"""Probabilities as a significand and a separate integer exponent of two, both floating.

Sums and products of these neither underflow nor round as a log-likelihood of tens of
thousands does, need no logarithm, and are differentiable code: the exponents are
constants.
"""

import math
from typing import Any, NamedTuple

from funloss._algorithms._diagonals import shifted
from funloss._array import Namespace

__all__ = [
    "LOG_ZERO",
    "ScaledFloat",
    "add",
    "exp",
    "first_column",
    "move_right",
    "negative_log",
    "times",
]

# Sentinel for log(0): below every finite exponent and log-probability.
LOG_ZERO = -1e30
# log(2) in two parts: products of HI with integers up to 2**14 are exact.
HI = 0.693359375
LO = math.log(2) - HI
_LARGE = 256.0


class ScaledFloat(NamedTuple):
    """Numbers ``significand * 2**exponent``."""

    significand: Any
    exponent: Any


def first_column(xp: Namespace, like: Any) -> ScaledFloat:
    """Return 1 in the first column and 0 elsewhere, shaped ``(N, S)`` as `like`."""
    # From an array: inside `shard_map` the carry of a scan must vary as it does.
    ones = xp.astype(xp.isnan(like), like.dtype) * 0.0 + 1.0
    columns = xp.arange(like.shape[-1], **xp.device_kw(like))[None, :]
    return ScaledFloat(ones, xp.where(columns == 0, ones * 0.0, LOG_ZERO))


def add(xp: Namespace, a: ScaledFloat, b: ScaledFloat) -> tuple[ScaledFloat, Any]:
    """Return the sum, and the part of its significand that comes from `a`."""
    exponent = xp.maximum(a.exponent, b.exponent)
    part = a.significand * xp.exp2(a.exponent - exponent)
    rest = b.significand * xp.exp2(b.exponent - exponent)
    return ScaledFloat(part + rest, exponent), part


def times(xp: Namespace, a: ScaledFloat, b: ScaledFloat) -> ScaledFloat:
    """Return the product, with a significand that can be multiplied again."""
    significand, exponent = a.significand * b.significand, a.exponent + b.exponent
    large = significand >= _LARGE
    return ScaledFloat(
        xp.where(large, significand * (1 / _LARGE), significand),
        xp.where(large, exponent + math.log2(_LARGE), exponent),
    )


def exp(xp: Namespace, x: Any) -> ScaledFloat:
    """Return ``exp(x)`` with a significand in 1..2."""
    exponent = xp.floor(xp.stop_gradient(x) * (1 / math.log(2)))
    rest = _remainder(x, exponent)
    # For large `x` the remainder is rounding error only; its derivative stays 1.
    fixed = xp.stop_gradient(rest)
    return ScaledFloat(
        xp.exp(rest + (xp.clamp(fixed, 0.0, math.log(2)) - fixed)), exponent
    )


def move_right(xp: Namespace, x: ScaledFloat) -> ScaledFloat:
    """Return the numbers moved one to the right, 0 in front."""
    significand = shifted(xp, x.significand, 1.0)
    return ScaledFloat(significand, shifted(xp, x.exponent, LOG_ZERO))


def _remainder(x: Any, exponent: Any) -> Any:
    return (x - exponent * HI) - exponent * LO


def negative_log(xp: Namespace, x: ScaledFloat, top: Any) -> Any:
    """Return ``-log(x) - sum(top)``, to an ulp."""
    whole = xp.round(top * (1 / math.log(2)))
    rest = xp.log(x.significand) + xp.sum(_remainder(top, whole), axis=0)
    exponent = x.exponent + xp.sum(whole, axis=0)
    coarse = xp.round(exponent / 4096) * 4096
    fine = exponent - coarse
    loss = -(coarse * HI + (fine * HI + (exponent * LO + rest)))
    return xp.where(exponent < LOG_ZERO / 10, math.inf, loss)
