"""Logarithms of the rising factorial, without the digits that gammaln loses.

``gamma(r + y) / gamma(r)`` is ``r * (r + 1) * ... * (r + y - 1)`` for whole `y`. For
large `r` two values of `gammaln` differ in their last digits alone, and likewise two
of `digamma`. Here the series of both functions far out are subtracted term by term,
after `r` is raised to where they hold.

What is left of the logarithm beside ``y * log(r)`` is small where `r` is large, and a
sum with other terms of that size keeps its digits only if it never meets them. All
three functions leave that part to their callers, where `is_large`.
"""

from typing import Any

from funloss._array import Namespace

__all__ = [
    "digamma_difference",
    "digamma_of_sum",
    "is_large",
    "log1p_less_ratio",
    "log_rising",
]

# Of log(gamma(x)) in odd powers of 1 / x, from Bernoulli's numbers.
_STIRLING = [
    1 / 12,
    -1 / 360,
    1 / 1260,
    -1 / 1680,
    1 / 1188,
    -691 / 360360,
    1 / 156,
    -3617 / 122400,
    43867 / 244188,
]
# Of log(x) - 1 / (2 * x) - digamma(x), in even ones.
_DIGAMMA = [(2 * k + 1) * c for k, c in enumerate(_STIRLING)]
# From here on so many terms are exact to the digits of float64, and fewer from the
# smaller number on to those of float32.
_FAR, _FAR_IN_FLOAT32 = 10, 4


def is_large(xp: Namespace, r: Any, y: Any) -> Any:
    """Tell where the functions below leave out ``y * log(r)`` and its derivatives."""
    return r >= xp.clamp_min(y, 1.0)


def log_rising(xp: Namespace, r: Any, y: Any) -> Any:
    """Return ``gammaln(r + y) - gammaln(r)`` for ``r > 0`` and ``y >= 0``.

    Less ``y * log(r)`` where `is_large`; what is left is 0 at infinity.
    """
    r, steps = _finite(xp, r), _steps(xp, r)
    unit = xp.where(is_large(xp, r, y), r, xp.ones_like(r))
    is_near = r < steps
    far = xp.where(is_near, r + steps, r)
    # Where y is large, r + y is far without being raised.
    is_apart = xp.logical_and(is_near, y > steps)
    step = xp.where(is_apart, y - steps, y)
    grown = step * xp.log(far / unit) + _stirling_difference(xp, far, step)
    near = xp.where(is_near, r, xp.ones_like(r))
    raised = _log_raised(xp, near, xp.clamp_max(y, float(steps)), is_apart)
    return grown + xp.where(is_near, raised, xp.zeros_like(raised))


def digamma_difference(xp: Namespace, r: Any, y: Any) -> Any:
    """Return ``digamma(r + y) - digamma(r)``, the derivative of `log_rising` in `r`.

    Less ``y / r`` where `is_large`.
    """
    r, steps = _finite(xp, r), _steps(xp, r)
    large, is_near = is_large(xp, r, y), r < steps
    far = xp.where(is_near, r + steps, r)
    ratio, part, other = y / far, 1 / far, 1 / (far + y)
    rest, log = _less_log1p(xp, ratio)
    terms = [0.0, *_terms(xp, r, _DIGAMMA)]
    _, slope = _divided_difference(xp, terms, part * part, other * other)
    series = ratio * other * (0.5 + (part + other) * slope)
    grown = xp.where(large, series - rest, log + series)
    near = xp.where(is_near, r, xp.ones_like(r))
    total = xp.zeros_like(near)
    for k in range(steps):
        # With y / r as a sum of y / (r + k) / (r + k + 1), terms have one sign.
        size = y / (near + (k + y)) / (near + k)
        less = (1 - y) / (near + (k + 1))
        total = total + size * xp.where(large, less, xp.ones_like(less))
    return grown + xp.where(is_near, total, xp.zeros_like(total))


