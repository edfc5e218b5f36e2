"""Poly-1 softmax loss, worked by hand."""

import math

import funloss as fl
from tests.assertions import assert_close

LOG = math.log


def f64(xp, values):
    return xp.asarray(values, dtype=xp.float64)


def test_values(any_xp):
    x = f64(any_xp, [[0.0, LOG(3), LOG(4)], [0.0, LOG(3), LOG(4)]])
    y = any_xp.asarray([[0, 1, 3], [0, 0, 0]])
    # q = 0, 1/4, 3/4, so that q * p adds up to 3/32 + 12/32; even without relevance.
    entropy, share = LOG(8 / 3) + 3 * LOG(2), 17 / 32
    losses = fl.poly1_softmax_loss(x, y, reduction="none")
    assert_close(losses, [entropy + share, 2 / 3])
    losses = fl.poly1_softmax_loss(x, y, epsilon=0.5, reduction="none")
    assert_close(losses, [entropy + share / 2, 1 / 3])
    w = f64(any_xp, [7.0, 3.0, 1.0])  # q = 0, 1/2, 1/2
    got = fl.poly1_softmax_loss(x[:1, :], y[:1, :], w)
    assert_close(got, 3 * LOG(8 / 3) + 3 * LOG(2) + 1 - 7 / 16)


def test_derivative_in_epsilon_beside_a_list_without_items(derivative):
    def function(epsilon):
        xp = fl.array_namespace(epsilon)
        x = xp.asarray([[0.0, 0.0], [0.0, 0.0]], dtype=epsilon.dtype)
        where = xp.asarray([[True, True], [False, False]])
        y = xp.asarray([[1, 0], [1, 0]])
        return fl.poly1_softmax_loss(x, y, epsilon=epsilon, where=where)

    assert_close(derivative(function, 1.0), 0.5)
