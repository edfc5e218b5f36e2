"""Poisson negative log-likelihood, worked by hand."""

import math

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
LOG2 = math.log(2)


def loss_of(xp, input, target, **options):
    x, t = (xp.asarray(x, dtype=xp.float64) for x in (input, target))
    return fl.poisson_nll_loss(x, t, **{"reduction": "none"} | options)


def test_values_of_logarithms(any_xp):
    # exp(x) - t * x
    got = loss_of(any_xp, [0.0, LOG2, -LOG2, NAN], [0.0, 3.0, 4.0, 1.0])
    assert_close(got, [1, 2 - 3 * LOG2, 1 / 2 + 4 * LOG2, NAN])
    got = loss_of(any_xp, [0.0, LOG2], [0.0, 3.0], reduction="mean")
    assert_close(got, (1 + 2 - 3 * LOG2) / 2)


def test_values_of_rates(any_xp):
    # x - t * log(x + eps)
    got = loss_of(any_xp, [4.0, 1.0], [2.0, 5.0], log_input=False, eps=0.0)
    assert_close(got, [4 - 2 * 2 * LOG2, 1])
    got = loss_of(any_xp, [1.5], [2.0], log_input=False, eps=0.5)
    assert_close(got, [1.5 - 2 * LOG2])


def test_full_adds_the_approximate_logarithm_of_a_factorial_above_one(xp):
    got = loss_of(xp, [0.0, 0.0, 0.0], [0.0, 1.0, 2.0], full=True)
    stirling = 2 * LOG2 - 2 + math.log(2 * math.pi * 2) / 2
    assert_close(got, [1, 1, 1 + stirling])


def test_no_count_at_no_rate_costs_nothing(xp):
    assert_close(loss_of(xp, [-INF], [0.0]), [0])
    assert_close(loss_of(xp, [0.0], [0.0], log_input=False, eps=0.0), [0])
    assert_close(loss_of(xp, [0.0], [1.0], log_input=False, eps=0.0), [INF])


def test_gradient_of_logarithms_is_the_rate_minus_the_count(derivative):
    def loss(x):
        t = fl.array_namespace(x).asarray([0.0, 3.0, 0.0], dtype=x.dtype)
        return fl.poisson_nll_loss(x, t, reduction="sum")

    assert_close(derivative(loss, [0.0, LOG2, -INF]), [1 - 0, 2 - 3, 0])


def test_gradient_of_rates(derivative):
    def loss(x):
        return fl.poisson_nll_loss(x, 2.0, log_input=False, eps=0.5, reduction="sum")

    # 1 - t / (x + eps)
    assert_close(derivative(loss, [0.5, 3.5]), [1 - 2 / 1, 1 - 2 / 4])


def test_gradient_in_the_target_has_no_factorial_up_to_one(derivative):
    def loss(t):
        return fl.poisson_nll_loss(0 * t + 3, t, full=True, reduction="sum")

    # -x, and above 1 the derivative of t * log(t) - t + log(2 * pi * t) / 2.
    expected = [-3, -3, -3 + LOG2 + 1 / (2 * 2)]
    assert_close(derivative(loss, [0.0, 1.0, 2.0]), expected)


def test_masked_elements_do_not_count(xp):
    where = xp.asarray([True, False])
    got = loss_of(xp, [0.0, NAN], [2.0, 1.0], where=where, reduction="mean")
    assert_close(got, 1)