def digamma_of_sum(xp: Namespace, r: Any, y: Any) -> Any:
    """Return ``digamma(r + y)``, the derivative of `log_rising` in `y`.

    Less ``log(r)`` where `is_large`.
    """
    r, steps = _finite(xp, r), _steps(xp, r)
    total = r + y
    is_near = total < steps
    far = xp.where(is_near, total + steps, total)
    large = is_large(xp, r, y)
    # Not the quotient of the sum, which has lost what is small beside r.
    ratio = xp.where(large, y / r, xp.zeros_like(y))
    outside = xp.where(is_near, far / total, xp.ones_like(far))
    log = xp.log(xp.where(large, outside, far)) + xp.log1p(ratio)
    part = 1 / far
    terms = [0.0, *_terms(xp, r, _DIGAMMA)]
    series, _ = _divided_difference(xp, terms, part * part, part)
    near = xp.where(is_near, total, xp.ones_like(total))
    below = sum(1 / (near + k) for k in range(steps))
    value = log - 0.5 * part - series
    return value - xp.where(is_near, below, xp.zeros_like(value))


def log1p_less_ratio(xp: Namespace, x: Any) -> Any:
    """Return ``log(1 + x) - x / (1 + x)`` for ``x >= 0``, with its digits near 0."""
    near = xp.where(x < 1, x, xp.zeros_like(x))
    part = near / (2 + near)
    close = part * (near / (1 + near) + 2 * part * part * _atanh_tail(xp, part))
    return xp.where(x < 1, close, xp.log1p(x) - 1 / (1 + 1 / x))


def _finite(xp: Namespace, r: Any) -> Any:
    return xp.clamp_max(r, float(xp.finfo(r.dtype).max) ** 0.75)


def _steps(xp: Namespace, like: Any) -> int:
    """Return from where on the series are exact, and how far less is raised."""
    return _FAR_IN_FLOAT32 if float(xp.finfo(like.dtype).eps) > 1e-8 else _FAR


def _terms(xp: Namespace, like: Any, series: list[float]) -> list[float]:
    """Return as many terms of a series as the dtype sees."""
    least, far = float(xp.finfo(like.dtype).eps) / 100, _steps(xp, like)
    return [c for k, c in enumerate(series) if abs(c) * far ** -(2 * k + 2) > least]


def _stirling_difference(xp: Namespace, r: Any, y: Any) -> Any:
    """Return ``log(gamma(r + y) / gamma(r)) - y * log(r)``, far out."""
    ratio, part, other = y / r, 1 / r, 1 / (r + y)
    rest, log = _less_log1p(xp, ratio)
    value, slope = _divided_difference(
        xp, _terms(xp, r, _STIRLING), part * part, other * other
    )
    series = value + other * (part + other) * slope
    return (y - 0.5) * log - r * rest - ratio * other * series


def _log_raised(xp: Namespace, r: Any, y: Any, is_apart: Any) -> Any:
    """Return ``log(r * (r + 1) * ...)`` less that of ``r + y``, unless `is_apart`."""
    # The first and the last factor, the second and the last but one, and so on: each
    # pair is the first and a constant.
    last = _steps(xp, r) - 1
    pair = r * (r + last)
    gap = y * (r + (r + y + last))
    product, more = pair, gap
    for k in range(1, (last + 1) // 2):
        constant = k * (last - k)
        # The product of r + y, less that of r.
        more = more * (pair + (gap + constant)) + gap * product
        product = product * (pair + constant)
    is_close = xp.logical_and(more < product, xp.logical_not(is_apart))
    ratio = xp.where(is_close, more, xp.zeros_like(more)) / product
    upper = xp.where(is_apart, xp.ones_like(more), product + more)
    return xp.where(is_close, -xp.log1p(ratio), xp.log(product / upper))


def _less_log1p(xp: Namespace, x: Any) -> tuple[Any, Any]:
    """Return ``x - log(1 + x)``, with its digits near 0, and the logarithm."""
    log = xp.log1p(x)
    near = xp.where(x < 1, x, xp.zeros_like(x))
    part = near / (2 + near)
    close = part * (near - 2 * part * part * _atanh_tail(xp, part))
    return xp.where(x < 1, close, x - log), log


def _atanh_tail(xp: Namespace, x: Any) -> Any:
    """Return ``(atanh(x) - x) / x**3`` for ``abs(x) <= 1/3``."""
    least = float(xp.finfo(x.dtype).eps) / 4
    factors = [1 / (2 * k + 3) for k in range(20) if 9.0**-k > least]
    return _divided_difference(xp, factors, x * x, x)[0]


def _divided_difference(
    xp: Namespace, factors: list[float], x: Any, other: Any
) -> tuple[Any, Any]:
    """Return a polynomial at `x`, and its difference to that at `other` over theirs."""
    value, slope = xp.zeros_like(x), xp.zeros_like(x)
    for factor in factors[::-1]:
        slope = slope * other + value
        value = value * x + factor
    return value, slope
