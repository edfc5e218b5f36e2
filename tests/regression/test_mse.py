"""Mean squared error, worked by hand."""

import math

import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan


def test_values(any_xp):
    x = any_xp.asarray([1.0, -2.0, 0.5, INF, NAN], dtype=any_xp.float64)
    t = any_xp.asarray([4.0, -2.0, 0.0, 1.0, 0.0], dtype=any_xp.float64)
    assert_close(fl.mse_loss(x, t, reduction="none"), [9, 0, 0.25, INF, NAN])
    assert_close(fl.mse_loss(x[:3], t[:3]), 9.25 / 3)
    assert_close(fl.mse_loss(x[:3], t[:3], reduction="sum"), 9.25)


def test_weighted_mean_divides_by_the_sum_of_weights(xp):
    x = xp.asarray([1.0, 2.0, 3.0], dtype=xp.float64)
    assert_close(fl.mse_loss(x, xp.zeros_like(x), weight=x), (1 + 8 + 27) / 6)
    got = fl.mse_loss(x, xp.zeros_like(x), weight=x, where=x > 1)
    assert_close(got, (8 + 27) / 5)


def test_masked_elements_do_not_count(xp):
    x = xp.asarray([2.0, INF], dtype=xp.float64)
    where = xp.asarray([True, False])
    assert_close(fl.mse_loss(x, 0.0, where=where), 4)
    assert_close(fl.mse_loss(x, 0.0, where=where, reduction="none"), [4, 0])


def test_target_may_be_a_number_or_integers(xp):
    x = xp.asarray([1.0, 2.0], dtype=xp.float64)
    assert_close(fl.mse_loss(x, 4), 6.5)
    assert_close(fl.mse_loss(x, xp.asarray(4)), 6.5)
    assert_close(fl.mse_loss(x, xp.asarray([4, 2])), 4.5)


@pytest.mark.parametrize("xp", ["numpy", "torch", "jax"], indirect=True)
def test_half_precision_squares_in_single(xp):
    x = xp.full((4,), 300.0, dtype=xp.float16)
    got = fl.mse_loss(x, 0.0, dtype="float32")
    assert got.dtype == xp.float32
    assert_close(got, 90_000)


def test_derivative_is_twice_the_error(derivative):
    def loss(x):
        return fl.mse_loss(x, 1.0, reduction="sum")

    assert_close(derivative(loss, [1.0, 3.0, -3.0]), [0, 4, -8])
    assert_close(derivative(loss, [INF]), [INF])
    assert_close(derivative(lambda t: fl.mse_loss(0 * t, t), [2.0, -1.0]), [2, -1])


def test_curvature_is_two_over_the_count(curvature):
    assert_close(curvature(lambda x: fl.mse_loss(x, 1.0), [1.0, 3.0]), [1, 1])
