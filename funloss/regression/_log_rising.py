"""Logarithms of the rising factorial, without the digits that gammaln loses.

``gamma(r + y) / gamma(r)`` is ``r * (r + 1) * ... * (r + y - 1)`` for whole `y`. For
large `r` two values of `gammaln` differ in their last digits alone, and likewise two
of `digamma`. Here the series of both functions far out are subtracted term by term,
after `r` is raised to where they are exact.

All are for ``r > 0`` and ``y >= 0``; infinite `r` is taken for a number so large that
nothing is left but the limit.
"""

from typing import Any

from funloss._array import Namespace

__all__ = [
    "digamma_difference",
    "digamma_excess",
    "digamma_of_sum",
    "finite",
    "log1p_less_ratio",
    "log_rising",
    "raised",
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
# smaller number on to those of float32. Both are even.
_FAR, _FAR_IN_FLOAT32 = 10, 4


def raised(xp: Namespace, r: Any) -> Any:
    """Return `r` plus a constant, from where on the series are exact."""
    return finite(xp, r) + _steps(xp, r)


def log_rising(xp: Namespace, r: Any, y: Any) -> Any:
    """Return ``gammaln(r + y) - gammaln(r)`` less ``y * log(raised(r))``.

    What is left out is large where `r` is, and what is left is 0 at infinity; a sum
    with other terms keeps its digits if the two never meet. Nothing is selected, so
    that XLA fuses this into a sum.
    """
    r = finite(xp, r)
    last, far = _steps(xp, r) - 1, raised(xp, r)
    part, other = 1 / far, 1 / (far + y)
    terms = _terms(xp, r, _STIRLING)
    value, quotient = _divided_difference(xp, terms, part * part, other * other)
    series = value + other * (part + other) * quotient
    total = (far + y - 0.5) * xp.log1p(y * part) - y - y * part * other * series
    # Of the factors by which r is raised the first and the last, the second and the
    # last but one, and so on: their product is that of the first pair and a constant.
    pair, gap = r * (r + last), y * (r + (r + y + last))
    for k in range((last + 1) // 2):
        total = total - xp.log1p(gap / (pair + k * (last - k)))
    return total


def digamma_difference(xp: Namespace, r: Any, y: Any) -> Any:
    """Return ``digamma(r + y) - digamma(r)``, the derivative in `r` of `log_rising`."""
    r = finite(xp, r)
    total = xp.log1p(y / raised(xp, r)) + _digamma_series(xp, r, y)
    for k in range(_steps(xp, r)):
        total = total + y / (r + (k + y)) / (r + k)
    return total


def digamma_excess(xp: Namespace, r: Any, y: Any, within: Any = None) -> Any:
    """Return ``y / r`` less `digamma_difference`: ``y * (y - 1) / (2 * r**2)`` far out.

    It keeps its digits where the two are nearly equal. Where `within` is False it is
    minus that difference alone, which keeps its own.
    """
    r = finite(xp, r)
    ratio = y / raised(xp, r)

    def chosen(excess: Any, minus: Any) -> Any:
        return excess if within is None else xp.where(within, excess, minus)

    total = chosen(_less_log1p(xp, ratio), -xp.log1p(ratio))
    total = total - _digamma_series(xp, r, y)
    for k in range(_steps(xp, r)):
        # What y / (r + k) / (r + k + 1), which add up to y / r, are beyond the others.
        share = chosen((y - 1) / (r + (k + 1)), -xp.ones_like(r))
        total = total + y / (r + (k + y)) / (r + k) * share
    return total


def digamma_of_sum(xp: Namespace, r: Any, y: Any) -> Any:
    """Return ``digamma(r + y)`` less ``log(raised(r))``; for `log_rising` in `y`."""
    r = finite(xp, r)
    far, total = raised(xp, r), r + y
    part = 1 / (far + y)
    terms = [0.0, *_terms(xp, r, _DIGAMMA)]
    value, _ = _divided_difference(xp, terms, part * part, part)
    value = xp.log1p(y / far) - 0.5 * part - value
    for k in range(_steps(xp, r)):
        value = value - 1 / (total + k)
    return value


def log1p_less_ratio(xp: Namespace, x: Any) -> Any:
    """Return ``log(1 + x) - x / (1 + x)`` for ``x >= 0``, with its digits near 0."""
    near = xp.where(x < 1, x, xp.zeros_like(x))
    part = near / (2 + near)
    close = part * (near / (1 + near) + 2 * part * part * _atanh_tail(xp, part))
    far = xp.where(x < 1, xp.ones_like(x), x)
    return xp.where(x < 1, close, xp.log1p(far) - 1 / (1 + 1 / far))


def finite(xp: Namespace, r: Any) -> Any:
    """Lower `r` to a number so large that nothing is left but the limit."""
    return xp.clamp_max(r, float(xp.finfo(r.dtype).max) ** 0.75)


def _steps(xp: Namespace, like: Any) -> int:
    return _FAR_IN_FLOAT32 if float(xp.finfo(like.dtype).eps) > 1e-8 else _FAR


def _terms(xp: Namespace, like: Any, series: list[float]) -> list[float]:
    """Return as many terms of a series as the dtype sees."""
    least, far = float(xp.finfo(like.dtype).eps) / 100, _steps(xp, like)
    return [c for k, c in enumerate(series) if abs(c) * far ** -(2 * k + 2) > least]


def _digamma_series(xp: Namespace, r: Any, y: Any) -> Any:
    """Return `digamma_difference` of what is raised, less ``log(1 + y / raised)``."""
    far = raised(xp, r)
    part, other = 1 / far, 1 / (far + y)
    terms = [0.0, *_terms(xp, r, _DIGAMMA)]
    _, quotient = _divided_difference(xp, terms, part * part, other * other)
    return y * part * other * (0.5 + (part + other) * quotient)


def _less_log1p(xp: Namespace, x: Any) -> Any:
    """Return ``x - log(1 + x)`` for ``x >= 0``, with its digits near 0."""
    near = xp.where(x < 1, x, xp.zeros_like(x))
    part = near / (2 + near)
    close = part * (near - 2 * part * part * _atanh_tail(xp, part))
    return xp.where(x < 1, close, x - xp.log1p(x))


def _atanh_tail(xp: Namespace, x: Any) -> Any:
    """Return ``(atanh(x) - x) / x**3`` for ``abs(x) <= 1/3``."""
    least = float(xp.finfo(x.dtype).eps) / 4
    factors = [1 / (2 * k + 3) for k in range(20) if 9.0**-k > least]
    return _divided_difference(xp, factors, x * x, x)[0]


def _divided_difference(
    xp: Namespace, factors: list[float], x: Any, other: Any
) -> tuple[Any, Any]:
    """Return a polynomial at `x`, and its difference to that at `other` over theirs."""
    value, quotient = xp.zeros_like(x), xp.zeros_like(x)
    for factor in factors[::-1]:
        quotient = quotient * other + value
        value = value * x + factor
    return value, quotient
