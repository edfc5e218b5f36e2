"""Steps of a program that round, on arrays of mpmath's numbers.

As in floating point there are infinities and nan, and no error: 1 / 0 is infinite, and
the logarithm of a negative number nan. Zeros have no sign.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from mpmath import mp

__all__ = ["ARITHMETIC", "COMPARISONS", "each"]

# Beyond it an exponential is infinite or 0 in any dtype, and endless in digits.
_EXPONENT = 1e5


def each(function: Callable[..., Any], count: int = 1) -> Callable[..., np.ndarray]:
    """Return a function of `count` arrays that computes it for each number."""
    ufunc = np.frompyfunc(function, count, 1)
    # A ufunc of arrays without axes returns a number.
    return lambda *arrays: np.asarray(ufunc(*arrays), object)


def _real(x: Any) -> Any:
    """Return nan in place of what is not real."""
    return x if isinstance(x, mp.mpf) else mp.nan


def _div(x: Any, y: Any) -> Any:
    if y != 0:
        return x / y
    return mp.nan if x == 0 or mp.isnan(x) else mp.sign(x) * mp.inf


def _exp(x: Any) -> Any:
    if abs(x) <= _EXPONENT or mp.isnan(x):
        return mp.exp(x)
    return mp.inf if x > 0 else mp.zero


def _expm1(x: Any) -> Any:
    return mp.expm1(x) if abs(x) <= 1 else _exp(x) - 1


def _log(x: Any) -> Any:
    return mp.log(x) if x >= 0 else mp.nan


def _log1p(x: Any) -> Any:
    return mp.log1p(x) if x >= -1 else mp.nan


def _logistic(x: Any) -> Any:
    return 1 / (1 + _exp(-x)) if x >= 0 else _exp(x) / (1 + _exp(x))


def _tanh(x: Any) -> Any:
    return mp.tanh(x) if abs(x) <= _EXPONENT else mp.sign(x)


def _pow(x: Any, y: Any) -> Any:
    if x == 0:
        return mp.one if y == 0 else mp.zero if y > 0 else mp.inf
    if x > 0 and abs(y) < mp.inf and x < mp.inf:
        return _exp(y * mp.log(x))
    return _real(mp.power(x, y))


def _largest(x: Any, y: Any) -> Any:
    return mp.nan if mp.isnan(x) or mp.isnan(y) else max(x, y)


def _least(x: Any, y: Any) -> Any:
    return mp.nan if mp.isnan(x) or mp.isnan(y) else min(x, y)


def _round(x: Any) -> Any:
    return mp.nint(x) if mp.isfinite(x) else x


def _floor(x: Any) -> Any:
    return mp.floor(x) if mp.isfinite(x) else x


_UNARY: Mapping[str, Callable[[Any], Any]] = {
    "abs": abs,
    "conj": mp.conj,
    "erf": mp.erf,
    "exp": _exp,
    "expm1": _expm1,
    "floor": _floor,
    "imag": mp.im,
    "log": _log,
    "log1p": _log1p,
    "logistic": _logistic,
    "neg": operator.neg,
    "real": mp.re,
    "round": _round,
    "sign": mp.sign,
    "sqrt": lambda x: mp.sqrt(x) if x >= 0 else mp.nan,
    "square": lambda x: x * x,
    "tanh": _tanh,
}
_BINARY: Mapping[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "add_any": operator.add,
    "atan2": mp.atan2,
    "complex": mp.mpc,
    "div": _div,
    "max": _largest,
    "min": _least,
    "mul": operator.mul,
    "pow": _pow,
    "sub": operator.sub,
}
ARITHMETIC = {name: each(function) for name, function in _UNARY.items()}
ARITHMETIC |= {name: each(function, 2) for name, function in _BINARY.items()}

COMPARISONS = {"is_finite": each(mp.isfinite)}
COMPARISONS |= {
    name: each(getattr(operator, name), 2)
    for name in ("eq", "ge", "gt", "le", "lt", "ne")
}
