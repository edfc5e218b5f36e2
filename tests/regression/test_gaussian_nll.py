"""Gaussian negative log-likelihood, worked by hand."""

import math

import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

LOG2 = math.log(2)


def losses(xp, shape, var, **options):
    x = xp.zeros(shape, dtype=xp.float64)
    var = xp.asarray(var, dtype=xp.float64)
    return fl.gaussian_nll_loss(x, x + 2, var, reduction="none", **options)


def test_values(any_xp):
    # An error of 2 costs 2 / v + log(v) / 2.
    assert_close(losses(any_xp, (2,), [1.0, 4.0]), [2, 0.5 + LOG2])


@pytest.mark.parametrize("shape", [(2,), (1, 2), (1, 1, 2)])
def test_a_variance_of_each_channel(xp, shape):
    expected = np.broadcast_to([2, 0.5 + LOG2], (2, 3, 2))
    var = np.reshape([1.0, 4.0], shape).tolist()
    assert_close(losses(xp, (2, 3, 2), var), expected)


def test_a_variance_of_each_channel_of_images(xp):
    expected = np.reshape([2, 0.5 + LOG2], (1, 2, 1, 1))
    for var in ([[[1.0]], [[4.0]]], [[[[1.0]], [[4.0]]]]):
        got = losses(xp, (3, 2, 2, 2), var)
        assert_close(got, np.broadcast_to(expected, got.shape))


@pytest.mark.parametrize("var", [4.0, [4.0], [[4.0]]])
def test_one_variance_for_all(xp, var):
    assert_close(losses(xp, (3, 2), var), np.full((3, 2), 0.5 + LOG2))


def test_what_has_all_axes_but_the_last_is_a_variance_of_each_row(xp):
    assert_close(losses(xp, (2, 2), [1.0, 4.0]), [[2, 2], [0.5 + LOG2] * 2])


def test_a_variance_that_fits_neither_way_is_named(xp):
    message = r"^var must broadcast to the shape of input \(3, 2\), .* got \(4,\)"
    with pytest.raises(ValueError, match=message):
        losses(xp, (3, 2), [1.0] * 4)
    with pytest.raises(ValueError, match=r"^var must broadcast to the shape of"):
        losses(xp, (2,), [[1.0, 1.0]])


def test_masked_variances_of_channels_may_be_negative(xp):
    where = xp.asarray([[True, False]])
    got = losses(xp, (3, 2), [1.0, -4.0], where=where)
    assert_close(got, [[2, 0]] * 3)


def test_a_mean_and_a_sum_and_the_constant(xp):
    x = xp.zeros(2, dtype=xp.float64)
    var = xp.asarray([1.0, 4.0], dtype=xp.float64)
    assert_close(fl.gaussian_nll_loss(x, x + 2, var), (2 + 0.5 + LOG2) / 2)
    got = fl.gaussian_nll_loss(x, x + 2, var, full=True, reduction="sum")
    assert_close(got, 2 + 0.5 + LOG2 + 2 * math.log(2 * math.pi) / 2)


def test_a_variance_below_eps_is_raised_to_it(xp):
    # 2**2 / 0.25 / 2 + log(0.25) / 2
    assert_close(losses(xp, (2,), [0.0, 0.125], eps=0.25), [8 - LOG2] * 2)


def test_gradient_in_the_mean_and_in_the_value_seen(derivative):
    def of_mean(x):
        var = fl.array_namespace(x).asarray([1.0, 4.0], dtype=x.dtype)
        return fl.gaussian_nll_loss(x, 2.0, var, reduction="sum")

    def of_target(t):
        var = fl.array_namespace(t).asarray([1.0, 4.0], dtype=t.dtype)
        return fl.gaussian_nll_loss(0 * t, t, var, reduction="sum")

    assert_close(derivative(of_mean, [0.0, 0.0]), [-2 / 1, -2 / 4])
    assert_close(derivative(of_target, [2.0, 2.0]), [2 / 1, 2 / 4])


def test_gradient_in_the_variance_is_that_at_eps_below_it(derivative):
    def loss(var):
        return fl.gaussian_nll_loss(0 * var, 2.0, var, eps=0.25, reduction="sum")

    # (1 / v - (2 / v)**2) / 2
    expected = [(1 - 4) / 2, (1 / 4 - 4 / 16) / 2, (4 - 64) / 2, (4 - 64) / 2]
    assert_close(derivative(loss, [1.0, 4.0, 0.25, 0.125]), expected)
