"""Pairwise logistic loss, worked by hand."""

import math

import funloss as fl
from tests.assertions import assert_close


def f64(xp, values):
    return xp.asarray(values, dtype=xp.float64)


def test_values(any_xp):
    x, y = f64(any_xp, [0.0, math.log(3), 1000.0]), any_xp.asarray([1, 0, 0])
    got = fl.pairwise_logistic_loss(x, y, reduction="sum")
    assert_close(got, math.log(4) + 1000)
