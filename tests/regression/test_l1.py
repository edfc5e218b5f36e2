"""Absolute error, worked by hand."""

import math

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan


def test_values(any_xp):
    x = any_xp.asarray([1.0, -2.0, 0.5, INF, NAN], dtype=any_xp.float64)
    t = any_xp.asarray([3.0, -2.0, 0.0, 1.0, 0.0], dtype=any_xp.float64)
    assert_close(fl.l1_loss(x, t, reduction="none"), [2, 0, 0.5, INF, NAN])
    assert_close(fl.l1_loss(x[:3], t[:3]), 2.5 / 3)
    assert_close(fl.l1_loss(x[:3], t[:3], reduction="sum"), 2.5)


def test_weighted_mean_divides_by_the_sum_of_weights(xp):
    x = xp.asarray([1.0, 2.0, 4.0], dtype=xp.float64)
    got = fl.l1_loss(x, xp.zeros_like(x), weight=x)
    assert_close(got, (1 * 1 + 2 * 2 + 4 * 4) / 7)
    got = fl.l1_loss(x, xp.zeros_like(x), weight=x, where=x < 4)
    assert_close(got, (1 * 1 + 2 * 2) / 3)
    got = fl.l1_loss(x, xp.zeros_like(x), weight=x, reduction="none")
    assert_close(got, [1, 4, 16])


def test_mean_with_mask_divides_by_what_is_kept(xp):
    x = xp.asarray([[1.0, NAN], [4.0, 8.0]], dtype=xp.float64)
    where = xp.asarray([[True, False], [True, False]])
    assert_close(fl.l1_loss(x, 0.0, where=where), 2.5)
    assert_close(fl.l1_loss(x, 0.0, where=xp.asarray([True, False])), 2.5)


def test_target_may_be_a_number_or_integers(xp):
    x = xp.asarray([1.0, 2.0], dtype=xp.float64)
    assert_close(fl.l1_loss(x, 3), 1.5)
    assert_close(fl.l1_loss(x, xp.asarray(3)), 1.5)
    assert_close(fl.l1_loss(x, xp.asarray([3, 2])), 1)


def test_unsigned_integers_do_not_wrap_around(xp):
    x = xp.zeros(1, dtype=xp.float32)
    assert_close(fl.l1_loss(x, xp.asarray([200], dtype=xp.uint8)), 200)


def test_derivative_is_the_sign_and_zero_at_an_exact_fit_and_at_nan(derivative):
    def loss(x):
        return fl.l1_loss(x, 1.0, reduction="sum")

    point = [1.0, 3.0, -3.0, INF, -INF, NAN]
    assert_close(derivative(loss, point), [0, 1, -1, 1, -1, 0])


def test_derivative_in_the_target_and_in_the_weight(derivative):
    def of_target(t):
        return fl.l1_loss(0 * t, t)

    def of_weight(w):
        loss = fl.array_namespace(w).asarray([1.0, 4.0], dtype=w.dtype)
        return fl.l1_loss(loss, 0.0, weight=w)

    assert_close(derivative(of_target, [2.0, -1.0]), [0.5, -0.5])
    # The mean is (1 + 4) / 2 = 2.5; its derivative is (loss - mean) / 2.
    assert_close(derivative(of_weight, [1.0, 1.0]), [-0.75, 0.75])


def test_curvature_is_zero(curvature):
    assert_close(curvature(lambda x: fl.l1_loss(x, 1.0), [1.0, 3.0]), [0, 0])
