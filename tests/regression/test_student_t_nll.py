"""Negative log-likelihood of Student's t distribution, by hand and to fifty digits."""

import itertools
import math

import mpmath
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close, to_numpy
from tests.derivatives import WAYS

HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)
DIGITS = {"float32": 2.0**-23, "float64": 2.0**-52}
DF = [1e-2, 0.3, 1.0, 1.9, 2.1, 8.5, 30.0, 1e3, 1e5, 1e8]
ERRORS = [0.0, 1e-4, 0.3, 1.0, 7.0, 1e4, 1e20]


def losses(x, scale, df, **options):
    options = {"reduction": "none"} | options
    return fl.student_t_nll_loss(x, 0.0, scale, df, **options)


def test_values(any_xp):
    # Cauchy: log(pi) + log(1 + z**2), and log(2) for the scale.
    x = any_xp.asarray([0.0, 1.0, 2.0], dtype=any_xp.float64)
    expected = [math.log(math.pi) + math.log(k) for k in (1, 2, 5)]
    assert_close(losses(x, 1.0, 1.0), expected)
    assert_close(losses(2 * x, 2.0, 1.0), [v + math.log(2) for v in expected])
    # Of 2 degrees: (2 + z**2)**(3/2) / 2 ... a density of 1 / (2 * sqrt(2)) at 0.
    expected = [1.5 * math.log(2 + z * z) for z in (0, 1, 2)]
    assert_close(losses(x, 1.0, 2.0), expected)


def test_full_adds_the_constant_of_a_normal_distribution(xp):
    x = xp.asarray([0.0, 1.0, 2.0], dtype=xp.float64)
    for df in (1e9, math.inf):
        got = losses(x, 1.0, df, full=False)
        assert_close(got, [0, 0.5, 2], rtol=1e-8, atol=1e-9)
        assert_close(losses(x, 1.0, df), got + HALF_LOG_TWO_PI)


def test_infinite_df_is_the_normal_distribution(xp):
    x = xp.asarray([0.0, -3.0, 0.25, 1e3], dtype=xp.float32)
    scale = xp.asarray([1.0, 2.0, 0.125, 5.0], dtype=xp.float32)
    df = xp.full_like(x, math.inf)
    normal = fl.gaussian_nll_loss(x, 0.0, scale**2, full=True, reduction="none")
    assert_close(losses(x, scale, df), to_numpy(normal), rtol=4 * DIGITS["float32"])


def test_gradients(derivative):
    def of_input(x):
        return losses(x, 0 * x + 2.0, 3.0, reduction="sum")

    def of_scale(scale):
        return losses(0 * scale + 2.0, scale, 3.0, reduction="sum")

    # (df + 1) * e / (df * s**2 + e**2)
    assert_close(derivative(of_input, [0.0, 2.0, -4.0]), [0, 8 / 16, -16 / 28])
    # df * (s**2 - e**2) / (s * (df * s**2 + e**2))
    assert_close(derivative(of_scale, [2.0, 1.0]), [0, -9 / 7])


def test_gradient_in_the_scale_is_that_at_eps_below_it(derivative):
    def of_scale(scale):
        return losses(0 * scale + 2.0, scale, 3.0, eps=1.0, reduction="sum")

    assert_close(derivative(of_scale, [1.0, 0.5, 0.0]), [-9 / 7] * 3)


def exact(e, scale, df):
    """Return the value, its gradient in error, scale and df, and in df twice."""
    z, half = e / scale, df / 2
    constant = mpmath.loggamma(half) - mpmath.loggamma(half + 0.5)
    constant += mpmath.log(mpmath.pi * df) / 2 + mpmath.log(scale)
    w = z * z / df
    value = constant + (df + 1) / 2 * mpmath.log1p(w)
    by_error = (df + 1) * e / (df * scale**2 + e * e)
    by_scale = df * (scale**2 - e * e) / (scale * (df * scale**2 + e * e))
    excess = 1 / df - mpmath.digamma(half + 0.5) + mpmath.digamma(half)
    terms = (excess, mpmath.log1p(w) - w / (1 + w), -w / (1 + w) / df)
    return value, by_error, by_scale, terms


@pytest.mark.parametrize("dtype", DIGITS)
def test_values_to_fifty_digits(xp, dtype):
    grid = np.asarray(list(itertools.product(ERRORS, [0.37, 5.0], DF)), dtype).T
    e, scale, df = (xp.asarray(x) for x in grid)
    got = to_numpy(losses(e, scale, df)).tolist()
    for at, value in zip(grid.T.tolist(), got, strict=True):
        with mpmath.workdps(50):
            expected = exact(*map(mpmath.mpf, at))[0]
            # A loss near 0 is a sum of parts near 1.
            wrong = float(abs(value - expected) / max(abs(expected), 1))
        assert wrong <= 4 * DIGITS[dtype], (at, value, wrong / DIGITS[dtype])


@pytest.mark.parametrize("way", ["jax-grad", "torch-backward"])
@pytest.mark.parametrize("dtype", DIGITS)
def test_gradients_to_fifty_digits(way, dtype):
    grid = np.asarray(list(itertools.product(ERRORS, [0.37, 5.0], DF)), dtype).T

    def of(k):
        def total(x):
            xp = fl.array_namespace(x)
            arrays = [xp.asarray(v) for v in grid]
            arrays[k] = x
            return losses(*arrays, reduction="sum")

        return to_numpy(WAYS[way](total, grid[k], dtype)).tolist()

    found = zip(grid.T.tolist(), *map(of, range(3)), strict=True)
    for at, by_error, by_scale, by_df in found:
        with mpmath.workdps(50):
            e, scale, df = map(mpmath.mpf, at)
            _, first, second, terms = exact(e, scale, df)
            # What the last digit of an error or a scale changes is the unit.
            near = abs(second) + first * 2 * abs(e) / scale
            pairs = [(by_error, first, first), (by_scale, second, near)]
            pairs += [(by_df, sum(terms) / 2, max(map(abs, terms)))]
            for value, expected, size in pairs:
                wrong = float(abs(value - expected) / max(size, mpmath.mpf("1e-35")))
                assert wrong <= 8 * DIGITS[dtype], (at, value, wrong / DIGITS[dtype])


def test_second_derivative_in_df(curvature):
    df = [0.3, 1.9, 2.1, 30.0, 1e3]

    def of_df(df):
        return losses(0 * df + 1.5, 1.0, df, reduction="sum")

    with mpmath.workdps(50):
        one = mpmath.mpf(1)
        expected = [
            mpmath.diff(lambda n: exact(1.5 * one, one, n)[0], mpmath.mpf(n), 2)
            for n in df
        ]
    assert_close(curvature(of_df, df), [float(x) for x in expected], rtol=1e-11)


def test_weighted_mean_divides_by_the_sum_of_weights(xp):
    x = xp.asarray([0.0, 1.0], dtype=xp.float64)
    weight = xp.asarray([1.0, 3.0], dtype=xp.float64)
    got = losses(x, 1.0, 1.0, weight=weight, reduction="mean")
    assert_close(got, math.log(math.pi) + 3 * math.log(2) / 4)
