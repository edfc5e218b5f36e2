"""The divergence of normal distributions, worked by hand and to fifty digits."""

import math

import mpmath
import numpy as np

import funloss as fl
from tests.assertions import assert_close

LOG2 = math.log(2)


def loss(*arrays, **options):
    return fl.gaussian_kl_divergence(*arrays, **{"reduction": "sum"} | options)


def test_values(any_xp):
    # (m**2 + v - 1 - log(v)) / 2, of variances 1 and 4.
    mean = any_xp.asarray([[1.0, 2.0], [0.0, 0.0]], dtype=any_xp.float64)
    log_var = any_xp.asarray([[0.0, 2 * LOG2], [0.0, 0.0]], dtype=any_xp.float64)
    first, second = 1 / 2, (4 + 4 - 1 - 2 * LOG2) / 2
    assert_close(loss(mean, log_var, reduction="none"), [first + second, 0])
    assert_close(loss(mean, log_var, reduction="mean"), (first + second) / 2)
    each = loss(mean, log_var, axis=None, reduction="none")
    assert_close(each, [[first, second], [0, 0]])


def test_two_distributions(xp):
    # Variances 1 and 4: 1/4 - 1 + log(4), and a squared distance of 9 over 4.
    mean = xp.asarray([3.0], dtype=xp.float64)
    got = loss(mean, 0.0, 0.0, xp.asarray([2 * LOG2], dtype=xp.float64))
    assert_close(got, (1 / 4 - 1 + 2 * LOG2 + 9 / 4) / 2)


def test_gradients(derivative):
    def of_mean(m):
        return loss(m, 0 * m, 0 * m + 1.0, 0 * m + 2 * LOG2)

    def of_log_var(v):
        return loss(0 * v, v)

    assert_close(derivative(of_mean, [3.0, 1.0]), [2 / 4, 0])
    assert_close(derivative(of_log_var, [0.0, LOG2]), [0, 1 / 2])


def test_gradients_of_the_target(derivative):
    def of_mean(n):
        return loss(0 * n + 3.0, 0 * n, n, 0 * n)

    def of_log_var(w):
        return loss(0 * w, 0 * w, 0 * w + 2.0, w)

    assert_close(derivative(of_mean, [1.0]), [-2])
    # (1 - 1/v - 4/v) / 2 at v = 2
    assert_close(derivative(of_log_var, [LOG2]), [(1 - 0.5 - 2) / 2])


def test_near_the_optimum_no_digits_are_lost(xp):
    gaps = np.asarray([1e-6, -1e-4, 1e-2, 0.5, -3.0], np.float32)
    with mpmath.workdps(50):
        exact = [(mpmath.expm1(x) - x) / 2 for x in map(float, gaps)]
    zero = xp.zeros(5, dtype=xp.float32)
    got = loss(zero, xp.asarray(gaps), axis=None, reduction="none")
    assert_close(got, [float(x) for x in exact], rtol=4 * 2**-23)


def test_a_masked_component_has_no_part_in_its_sum(xp):
    mean = xp.asarray([[1.0, math.nan], [2.0, 2.0], [5.0, 5.0]], dtype=xp.float64)
    where = xp.asarray([[True, False], [True, True], [False, False]])
    got = loss(mean, 0.0, where=where, reduction="none")
    assert_close(got, [0.5, 4, 0])
    assert_close(loss(mean, 0.0, where=where, reduction="mean"), 4.5 / 2)
