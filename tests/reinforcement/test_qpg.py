"""The Q-based policy gradient loss, worked by hand."""

import funloss as fl
from tests.assertions import assert_close


def test_value_of_an_even_policy(any_xp):
    x = any_xp.zeros((1, 4), dtype=any_xp.float64)
    q = any_xp.asarray([[1.0, 1.0, 3.0, -1.0]], dtype=any_xp.float64)
    # The mean value is 1: advantages of 0, 0, 2 and -2.
    assert_close(fl.qpg_loss(x, q), 0)


def test_value_of_no_mean_value(any_xp):
    x = any_xp.zeros((1, 2), dtype=any_xp.float64)
    q = any_xp.asarray([[1.0, -1.0]], dtype=any_xp.float64)
    assert_close(fl.qpg_loss(x, q), 0)


def test_gradient_of_an_even_policy(derivative):
    def loss(x):
        q = fl.array_namespace(x).asarray([1.0, 1.0, 3.0, -1.0], dtype=x.dtype)
        return fl.qpg_loss(x, q)

    # -p * advantage.
    assert_close(derivative(loss, [0.0] * 4), [0, 0, -0.5, 0.5])
