"""The generalized Kullback-Leibler divergence, worked by hand."""

import math

import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close, to_numpy

INF, NAN, E = math.inf, math.nan, math.e
LOG2, LOG3 = math.log(2), math.log(3)


def masses(xp):
    x = xp.asarray([[LOG2, 0.0], [LOG3, 0.0]], dtype=xp.float64)
    return x, xp.asarray([[1.0, E], [0.0, 1.0]], dtype=xp.float64)


# 1 * (0 - log(2)) + 2 - 1; e * (1 - 0) + 1 - e; nothing there, but 3 predicted; a fit.
LOSSES = [[1 - LOG2, 1], [3, 0]]


# Dask takes the logarithm of 0 when it computes, beyond the loss's own silence.
@np.errstate(divide="ignore")
def test_values(any_xp):
    x, t = masses(any_xp)
    loss = fl.generalized_kl_divergence
    assert_close(loss(x, t, reduction="none"), LOSSES)
    assert_close(loss(x, t), (5 - LOG2) / 4)
    assert_close(loss(x, t, reduction="sum"), 5 - LOG2)


@np.errstate(divide="ignore")
def test_rows(any_xp):
    x, t = masses(any_xp)
    loss = fl.generalized_kl_divergence
    assert_close(loss(x, t, axis=-1, reduction="none"), [2 - LOG2, 3])
    assert_close(loss(x, t, axis=0, reduction="none"), [4 - LOG2, 1])
    assert_close(loss(x, t, axis=1), (5 - LOG2) / 2)


def test_log_targets(any_xp):
    x = masses(any_xp)[0]
    t = any_xp.asarray([[0.0, 1.0], [-INF, 0.0]], dtype=any_xp.float64)
    got = fl.generalized_kl_divergence(x, t, log_target=True, reduction="none")
    assert_close(got, LOSSES)


def test_rows_all_masked_do_not_count(xp):
    x, t = masses(xp)
    where = xp.asarray([[True, False], [False, False]])
    loss = fl.generalized_kl_divergence
    assert_close(loss(x, t, axis=1, where=where), 1 - LOG2)
    got = loss(x, t, axis=1, where=where, reduction="none")
    assert_close(got, [1 - LOG2, 0])


@pytest.mark.parametrize("log_target", [False, True])
def test_near_the_optimum_it_keeps_its_digits(xp, log_target):
    gaps = [1e-4, -1e-4, 1e-7, 0.0]
    x = xp.asarray(gaps, dtype=xp.float32)
    t = xp.zeros_like(x) if log_target else xp.ones_like(x)
    got = fl.generalized_kl_divergence(x, t, log_target=log_target, reduction="none")
    # exp(d) - 1 - d
    expected = [d**2 / 2 + d**3 / 6 for d in to_numpy(x).tolist()]
    assert_close(got, expected, rtol=5e-7)


def test_both_sides_of_the_series_agree_with_the_formula(xp):
    gaps = [-2.0, -1.0, -0.99, -0.5, 0.5, 0.99, 1.0, 2.0, 40.0]
    x = xp.asarray(gaps, dtype=xp.float64)
    got = fl.generalized_kl_divergence(x, xp.ones_like(x), reduction="none")
    assert_close(got, [math.exp(d) - 1 - d for d in gaps], rtol=1e-14)


def test_extremes(xp):
    x = xp.asarray([-INF, -INF, INF, INF, -1e4, NAN], dtype=xp.float64)
    t = xp.asarray([0.0, 0.5, 0.0, 0.5, 0.25, 0.0], dtype=xp.float64)
    got = fl.generalized_kl_divergence(x, t, reduction="none")
    assert_close(got, [0, INF, INF, INF, 0.25 * (1e4 - math.log(4) - 1), NAN])
    t = xp.asarray([-INF, 0.0, -INF, 0.0, -1e5, -INF], dtype=xp.float64)
    got = fl.generalized_kl_divergence(x, t, log_target=True, reduction="none")
    assert_close(got, [0, INF, INF, INF, 0, NAN])


def test_a_large_mass_beside_a_tiny_one_does_not_overflow(xp):
    x = xp.asarray([20.0], dtype=xp.float32)
    t = xp.asarray([1e-37], dtype=xp.float32)
    assert_close(fl.generalized_kl_divergence(x, t), math.exp(20), rtol=5e-7)


def test_derivative_in_the_input_is_the_excess(derivative):
    def loss(x):
        t = fl.array_namespace(x).asarray([1.0, 0.0, 0.0, 1.0, 2.0], dtype=x.dtype)
        return fl.generalized_kl_divergence(x, t, reduction="sum")

    point = [LOG3, LOG2, -INF, 1e-9, -INF]
    near = 1e-9 + 0.5e-18
    assert_close(derivative(loss, point), [2, 2, 0, near, -2])


def test_derivative_in_the_target_is_finite_at_zero(derivative):
    def loss(t):
        x = fl.array_namespace(t).asarray([1.0, 2.0, -INF], dtype=t.dtype)
        return fl.generalized_kl_divergence(x, t, reduction="sum")

    # log(t) - x; -x at 0, and 0 at 0 of the impossible.
    assert_close(derivative(loss, [0.5, 0.0, 0.0]), [-LOG2 - 1, -2, 0])


def test_derivative_in_the_log_target(derivative):
    def loss(t):
        x = fl.array_namespace(t).asarray([1.0, 2.0, -INF], dtype=t.dtype)
        return fl.generalized_kl_divergence(x, t, log_target=True, reduction="sum")

    assert_close(derivative(loss, [-LOG2, -INF, -INF]), [0.5 * (-LOG2 - 1), 0, 0])


def test_curvature_in_the_input_is_the_predicted_mass(curvature):
    def loss(x):
        t = fl.array_namespace(x).asarray([1.0, 1.0, 0.0], dtype=x.dtype)
        return fl.generalized_kl_divergence(x, t, reduction="sum")

    assert_close(curvature(loss, [0.0, LOG3, LOG2]), [1, 3, 2])
