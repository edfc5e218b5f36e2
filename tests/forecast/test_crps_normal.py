"""The score of normal distributions, worked by hand and to fifty digits."""

import math

import jax
import mpmath
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
ROOT_PI = math.sqrt(math.pi)
# Errors in deviations: near 0, where the scale is the best one, and far out.
DEVIATIONS = [0.0, 1e-30, 1e-8, 1e-4, 0.01, 0.3, 0.8, 0.833, 1.0, 2.0, 5.0, 20.0, 1e4]
SCALES = [1e-20, 1e-3, 0.7, 1.0, 3.0, 1e10]


def loss(*arrays, **options):
    return fl.crps_normal_loss(*arrays, **{"reduction": "sum"} | options)


def test_values(any_xp):
    e, scale = (
        any_xp.asarray(x, dtype=any_xp.float64)
        for x in ([0.0, 1.0, -2.0, INF, NAN], [2.0, 1.0, 0.5, 1.0, 1.0])
    )
    # With P(abs(z) < 1) = 0.682689 and the density 0.241971 there.
    one = 0.6826894921370859 + 2 * 0.24197072451914337 - 1 / ROOT_PI
    four = 2 * 0.9999366575163338 + math.exp(-8) / math.sqrt(2 * math.pi)
    expected = [2 * (math.sqrt(2) - 1) / ROOT_PI, one, four - 0.5 / ROOT_PI, INF, NAN]
    assert_close(loss(e, 0.0, scale, reduction="none"), expected)
    zero = any_xp.zeros(5, dtype=any_xp.float64)
    assert_close(loss(zero, e, scale, reduction="none"), expected)
    assert_close(loss(e[:2], 0.0, scale[:2], reduction="mean"), sum(expected[:2]) / 2)


def test_gradients(derivative):
    def of_input(x):
        return loss(x, 0 * x, 0 * x + 1.0)

    def of_target(t):
        return loss(0 * t, t, 0 * t + 1.0)

    def of_scale(scale):
        return loss(0 * scale + 1.0, 0 * scale, scale)

    within = 0.6826894921370859
    assert_close(derivative(of_input, [0.0, 1.0, -1.0, 1e6]), [0, within, -within, 1])
    assert_close(derivative(of_target, [0.0, 1.0]), [0, within])
    # 0 where the scale is the best one: at the error over sqrt(log(2)).
    best = 1 / math.sqrt(math.log(2))
    density = 2 * 0.24197072451914337
    expected = [0, density - 1 / ROOT_PI, -1 / ROOT_PI]
    assert_close(derivative(of_scale, [best, 1.0, 1e-3]), expected, atol=1e-15)


def test_without_scale_it_is_the_absolute_error(derivative):
    def of_input(x):
        return loss(x, 0.0, 0.0)

    def of_scale(scale):
        x = fl.array_namespace(scale).asarray([0.0, 2.0, -3.0], dtype=scale.dtype)
        return loss(x, 0.0, scale)

    e = [0.0, 2.0, -3.0, 1e-30, INF]
    assert_close(loss(np.asarray(e), 0.0, 0.0, reduction="none"), np.abs(e))
    assert_close(derivative(of_input, e), [0, 1, -1, 1, 1])
    # From the right: the score of a mean that fits grows with the scale.
    expected = [(math.sqrt(2) - 1) / ROOT_PI, -1 / ROOT_PI, -1 / ROOT_PI]
    assert_close(derivative(of_scale, [0.0, 0.0, 0.0]), expected)


def test_second_derivatives_are_finite_at_any_scale(curvature):
    for scale in (0.0, 1e-300, 1e-30, 1e300):
        found = curvature(lambda x, s=scale: loss(x, 0.0, s), [1.0, -1e10, 1e300])
        assert_close(found, [0, 0, 0], atol=1e-280)
    # Twice the density.
    found = curvature(lambda x: loss(x, 0.0, 2.0), [0.0])
    assert_close(found, [2 / math.sqrt(2 * math.pi) / 2])


def test_weighted_mean_divides_by_the_sum_of_weights(xp):
    e = xp.asarray([-2.0, 1.0, NAN], dtype=xp.float64)
    weight = xp.asarray([1.0, 3.0, 5.0], dtype=xp.float64)
    where = xp.asarray([True, True, False])
    got = loss(e, 0.0, 0.0, weight=weight, where=where, reduction="mean")
    assert_close(got, (2 + 3) / 4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_exact_from_an_exact_fit_to_far_out(xp, dtype):
    z, scale = np.meshgrid(np.asarray(DEVIATIONS, dtype), np.asarray(SCALES, dtype))
    e = z * scale
    with mpmath.workdps(50):
        pairs = zip(e.flat, scale.flat, strict=True)
        exact = [score(float(e), float(s)) for e, s in pairs]
        values, d_inputs, d_scales = (
            np.reshape([float(x) for x in column], e.shape)
            for column in zip(*exact, strict=True)
        )
    eps = float(np.finfo(dtype).eps)
    got = loss(xp.asarray(e), 0.0, xp.asarray(scale), reduction="none")
    assert_close(got, values, rtol=4 * eps, atol=0)
    if xp.__name__ != "jax.numpy":
        return
    got = jax.grad(lambda e, s: loss(e, 0.0, s), (0, 1))(e, scale)
    assert_close(got[0], d_inputs, rtol=8 * eps, atol=0)
    # Where the derivative in the scale is 0, it is that of the rounded error: half an
    # ulp there moves it by z**2 * exp(-z**2 / 2), at most 0.6.
    assert_close(got[1], d_scales, rtol=8 * eps, atol=eps)


def score(e, scale):
    """Return value and derivatives to fifty digits."""
    z = mpmath.mpf(e) / mpmath.mpf(scale)
    d_input = mpmath.erf(z / mpmath.sqrt(2))
    d_scale = (mpmath.sqrt(2) * mpmath.exp(-(z**2) / 2) - 1) / mpmath.sqrt(mpmath.pi)
    return e * d_input + scale * d_scale, d_input, d_scale
