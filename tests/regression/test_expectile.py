"""The expectile loss, worked by hand."""

import math

import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan


@pytest.mark.parametrize(("expectile", "low", "high"), [(0.75, 3, 1), (0.25, 1, 3)])
def test_values(any_xp, expectile, low, high):
    x = any_xp.asarray([-2.0, 2.0, 0.0, INF, -INF, NAN], dtype=any_xp.float64)

    def loss(x, **options):
        return fl.expectile_loss(x, 0.0, expectile=expectile, **options)

    assert_close(loss(x, reduction="none"), [low, high, 0, INF, INF, NAN])
    assert_close(loss(x[:3]), 4 / 3)
    assert_close(loss(x[:3], reduction="sum"), 4)


def test_by_default_it_is_half_the_squared_error(xp):
    x = xp.asarray([-2.0, 3.0], dtype=xp.float64)
    assert_close(fl.expectile_loss(x, 0.0, reduction="none"), [2, 4.5])


def test_a_constant_of_three_to_one_is_the_expectile(derivative):
    # Below 3 lie errors of 1, above errors of 3: 3 * 1/4 * 3 = 1 * 3/4 * 3.
    def loss(x):
        t = fl.array_namespace(x).asarray([2.0, 2.0, 2.0, 6.0], dtype=x.dtype)
        return fl.expectile_loss(x + 0 * t, t, expectile=0.5, reduction="sum")

    assert_close(derivative(loss, 3.0), 0)

    def sixth(x):
        t = fl.array_namespace(x).asarray([2.0, 6.0], dtype=x.dtype)
        return fl.expectile_loss(x + 0 * t, t, expectile=0.75, reduction="sum")

    assert_close(derivative(sixth, 5.0), 0)


def test_derivative_is_zero_at_an_exact_fit(derivative):
    def loss(x):
        return fl.expectile_loss(x, 0.0, expectile=0.75, reduction="sum")

    def of_target(t):
        return fl.expectile_loss(0 * t, t, expectile=0.75, reduction="sum")

    point = [-2.0, 2.0, 0.0]
    assert_close(derivative(loss, point), [-3, 1, 0])
    assert_close(derivative(of_target, point), [-1, 3, 0])


def test_derivative_in_the_expectile_is_the_signed_square(derivative):
    def loss(expectile):
        x = fl.array_namespace(expectile).asarray([-3.0, 2.0], dtype=expectile.dtype)
        return fl.expectile_loss(x, 0.0, expectile=expectile, reduction="sum")

    assert_close(derivative(loss, 0.25), 9 - 4)


def test_curvature_belongs_to_the_low_side_at_an_exact_fit(curvature):
    def loss(x):
        return fl.expectile_loss(x, 0.0, expectile=0.75, reduction="sum")

    assert_close(curvature(loss, [-1.0, 1.0, 0.0]), [1.5, 0.5, 1.5])


def test_weighted_mean_divides_by_the_sum_of_weights(xp):
    x = xp.asarray([-2.0, 2.0], dtype=xp.float64)
    weight = xp.asarray([1.0, 3.0], dtype=xp.float64)
    got = fl.expectile_loss(x, 0.0, expectile=0.75, weight=weight)
    assert_close(got, (3 + 3 * 1) / 4)


def test_half_precision_does_not_overflow_on_the_way(xp):
    if not hasattr(xp, "float16"):
        pytest.skip("not in the standard")
    x = xp.asarray([300.0], dtype=xp.float16)
    assert_close(fl.expectile_loss(x, 0.0), 44992)  # 45000, rounded to float16
