"""The absolute percentage error, worked by hand."""

import math

import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan


def inputs(xp):
    x = xp.asarray([9.0, 30.0, -5.0, 0.0, 2.0], dtype=xp.float64)
    return x, xp.asarray([10.0, 20.0, -4.0, -8.0, 2.0], dtype=xp.float64)


def test_values(any_xp):
    x, t = inputs(any_xp)
    loss = fl.mean_absolute_percentage_error
    assert_close(loss(x, t, reduction="none"), [10, 50, 25, 100, 0])
    assert_close(loss(x, t), 37)
    assert_close(loss(x, t, reduction="sum"), 185)


@pytest.mark.parametrize(
    ("eps", "losses"), [(0.5, [50, 200, 100]), (2.0, [12.5, 50, 50])]
)
def test_no_target_counts_for_less_than_eps(xp, eps, losses):
    x = xp.asarray([0.5, -1.0, 2.0], dtype=xp.float64)
    t = xp.asarray([0.25, 0.0, 1.0], dtype=xp.float64)
    got = fl.mean_absolute_percentage_error(x, t, eps=eps, reduction="none")
    assert_close(got, losses)


def test_a_target_of_zero_costs_what_the_default_eps_says(xp):
    x = xp.asarray([1.0, 0.0, INF, NAN], dtype=xp.float64)
    got = fl.mean_absolute_percentage_error(x, 0.0, reduction="none")
    assert_close(got, [1e9, 0, INF, NAN])


def test_weighted_by_the_targets_it_is_the_share_of_their_sum(xp):
    x, t = inputs(xp)
    got = fl.mean_absolute_percentage_error(x, t, weight=abs(t))
    assert_close(got, 100 * (1 + 10 + 1 + 8 + 0) / (10 + 20 + 4 + 8 + 2))


def test_half_precision_does_not_overflow_on_the_way(xp):
    if not hasattr(xp, "float16"):
        pytest.skip("not in the standard")
    x = xp.asarray([6e4, 600.0], dtype=xp.float16)
    t = xp.asarray([-6e4, 1.0], dtype=xp.float16)
    got = fl.mean_absolute_percentage_error(x, t, reduction="none")
    assert_close(got, [200, 59904])  # 59900, rounded to float16


def test_derivative_in_the_input_is_100_over_the_target(derivative):
    def loss(x):
        t = inputs(fl.array_namespace(x))[1]
        return fl.mean_absolute_percentage_error(x, t, reduction="sum")

    assert_close(derivative(loss, [9.0, 30.0, -5.0, NAN, 2.0]), [-10, 5, -25, 0, 0])


def test_derivative_in_the_target(derivative):
    def loss(t):
        x = inputs(fl.array_namespace(t))[0]
        return fl.mean_absolute_percentage_error(x, t, reduction="sum", eps=1.0)

    # 100 * (1 - 9 / t), 100 * (30 / t - 1), 100 * (-5 / t - 1), 100, and an exact fit.
    assert_close(
        derivative(loss, [10.0, 20.0, -4.0, -8.0, 2.0]), [9, -7.5, 31.25, 0, 0]
    )
    # 100 * (9 - t) below eps; at eps itself the target divides.
    assert_close(
        derivative(loss, [0.5, 1.0, -0.5, 0.5, 2.0]), [-100, -3000, 100, 100, 0]
    )


def test_derivative_in_eps_is_zero_where_the_target_divides(derivative):
    def loss(eps):
        space = fl.array_namespace(eps)
        x = space.asarray([0.5, 2.0], dtype=eps.dtype)
        t = space.asarray([0.25, 1.0], dtype=eps.dtype)
        return fl.mean_absolute_percentage_error(x, t, eps=eps, reduction="sum")

    # 100 * 0.25 / eps + 100
    assert_close(derivative(loss, 0.5), -100)
