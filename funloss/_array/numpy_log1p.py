"""Logarithms near 1 of float32 arrays, in NumPy's vector instructions.

`numpy.log1p` calls the C library for each element, which takes 5 to 10 times as long.
Here ``log1p(f) = f - s * (f - R(s**2))`` with ``s = f / (2 + f)``, as in FreeBSD's
msun (e_log.c), and R fitted for ``-0.3 <= f <= 1`` to 5e-9 of the result.
"""

from typing import Any

import numpy as np

__all__ = ["log1p", "log1p_exp_minus"]

# Below this size the calls of NumPy take longer than the C library.
_MANY = 2**12
_R = tuple(map(np.float32, (0.28011987, 0.28001806, 0.40021527, 0.66666418)))
# log(2) in two parts; the first has no low bits, so that its multiples are exact.
_LN2_HIGH, _LN2_LOW = np.float32(0.693138123), np.float32(9.05800061e-6)
_SQRT_HALF, _ONE, _MANTISSA = 0x3F3504F3, 0x3F800000, 0x7FFFFF


def log1p_exp_minus(x: Any) -> Any:
    """Return ``log(1 + exp(-x))`` for ``x >= 0``."""
    if not _is_long(x):
        return np.log1p(np.exp(-x))
    power = -x
    np.exp(power, out=power)
    return np.subtract(power, _below(power), out=power)


def log1p(x: Any) -> Any:
    """Return ``log(1 + x)``."""
    if not _is_long(x):
        return np.log1p(x)
    u = x + np.float32(1)
    lost = u - np.float32(1)
    np.subtract(x, lost, out=lost)
    lost /= u
    bits = u.view(np.int32)
    bits += _ONE - _SQRT_HALF
    exponent = ((bits >> 23) - 127).astype(np.float32)
    bits &= _MANTISSA
    bits += _SQRT_HALF
    u -= np.float32(1)
    lost += exponent * _LN2_LOW
    lost -= _below(u)
    u += lost
    exponent *= _LN2_HIGH
    u += exponent
    special = ~(np.isfinite(u) & (x > -1))
    if special.any():
        u[special] = np.log1p(x[special])
    return u


def _is_long(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype == np.float32 and x.size >= _MANY


def _below(f: Any) -> Any:
    """Return ``f - log1p(f)``."""
    s = f + np.float32(2)
    np.divide(f, s, out=s)
    z = s * s
    r = z * _R[0]
    for coefficient in _R[1:]:
        r += coefficient
        r *= z
    np.subtract(f, r, out=r)
    r *= s
    return r
