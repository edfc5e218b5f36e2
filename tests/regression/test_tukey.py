"""Tukey's biweight loss, worked by hand."""

import math

import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
# Of scale 2: 4/6 * (1 - (1 - e**2/4)**3), which is 2/3 from 2 on.
ERRORS = [0.0, 1.0, -1.0, 2.0, -3.0, INF, NAN]
LOSSES = [0, 37 / 96, 37 / 96, 2 / 3, 2 / 3, 2 / 3, NAN]
# e * (1 - e**2/4)**2
GRADIENTS = [0, 9 / 16, -9 / 16, 0, 0]
# (1 - u) * (1 - 5 * u) with u = e**2/4
CURVATURES = [1, -3 / 16, -3 / 16, 0, 0]


def loss(x, **options):
    return fl.tukey_loss(x, 0.0, **{"scale": 2.0, "reduction": "sum"} | options)


def test_values(any_xp):
    x = any_xp.asarray(ERRORS, dtype=any_xp.float64)
    assert_close(loss(x, reduction="none"), LOSSES)
    assert_close(loss(x[:4], reduction="mean"), (37 / 48 + 2 / 3) / 4)


def test_gradient_vanishes_from_the_scale_on(derivative):
    assert_close(derivative(loss, ERRORS[:5]), GRADIENTS)


def test_curvature_has_no_jump_at_the_scale(curvature):
    assert_close(curvature(loss, ERRORS[:5]), CURVATURES)


def test_derivative_in_the_scale(derivative):
    # scale * u**2 * (1 - 2/3 * u): u is 1/4 inside, 1 outside.
    def of_scale(scale):
        x = fl.array_namespace(scale).asarray([1.0, 5.0], dtype=scale.dtype)
        return fl.tukey_loss(x, 0.0, scale=scale, reduction="sum")

    assert_close(derivative(of_scale, 2.0), 2 / 16 * 5 / 6 + 2 / 3)


def test_a_small_error_keeps_its_digits(xp):
    x = xp.asarray([1e-4, 1e-18], dtype=xp.float32)
    exact = [0.5 * float(e) ** 2 for e in x]
    assert_close(fl.tukey_loss(x, 0.0, reduction="none"), exact, rtol=2e-7)


def test_a_large_scale_is_half_the_squared_error(xp):
    x = xp.asarray([3.0, -4.0], dtype=xp.float64)
    assert_close(fl.tukey_loss(x, 0.0, scale=1e9), (9 + 16) / 4)


@pytest.mark.parametrize("scale", [0.0, -1.0, NAN])
def test_scale_must_be_positive(xp, scale):
    with pytest.raises(ValueError, match="scale must be > 0"):
        fl.tukey_loss(xp.asarray([1.0]), 0.0, scale=scale)
