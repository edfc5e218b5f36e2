"""Hinge embedding, worked by hand."""

import math

import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan


def test_values(any_xp):
    x = any_xp.asarray([0.25, 0.25, 2.0, 1.0, INF, NAN], dtype=any_xp.float64)
    t = any_xp.asarray([1, -1, -1, -1, -1, 1])
    got = fl.hinge_embedding_loss(x, t, reduction="none")
    assert_close(got, [0.25, 0.75, 0, 0, 0, NAN])
    got = fl.hinge_embedding_loss(x, t, margin=3.0, reduction="none")
    assert_close(got, [0.25, 2.75, 1, 2, 0, NAN])
    assert_close(fl.hinge_embedding_loss(x[:4], t[:4]), 0.25)


def test_another_target_gets_the_sum_of_both_branches(xp):
    x = xp.asarray([0.25, 2.0], dtype=xp.float64)
    got = fl.hinge_embedding_loss(x, xp.asarray([0, 2]), reduction="none")
    assert_close(got, [1, 2])


def test_target_broadcasts(xp):
    x = xp.asarray([[0.5], [3.0]], dtype=xp.float64)
    got = fl.hinge_embedding_loss(x, xp.asarray([1, -1]), reduction="none")
    assert_close(got, [[0.5, 0.5], [3, 0]])


def test_masked_pairs_do_not_count(xp):
    x = xp.asarray([0.25, NAN], dtype=xp.float64)
    t, where = xp.asarray([-1, 1]), xp.asarray([True, False])
    assert_close(fl.hinge_embedding_loss(x, t, where=where), 0.75)


def test_derivative_at_the_margin_is_that_of_the_active_side(derivative):
    def push(x):
        return fl.hinge_embedding_loss(x, 0 * x - 1, reduction="sum")

    def pull(x):
        return fl.hinge_embedding_loss(x, 0 * x + 1, reduction="sum")

    assert_close(derivative(push, [1.0, 0.5, 1.5]), [-1, -1, 0])
    assert_close(derivative(pull, [1.0, 0.0, -0.5]), [1, 1, 1])


def test_derivative_at_infinity_is_zero_for_a_dissimilar_pair(derivative):
    def push(x):
        t = fl.array_namespace(x).asarray([-1, -1])
        return fl.hinge_embedding_loss(x, t, reduction="sum")

    assert_close(derivative(push, [INF, NAN]), [0, 0])


def test_derivative_in_the_margin(derivative):
    def function(margin):
        x = fl.array_namespace(margin).asarray([0.5, 2.0], dtype=margin.dtype)
        return fl.hinge_embedding_loss(x, 0 * x - 1, margin=margin)

    assert_close(derivative(function, np.asarray(1.0)), 0.5)


@pytest.mark.parametrize("xp", ["torch", "jax"], indirect=True)
def test_result_has_the_promoted_dtype(xp):
    x, t = xp.ones(2, dtype=xp.float16), xp.ones(2, dtype=xp.float32)
    assert fl.hinge_embedding_loss(x, t).dtype == xp.float32
    assert fl.hinge_embedding_loss(x, xp.asarray([1, -1])).dtype == xp.float16
