"""The Huber loss, worked by hand."""

import math

import numpy as np

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan


def test_values(any_xp):
    e = any_xp.asarray([-3.0, -0.5, 0.0, 2.0, 4.0, INF, NAN], dtype=any_xp.float64)
    # Up to 2: e**2 / 2. Beyond: 2 * (abs(e) - 1).
    expected = [2 * (3 - 1), 0.5**2 / 2, 0, 2**2 / 2, 2 * (4 - 1), INF, NAN]
    assert_close(fl.huber_loss(e, 0.0, delta=2.0, reduction="none"), expected)
    got = fl.huber_loss(e[:5], 0.0, delta=2.0, reduction="sum")
    assert_close(got, 4 + 0.125 + 0 + 2 + 6)
    assert_close(fl.huber_loss(e[:5], 0.0, delta=2.0), 12.125 / 5)


def test_by_default_it_turns_linear_at_one(xp):
    e = xp.asarray([0.5, 3.0], dtype=xp.float64)
    got = fl.huber_loss(e, 0.0, reduction="none")
    assert_close(got, [0.5**2 / 2, 3 - 1 / 2])


def test_gradient_is_the_error_up_to_delta_and_at_the_corners(derivative):
    def of_input(x):
        return fl.huber_loss(x, 0.0, delta=2.0, reduction="sum")

    def of_target(t):
        return fl.huber_loss(0 * t, t, delta=2.0, reduction="sum")

    point = [-3.0, -2.0, -0.5, 0.0, 2.0, 4.0]
    assert_close(derivative(of_input, point), [-2, -2, -0.5, 0, 2, 2])
    assert_close(derivative(of_target, point), [-2, -2, -0.5, 0, 2, 2])


def test_gradient_at_infinity_is_delta(derivative):
    def loss(x):
        return fl.huber_loss(x, 0.0, delta=2.0, reduction="sum")

    assert_close(derivative(loss, [-INF, INF]), [-2, 2])


def test_gradient_in_delta_is_what_the_error_exceeds_it_by(derivative):
    def loss(delta):
        x = fl.array_namespace(delta).asarray([-3.0, 1.0, 4.0], dtype=delta.dtype)
        return fl.huber_loss(x, 0.0, delta=delta, reduction="sum")

    # d/ddelta of delta * (abs(e) - delta / 2) is abs(e) - delta.
    assert_close(derivative(loss, np.asarray(2.0)), (3 - 2) + 0 + (4 - 2))


def test_second_derivative_is_zero_on_the_corners(curvature):
    def loss(x):
        return fl.huber_loss(x, 0.0, delta=2.0, reduction="sum")

    assert_close(curvature(loss, [-2.0, -1.0, 0.0, 2.0, 3.0]), [0, 1, 1, 0, 0])


def test_weighted_mean_divides_by_the_number_of_elements(xp):
    e = xp.asarray([1.0, 2.0, 3.0], dtype=xp.float64)
    got = fl.huber_loss(e, 0.0, weight=e)
    # abs(e) - 1/2, times a weight of e.
    assert_close(got, (1 * 0.5 + 2 * 1.5 + 3 * 2.5) / 3)


def test_masked_elements_do_not_count(xp):
    e = xp.asarray([2.0, NAN], dtype=xp.float64)
    where = xp.asarray([True, False])
    assert_close(fl.huber_loss(e, 0.0, where=where), 1.5)
    assert_close(fl.huber_loss(e, 0.0, where=where, reduction="none"), [1.5, 0])
