"""Softmax cross-entropy of lists, worked by hand."""

import math

import funloss as fl
from tests.assertions import assert_close

LOG = math.log


def f64(xp, values):
    return xp.asarray(values, dtype=xp.float64)


def test_values(any_xp):
    x = f64(any_xp, [[0.0, LOG(3), LOG(4)], [2.0, 2.0, 2.0]])  # p = 1/8, 3/8, 4/8
    y = any_xp.asarray([[0, 1, 2], [0, 0, 0]])
    losses = fl.ranking_softmax_loss(x, y, reduction="none")
    assert_close(losses, [LOG(8 / 3) + 2 * LOG(2), 0])
    w = f64(any_xp, [1.0, 0.5, 3.0])
    got = fl.ranking_softmax_loss(x, y, w)  # the mean of two lists
    assert_close(got, (0.5 * LOG(8 / 3) + 6 * LOG(2)) / 2)
