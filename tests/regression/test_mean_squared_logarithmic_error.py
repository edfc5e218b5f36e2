"""The squared logarithmic error, worked by hand."""

import math
import re

import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN, E = math.inf, math.nan, math.e


def test_values(any_xp):
    x = any_xp.asarray([E - 1, 0.0, -0.5, 3.0], dtype=any_xp.float64)
    t = any_xp.asarray([0.0, E**2 - 1, 0.0, 3.0], dtype=any_xp.float64)
    loss, losses = fl.mean_squared_logarithmic_error, [1, 4, math.log(2) ** 2, 0]
    assert_close(loss(x, t, reduction="none"), losses)
    assert_close(loss(x, t), sum(losses) / 4)
    assert_close(loss(x, t, reduction="sum"), sum(losses))


def test_near_values_keep_their_digits_at_any_size(xp):
    x = xp.asarray([0.0, 1e8, 1e8 + 1], dtype=xp.float64)
    t = xp.asarray([1e-10, 1e8 + 1, 1e8], dtype=xp.float64)
    got = fl.mean_squared_logarithmic_error(x, t, reduction="none")
    # log(1 + d) = d * (1 - d / 2) for such small d, and 1 + t = (1 + x) * (1 + d).
    d = 1 / (1e8 + 1)
    assert_close(got, [1e-20 * (1 - 1e-10), d**2 * (1 - d), d**2 * (1 - d)])


def test_far_values_keep_their_digits_in_single_precision(xp):
    x = xp.asarray([0.0, 1e4, -0.9375], dtype=xp.float32)
    t = xp.asarray([1e4, 0.0, 1e4], dtype=xp.float32)
    got = fl.mean_squared_logarithmic_error(x, t, reduction="none")
    wide = math.log(10001 * 16) ** 2
    assert_close(got, [math.log(10001) ** 2] * 2 + [wide], rtol=5e-7)


def test_infinite_values_cost_infinitely_much(xp):
    x = xp.asarray([INF, 0.0, INF, NAN], dtype=xp.float64)
    t = xp.asarray([0.0, INF, INF, 0.0], dtype=xp.float64)
    got = fl.mean_squared_logarithmic_error(x, t, reduction="none")
    assert_close(got, [INF, INF, NAN, NAN])


@pytest.mark.parametrize("xp", ["numpy", "strict", "torch"], indirect=True)
def test_what_has_no_logarithm_is_not_clipped(xp):
    x = xp.asarray([0.0, -2.0], dtype=xp.float64)
    with pytest.raises(ValueError, match=re.escape("input must be > -1, got -2.0")):
        fl.mean_squared_logarithmic_error(x, 0.0)
    with pytest.raises(ValueError, match=re.escape("target must be > -1, got -2.0")):
        fl.mean_squared_logarithmic_error(0 * x, x)


@pytest.mark.parametrize("xp", ["jax"], indirect=True)
def test_two_values_without_logarithm_are_nan_though_their_ratio_has_one(xp):
    x = xp.asarray([-3.0, -1.0, -1.0, 0.0])
    t = xp.asarray([-2.0, -1.0, 0.0, -1.0])
    got = fl.mean_squared_logarithmic_error(x, t, reduction="none")
    assert_close(got, [NAN] * 4)


def test_derivative(derivative):
    def loss(x):
        t = fl.array_namespace(x).asarray([0.0, E**2 - 1, 1.0], dtype=x.dtype)
        return fl.mean_squared_logarithmic_error(x, t, reduction="sum")

    def of_target(t):
        x = fl.array_namespace(t).asarray([0.0, E**2 - 1, 1.0], dtype=t.dtype)
        return fl.mean_squared_logarithmic_error(x, t, reduction="sum")

    # 2 * log((1 + x) / (1 + t)) / (1 + x), and 0 at an exact fit.
    assert_close(derivative(loss, [E - 1, 0.0, 1.0]), [2 / E, -4, 0])
    assert_close(derivative(of_target, [E - 1, 0.0, 1.0]), [2 / E, -4, 0])


def test_curvature_at_an_exact_fit(curvature):
    def loss(x):
        return fl.mean_squared_logarithmic_error(x, 1.0, reduction="sum")

    # 2 * (1 - log((1 + x) / 2)) / (1 + x)**2
    assert_close(curvature(loss, [1.0, 2 * E - 1]), [0.5, 0])
