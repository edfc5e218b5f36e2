"""Kullback-Leibler divergence, worked by hand."""

import math
import re

import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
LOG2, LOG4 = math.log(2), math.log(4)


def log_halves(xp):
    """Make two predicted distributions: even ones."""
    return xp.asarray([[-LOG2, -LOG2], [-LOG2, -LOG2]], dtype=xp.float64)


def truth(xp):
    return xp.asarray([[1.0, 0.0], [0.25, 0.75]], dtype=xp.float64)


SECOND = [0.25 * (LOG2 - LOG4), 0.75 * (math.log(3) - LOG4 + LOG2)]


def test_values(any_xp):
    x, t = log_halves(any_xp), truth(any_xp)
    assert_close(fl.kl_div(x, t, reduction="none"), [[LOG2, 0], SECOND])
    assert_close(fl.kl_div(x, t, reduction="sum"), LOG2 + sum(SECOND))
    assert_close(fl.kl_div(x, t), (LOG2 + sum(SECOND)) / 4)
    assert_close(fl.kl_div(x, t, reduction="batchmean"), (LOG2 + sum(SECOND)) / 2)


def test_log_targets(any_xp):
    x = log_halves(any_xp)
    t = any_xp.asarray([[0.0, -INF], [-LOG4, -LOG2]], dtype=any_xp.float64)
    got = fl.kl_div(x, t, log_target=True, reduction="none")
    assert_close(got, [[LOG2, 0], [0.25 * (LOG2 - LOG4), 0]])


def test_extremes(xp):
    x = xp.asarray([-INF, INF, -INF, 0.0, 0.0, NAN], dtype=xp.float64)
    t = xp.asarray([0.0, 0.0, 0.5, -0.5, 1.0, 0.5], dtype=xp.float64)
    got = fl.kl_div(x, t, reduction="none")
    assert_close(got, [0, 0, INF, NAN, 0, NAN])
    t = xp.asarray([-INF, -INF, 0.0, 0.0], dtype=xp.float64)
    got = fl.kl_div(x[:4], t, log_target=True, reduction="none")
    assert_close(got, [0, 0, INF, 0])


def test_batchmean_divides_by_the_first_axis_of_the_input(xp):
    x = xp.asarray([[-1.0, -1.0]], dtype=xp.float64)
    t = xp.ones((3, 2), dtype=xp.float64)
    assert_close(fl.kl_div(x, t, reduction="batchmean"), 6)
    assert_close(fl.kl_div(x[0, :], t, reduction="batchmean"), 3)
    assert_close(fl.kl_div(x[0, 0], t[0, 0], reduction="batchmean"), 1)


def test_rows_all_masked_do_not_count_in_batchmean(xp):
    x = xp.asarray([[-1.0, -2.0], [NAN, NAN], [-4.0, NAN]], dtype=xp.float64)
    t = xp.ones((3, 2), dtype=xp.float64)
    where = xp.asarray([[True, True], [False, False], [True, False]])
    assert_close(fl.kl_div(x, t, where=where), 7 / 3)
    assert_close(fl.kl_div(x, t, where=where, reduction="batchmean"), 3.5)


def test_rows_along_an_axis(any_xp):
    x, t = log_halves(any_xp), truth(any_xp)
    got = fl.kl_div(x, t, axis=-1, reduction="none")
    assert_close(got, [LOG2, sum(SECOND)])
    got = fl.kl_div(x, t, axis=0, reduction="none")
    assert_close(got, [LOG2 + SECOND[0], SECOND[1]])
    assert_close(fl.kl_div(x, t, axis=1), (LOG2 + sum(SECOND)) / 2)
    got = fl.kl_div(x, t, axis=1, reduction="batchmean")
    assert_close(got, (LOG2 + sum(SECOND)) / 2)


def test_rows_all_masked_do_not_count_in_the_mean_over_rows(xp):
    x = xp.asarray([[-1.0, -2.0], [NAN, NAN], [-4.0, NAN]], dtype=xp.float64)
    t = xp.ones((3, 2), dtype=xp.float64)
    where = xp.asarray([[True, True], [False, False], [True, False]])
    got = fl.kl_div(x, t, axis=1, where=where, reduction="none")
    assert_close(got, [3, 0, 4])
    for reduction in ("mean", "batchmean"):
        assert_close(fl.kl_div(x, t, axis=1, where=where, reduction=reduction), 3.5)
    column = xp.asarray([[True], [False], [False]])
    assert_close(fl.kl_div(x, t, axis=1, where=column), 3)


def test_probabilities_are_not_clipped(xp):
    x = xp.asarray([1e-9, 1 - 1e-9], dtype=xp.float64)
    t = xp.asarray([0.5, 0.5], dtype=xp.float64)
    got = fl.kl_div(xp.log(x), t, axis=0)
    assert_close(got, -LOG2 + 4.5 * math.log(10) + 0.5e-9)


def test_a_row_with_an_impossible_class_is_finite_in_value_and_derivatives(derivative):
    def loss(x):
        t = fl.array_namespace(x).asarray([[1.0, 0.0], [0.5, 0.5]], dtype=x.dtype)
        return fl.kl_div(x, t, axis=-1, reduction="none")

    got = derivative(loss, [[0.0, -INF], [-LOG2, -LOG2]])
    assert_close(got, [[-1, 0], [-0.5, -0.5]])


def test_batchmean_of_nothing_is_nan(xp):
    x = xp.zeros((0, 3), dtype=xp.float64)
    assert_close(fl.kl_div(x, x, reduction="batchmean"), NAN)
    x = xp.zeros((3, 0), dtype=xp.float64)
    assert_close(fl.kl_div(x, x, reduction="batchmean"), 0)


@pytest.mark.parametrize("log_target", [False, True])
def test_derivative_in_the_input_is_minus_the_probability(derivative, log_target):
    def loss(x):
        space = fl.array_namespace(x)
        t = space.asarray([0.25, 1.0, 0.0, 0.0], dtype=x.dtype)
        if log_target:
            with space.quiet():
                t = space.log(t)
        return fl.kl_div(x, t, log_target=log_target, reduction="sum")

    assert_close(derivative(loss, [-1.0, -INF, -2.0, -INF]), [-0.25, -1, 0, 0])


def test_derivative_in_the_target_is_finite_at_zero(derivative):
    def loss(t):
        x = fl.array_namespace(t).asarray([-1.0, -2.0, -INF], dtype=t.dtype)
        return fl.kl_div(x, t, reduction="sum")

    # log(t) + 1 - x for a positive t; 1 - x at 0; 0 at 0 of the impossible.
    assert_close(derivative(loss, [0.5, 0.0, 0.0]), [2 - LOG2, 3, 0])


def test_derivative_in_the_log_target_is_finite_at_minus_infinity(derivative):
    def loss(t):
        x = fl.array_namespace(t).asarray([-1.0, -2.0, -INF], dtype=t.dtype)
        return fl.kl_div(x, t, log_target=True, reduction="sum")

    got = derivative(loss, [-LOG2, -INF, -INF])
    assert_close(got, [0.5 * (-LOG2 + 1 + 1), 0, 0])


def test_an_unknown_reduction_is_named(xp):
    x = xp.zeros(2, dtype=xp.float64)
    message = "reduction must be 'none', 'mean', 'sum' or 'batchmean', got 'avg'"
    with pytest.raises(ValueError, match=re.escape(message)):
        fl.kl_div(x, x, reduction="avg")
