"""Unique softmax loss, worked by hand."""

import math

import funloss as fl
from tests.assertions import assert_close

LOG = math.log


def f64(xp, values):
    return xp.asarray(values, dtype=xp.float64)


def test_values(any_xp):
    x = f64(any_xp, [[0.0, 0.0, 0.0, LOG(2)]])
    y = any_xp.asarray([[2, 0, 1, 1]])
    # Grade 2 competes with three, grades 1 with one: shares 1/5, 1/2 and 2/3.
    assert_close(fl.unique_softmax_loss(x, y), 3 * LOG(5) + LOG(2) + LOG(1.5))
    got = fl.unique_softmax_loss(x, y, gain="linear")
    assert_close(got, 2 * LOG(5) + LOG(2) + LOG(1.5))
    w = f64(any_xp, [1.0, 9.0, 2.0, 0.0])
    assert_close(fl.unique_softmax_loss(x, y, w), 3 * LOG(5) + 2 * LOG(2))


def test_gains_of_whole_grades_are_exact(any_xp):
    x = any_xp.asarray([0.0, 0.0], dtype=any_xp.float32)
    y = any_xp.asarray([60.0, 0.0], dtype=any_xp.float32)
    wanted = (2**60 - 1) * LOG(2)
    assert_close(fl.unique_softmax_loss(x, y), wanted, rtol=1.5e-7)


def test_gains_of_small_grades_have_their_digits(any_xp):
    x = any_xp.asarray([0.0, 0.0], dtype=any_xp.float32)
    y = any_xp.asarray([1e-6, 0.0], dtype=any_xp.float32)
    assert_close(fl.unique_softmax_loss(x, y), 1e-6 * LOG(2) ** 2, rtol=1e-6)


def test_derivative_in_the_relevance(derivative):
    def function(y):
        return fl.unique_softmax_loss(y * 0, y, reduction="sum")

    # The item of grade 1 competes with one: 2 * log(2) more a grade, times log(2).
    assert_close(derivative(function, [1.0, 0.0]), [2 * LOG(2) ** 2, 0])
