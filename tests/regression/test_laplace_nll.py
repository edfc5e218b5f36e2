"""Laplace negative log-likelihood, worked by hand."""

import math

import funloss as fl
from tests.assertions import assert_close

LOG2 = math.log(2)


def losses(xp, scale, **options):
    x = xp.zeros(2, dtype=xp.float64)
    scale = xp.asarray(scale, dtype=xp.float64)
    return fl.laplace_nll_loss(x, x + 2, scale, **{"reduction": "none"} | options)


def test_values(any_xp):
    # An error of 2 has loss 2 / b + log(b).
    assert_close(losses(any_xp, [1.0, 4.0]), [2, 0.5 + 2 * LOG2])
    assert_close(losses(any_xp, [1.0, 4.0], full=True), [2 + LOG2, 0.5 + 3 * LOG2])


def test_one_scale_for_all(xp):
    assert_close(losses(xp, 2.0, reduction="mean"), 1 + LOG2)


def test_a_scale_below_eps_is_raised_to_it(xp):
    assert_close(losses(xp, [0.0, 0.125], eps=0.25), [8 - 2 * LOG2] * 2)


def test_gradient_is_zero_at_an_exact_fit(derivative):
    def of_input(x):
        scale = fl.array_namespace(x).asarray([4.0, 4.0, 0.5], dtype=x.dtype)
        return fl.laplace_nll_loss(x, 1.0, scale, reduction="sum")

    assert_close(derivative(of_input, [0.0, 1.0, 3.0]), [-1 / 4, 0, 2])


def test_gradient_in_the_scale_is_that_at_eps_below_it(derivative):
    def of_scale(scale):
        return fl.laplace_nll_loss(0 * scale, 2.0, scale, eps=0.25, reduction="sum")

    # 1 / b - 2 / b**2, which is 0 where the scale is the error
    expected = [0, 1 - 2, 4 - 32, 4 - 32]
    assert_close(derivative(of_scale, [2.0, 1.0, 0.25, 0.125]), expected)


def test_weighted_mean_divides_by_the_sum_of_weights(xp):
    weight = xp.asarray([1.0, 3.0], dtype=xp.float64)
    got = losses(xp, [1.0, 2.0], weight=weight, reduction="mean")
    assert_close(got, (2 + 3 * (1 + LOG2)) / 4)
