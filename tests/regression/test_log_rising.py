"""The rising factorial's logarithm and its derivatives, beside more digits."""

import itertools
import math

import mpmath
import numpy as np
import pytest

import funloss as fl
from funloss.regression import _log_rising
from tests.assertions import assert_close, to_numpy

# Across each border between two formulas, and far out on both sides.
R = [1e-6, 0.3, 0.9, 1.0, 1.5, 2.5, 3.99, 4.01, 7.5, 9.99, 10.5, 30.0, 1e3, 1e5]
R += [1e7, 1e8, 1e12]
Y = [0.0, 1e-6, 1e-2, 0.5, 1.0, 1.5, 2.0, 3.0, 4.5, 9.5, 10.5, 40.0, 1e3, 1e6]
DIGITS = {"float32": 2.0**-23, "float64": 2.0**-52}


def call(name, *arrays):
    function = getattr(_log_rising, name)
    with np.errstate(all="ignore"):
        return function(fl.array_namespace(arrays[0]), *arrays)


def psi(n, x):
    return mpmath.polygamma(n, x)


# Each returns the value, and what an error is measured by, where that is larger.
def exact_log_rising(r, y, far):
    value = mpmath.loggamma(r + y) - mpmath.loggamma(r) - y * mpmath.log(far)
    return value, y


def exact_digamma_difference(r, y, far):
    del far
    return psi(0, r + y) - psi(0, r), 0


def exact_digamma_excess(r, y, far):
    del far
    # The last digit of y moves it by as much.
    return y / r - psi(0, r + y) + psi(0, r), y / r * (y + 1) / (r + y)


def exact_digamma_of_sum(r, y, far):
    return psi(0, r + y) - mpmath.log(far), (r + y) * psi(1, r + y)


CASES = {
    "log_rising": exact_log_rising,
    "digamma_difference": exact_digamma_difference,
    "digamma_excess": exact_digamma_excess,
    "digamma_of_sum": exact_digamma_of_sum,
}


@pytest.mark.parametrize("dtype", DIGITS)
@pytest.mark.parametrize("name", CASES)
def test_beside_more_digits(xp, name, dtype):
    pairs = np.asarray(list(itertools.product(R, Y)), dtype).T
    r, y = (xp.asarray(x) for x in pairs)
    got = to_numpy(call(name, r, y)).tolist()
    far = to_numpy(call("raised", r)).tolist()
    for at, end, value in zip(pairs.T.tolist(), far, got, strict=True):
        with mpmath.workdps(65):
            exact, least = CASES[name](*map(mpmath.mpf, (*at, end)))
            size = max(abs(exact), least, mpmath.mpf("1e-35"))
            wrong = float(abs(value - exact) / size)
        assert wrong <= 4 * DIGITS[dtype], (at, value, wrong / DIGITS[dtype])


def test_nothing_is_left_at_infinity(xp):
    r = xp.asarray([math.inf, 1e30], dtype=xp.float32)
    y = xp.full_like(r, 3.0)
    assert_close(call("log_rising", r, y), [0, 0], atol=3 * 2.0**-23)
    for name in ("digamma_difference", "digamma_excess"):
        assert_close(call(name, r, y), [0, 0], atol=1e-28)


def test_a_whole_step_is_a_product(xp):
    r = xp.asarray([0.25, 0.5, 0.75], dtype=xp.float64)
    got = call("log_rising", r, xp.full_like(r, 3.0))
    got = got + 3 * xp.log(call("raised", r))
    expected = [math.log(x * (x + 1) * (x + 2)) for x in (0.25, 0.5, 0.75)]
    assert_close(got, expected, rtol=1e-14)
    assert_close(call("log_rising", r, xp.zeros_like(r)), [0, 0, 0])


def test_log1p_less_ratio(xp):
    x = np.asarray([0, 1e-12, 1e-4, 0.3, 0.999, 1, 7, 1e6], np.float32)
    got = to_numpy(call("log1p_less_ratio", xp.asarray(x)))
    with mpmath.workdps(50):
        points = [mpmath.mpf(float(v)) for v in x]
        exact = [float(mpmath.log1p(v) - v / (1 + v)) for v in points]
    assert_close(got, exact, rtol=4 * 2.0**-23)
