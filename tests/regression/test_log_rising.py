"""The rising factorial's logarithm and its derivatives, to fifty digits."""

import itertools

import mpmath
import numpy as np
import pytest

import funloss as fl
from funloss.regression import _log_rising
from tests.assertions import assert_close, to_numpy

# Across each border between two formulas, and far out on both sides.
R = [1e-30, 1e-6, 0.3, 0.9, 1.0, 1.5, 2.5, 3.99, 4.01, 7.5, 9.99, 10.5, 30.0, 1e3]
R += [1e5, 1e7, 1e8, 1e12]
Y = [0.0, 1e-6, 1e-2, 0.5, 1.0, 1.5, 2.0, 3.0, 4.5, 9.5, 10.5, 40.0, 1e3, 1e6]
DIGITS = {"float32": 2.0**-23, "float64": 2.0**-52}


def call(name, *arrays):
    function = getattr(_log_rising, name)
    with np.errstate(all="ignore"):
        return function(fl.array_namespace(arrays[0]), *arrays)


def psi(n, x):
    return mpmath.polygamma(n, x)


def exact_log_rising(r, y, is_large):
    """Return the value, and the largest product of an input and its derivative."""
    value = mpmath.loggamma(r + y) - mpmath.loggamma(r)
    moved = (y * psi(0, r + y), r * (psi(0, r + y) - psi(0, r)))
    return value - is_large * y * mpmath.log(r), max(map(abs, (value, *moved)))


def exact_digamma_difference(r, y, is_large):
    value = psi(0, r + y) - psi(0, r)
    moved = (y * psi(1, r + y), r * (psi(1, r + y) - psi(1, r)))
    return value - is_large * y / r, max(map(abs, (value, *moved)))


def exact_digamma_of_sum(r, y, is_large):
    value = psi(0, r + y)
    size = max(abs(value), (r + y) * psi(1, r + y))
    return value - is_large * mpmath.log(r), size


CASES = {
    "log_rising": (exact_log_rising, 4),
    "digamma_difference": (exact_digamma_difference, 4),
    "digamma_of_sum": (exact_digamma_of_sum, 4),
}


@pytest.mark.parametrize("dtype", DIGITS)
@pytest.mark.parametrize("name", CASES)
def test_against_fifty_digits(xp, name, dtype):
    exact, units = CASES[name]
    pairs = np.asarray(list(itertools.product(R, Y)), dtype).T
    r, y = (xp.asarray(x) for x in pairs)
    got = to_numpy(call(name, r, y))
    for at, value in zip(pairs.T.tolist(), got.tolist(), strict=True):
        with mpmath.workdps(50):
            r, y = map(mpmath.mpf, at)
            expected, size = exact(r, y, r >= max(y, 1))
            # Where the inputs' own last digits make a larger difference than that of
            # the value, that is the unit.
            wrong = float(abs(value - expected) / max(size, mpmath.mpf("1e-35")))
        assert wrong <= units * DIGITS[dtype], (at, value)


def test_what_is_left_far_out_is_exact(xp):
    # y * (y - 1) / (2 * r), where gammaln has no digit of it.
    r = xp.asarray([1e7, 1e8, 1e12, np.inf], dtype=xp.float32)
    y = xp.full_like(r, 3.0)
    got = call("log_rising", r, y)
    assert_close(got, [3e-7, 3e-8, 3e-12, 0], rtol=1e-6, atol=1e-27)
    got = call("digamma_difference", r[:3], y[:3])
    assert_close(got, [-3e-14, -3e-16, -3e-24], rtol=1e-6)


def test_a_whole_step_is_a_product(xp):
    r = xp.asarray([0.25, 0.5, 0.75], dtype=xp.float64)
    got = call("log_rising", r, xp.full_like(r, 3.0))
    expected = [np.log(x * (x + 1) * (x + 2)) for x in (0.25, 0.5, 0.75)]
    assert_close(got, expected, rtol=1e-14)
    assert_close(call("log_rising", r, xp.zeros_like(r)), [0, 0, 0])


def test_log1p_less_ratio(xp):
    x = np.asarray([0, 1e-12, 1e-4, 0.3, 0.999, 1, 7, 1e6], np.float32)
    got = to_numpy(call("log1p_less_ratio", xp.asarray(x)))
    with mpmath.workdps(50):
        points = [mpmath.mpf(float(v)) for v in x]
        exact = [float(mpmath.log1p(v) - v / (1 + v)) for v in points]
    assert_close(got, exact, rtol=4 * 2.0**-23)
