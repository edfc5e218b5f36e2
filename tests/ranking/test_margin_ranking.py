"""Margin ranking, worked by hand."""

import math
import re

import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

NAN = math.nan


def scores(xp):
    return [
        xp.asarray(x, dtype=xp.float64)
        for x in ([2.0, 2.0, 0.0, 1.0, NAN], [1.0, 1.0, 0.5, 1.0, 0.0])
    ]


def test_values(any_xp):
    x1, x2 = scores(any_xp)
    t = any_xp.asarray([1, -1, 1, 1, 1])
    got = fl.margin_ranking_loss(x1, x2, t, reduction="none")
    assert_close(got, [0, 1, 0.5, 0, NAN])
    got = fl.margin_ranking_loss(x1, x2, t, margin=1.5, reduction="none")
    assert_close(got, [0.5, 2.5, 2, 1.5, NAN])
    got = fl.margin_ranking_loss(x1[:4], x2[:4], t[:4], margin=-0.25)
    assert_close(got, (0.75 + 0.25) / 4)


def test_masked_pairs_do_not_count(xp):
    x1, x2 = scores(xp)
    t = xp.asarray([1.0, -1.0, 1.0, 1.0, 1.0], dtype=xp.float64)
    where = xp.asarray([False, True, True, False, False])
    assert_close(fl.margin_ranking_loss(x1, x2, t, where=where), 0.75)
    got = fl.margin_ranking_loss(x1, x2, t, where=where, reduction="sum")
    assert_close(got, 1.5)


def test_every_pair_of_two_lists_is_compared(xp):
    x1 = xp.asarray([[1.0], [3.0]], dtype=xp.float64)
    x2 = xp.asarray([[2.0, 5.0]], dtype=xp.float64)
    t = xp.ones((1, 1), dtype=xp.float64)
    got = fl.margin_ranking_loss(x1, x2, t, reduction="none")
    assert_close(got, [[1, 4], [0, 2]])


def test_ranks_must_be_equal(xp):
    x = xp.zeros((2, 1), dtype=xp.float64)
    message = "numbers of dimensions must be equal, got input1 (2, 1), input2 (2,)"
    with pytest.raises(ValueError, match=re.escape(message)):
        fl.margin_ranking_loss(x, x[:, 0], x)


def test_an_equal_pair_without_margin_is_active(derivative):
    def of_first(x):
        t = fl.array_namespace(x).asarray([1.0, -1.0, 1.0, 1.0], dtype=x.dtype)
        return fl.margin_ranking_loss(x, 0 * x, t, reduction="sum")

    def of_second(x):
        return fl.margin_ranking_loss(0 * x, x, 0 * x + 1, reduction="sum")

    assert_close(derivative(of_first, [0.0, 0.0, 1.0, -1.0]), [-1, 1, 0, -1])
    assert_close(derivative(of_second, [0.0, 1.0, -1.0]), [1, 1, 0])


def test_derivative_in_the_target_and_in_the_margin(derivative):
    def of_target(t):
        x = fl.array_namespace(t).asarray([2.0, -3.0], dtype=t.dtype)
        return fl.margin_ranking_loss(x, 0 * x, t, reduction="sum")

    def of_margin(margin):
        space = fl.array_namespace(margin)
        x = space.asarray([2.0, 0.5, 0.0], dtype=margin.dtype)
        return fl.margin_ranking_loss(x, 0 * x, 0 * x + 1, margin=margin)

    # The first pair is ordered and inactive.
    assert_close(derivative(of_target, [1.0, 1.0]), [0, 3])
    assert_close(derivative(of_margin, np.asarray(1.0)), 2 / 3)
