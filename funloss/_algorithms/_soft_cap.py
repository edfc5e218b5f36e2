"""Soft cap of logits: ``cap * tanh(logits / cap)``."""

import math
from typing import Any

from funloss._array import Namespace

__all__ = ["soft_cap"]

# Infinite logits count as this: 0 times infinity would be nan in derivatives.
_FAR = 1e30

# sinh(v) - v over v**3, as a series in v**2.
_SERIES = [1 / math.factorial(2 * k + 3) for k in range(9)]


def soft_cap(xp: Namespace, scores: Any, cap: Any) -> Any:
    """Return scores within ``-cap..cap``, but -inf for -inf: such a class stays out."""
    # Outside of the formula, whose own derivative JAX takes inside a loop where that is
    # differentiated twice.
    partials = (_soft_cap_d_scores, _soft_cap_d_cap)
    finite = xp.clamp(scores, -_FAR, _FAR)
    capped = xp.custom_jvp(_soft_cap, partials, finite, cap)
    return xp.where(scores == -math.inf, -math.inf, capped)


def _soft_cap(xp: Namespace, x: Any, cap: Any) -> Any:
    return cap * xp.tanh(x / cap)


def _soft_cap_d_scores(xp: Namespace, x: Any, cap: Any) -> Any:
    return _flatness(xp, x / cap)


def _soft_cap_d_cap(xp: Namespace, x: Any, cap: Any) -> Any:
    """Return ``tanh(u) - u / cosh(u)**2`` of ``u = x / cap``."""
    u = x / cap
    is_near = xp.absolute(u) < 0.5
    v = xp.where(is_near, 2 * u, 0.0)
    series = xp.zeros_like(v)
    for factor in reversed(_SERIES):
        series = series * (v * v) + factor
    near = v * v * v * series * _flatness(xp, u) / 2
    return xp.where(is_near, near, xp.tanh(u) - u * _flatness(xp, u))


def _flatness(xp: Namespace, u: Any) -> Any:
    """Return ``1 / cosh(u)**2``; ``1 - tanh(u)**2`` has no digits far out."""
    e = xp.exp(-2 * xp.absolute(u))
    return 4 * e / xp.square(1 + e)
