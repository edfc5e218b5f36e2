"""Pairwise hinge loss, worked by hand."""

import funloss as fl
from tests.assertions import assert_close


def f64(xp, values):
    return xp.asarray(values, dtype=xp.float64)


def test_values(any_xp):
    x = f64(any_xp, [[2.0, 1.5, 3.0], [0.0, 4.0, 0.5], [7.0, 8.0, 9.0]])
    y = any_xp.asarray([[1, 0, 0], [0, 2, 0], [4, 4, 4]])
    losses = fl.pairwise_hinge_loss(x, y, reduction="none")
    assert_close(losses, [0.5 + 2, 0, 0])  # differences 1/2, -1, 4, 3.5; no pair
    assert_close(fl.pairwise_hinge_loss(x, y), 2.5 / 4)
    assert_close(fl.pairwise_hinge_loss(x, y, margin=2.0), (1.5 + 3) / 4)
    w = f64(any_xp, [2.0, 10.0, 10.0])  # of the more relevant item
    assert_close(fl.pairwise_hinge_loss(x, y, w, margin=3.625), (2 * 7.75 + 1.25) / 4)
