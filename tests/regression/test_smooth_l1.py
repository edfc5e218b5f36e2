"""The smooth L1 loss, worked by hand."""

import math

import numpy as np

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan


def test_values(any_xp):
    e = any_xp.asarray([-3.0, -0.5, 0.0, 2.0, 4.0, INF, NAN], dtype=any_xp.float64)
    # Up to 2: e**2 / (2 * 2). Beyond: abs(e) - 2 / 2.
    expected = [3 - 1, 0.5**2 / 4, 0, 2**2 / 4, 4 - 1, INF, NAN]
    assert_close(fl.smooth_l1_loss(e, 0.0, beta=2.0, reduction="none"), expected)
    got = fl.smooth_l1_loss(e[:5], 0.0, beta=2.0, reduction="sum")
    assert_close(got, 2 + 0.0625 + 0 + 1 + 3)
    assert_close(fl.smooth_l1_loss(e[:5], 0.0, beta=2.0), 6.0625 / 5)


def test_by_default_it_turns_linear_at_one(xp):
    e = xp.asarray([0.5, 3.0], dtype=xp.float64)
    got = fl.smooth_l1_loss(e, 0.0, reduction="none")
    assert_close(got, [0.5**2 / 2, 3 - 1 / 2])


def test_a_beta_of_zero_is_the_absolute_error(xp):
    e = xp.asarray([-3.0, 0.0, 0.25], dtype=xp.float64)
    got = fl.smooth_l1_loss(e, 0.0, beta=0.0, reduction="none")
    assert_close(got, [3, 0, 0.25])


def test_gradient_is_one_beyond_beta_and_at_the_corners(derivative):
    def of_input(x):
        return fl.smooth_l1_loss(x, 0.0, beta=2.0, reduction="sum")

    def of_target(t):
        return fl.smooth_l1_loss(0 * t, t, beta=2.0, reduction="sum")

    point = [-3.0, -2.0, -0.5, 0.0, 2.0, 4.0]
    expected = [-1, -1, -0.5 / 2, 0, 1, 1]
    assert_close(derivative(of_input, point), expected)
    assert_close(derivative(of_target, point), expected)


def test_gradient_of_the_absolute_error_is_zero_at_zero(derivative):
    def loss(x):
        return fl.smooth_l1_loss(x, 0.0, beta=0.0, reduction="sum")

    assert_close(derivative(loss, [-3.0, 0.0, 0.25]), [-1, 0, 1])


def test_gradient_in_beta(derivative):
    def loss(beta):
        x = fl.array_namespace(beta).asarray([-3.0, 1.0, 2.0], dtype=beta.dtype)
        return fl.smooth_l1_loss(x, 0.0, beta=beta, reduction="sum")

    # Below beta d/dbeta of e**2 / (2 * beta), else of abs(e) - beta / 2.
    assert_close(derivative(loss, np.asarray(2.0)), -1 / 2 - 1 / (2 * 2**2) - 1 / 2)


def test_masked_elements_do_not_count(xp):
    e = xp.asarray([2.0, NAN], dtype=xp.float64)
    where = xp.asarray([True, False])
    assert_close(fl.smooth_l1_loss(e, 0.0, where=where), 2 - 1 / 2)
    assert_close(fl.smooth_l1_loss(e, 0.0, where=where, reduction="none"), [1.5, 0])
