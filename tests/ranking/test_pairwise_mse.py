"""Pairwise MSE loss, worked by hand."""

import funloss as fl
from tests.assertions import assert_close


def f64(xp, values):
    return xp.asarray(values, dtype=xp.float64)


def test_values(any_xp):
    x, y = f64(any_xp, [3.0, 1.0, 1.0]), any_xp.asarray([1, 0, 4])
    # Errors of input - target 2, 1, -3: differences 1, 5, 4, in both orders.
    assert_close(fl.pairwise_mse_loss(x, y, reduction="none"), 2 * (1 + 25 + 16))
    assert_close(fl.pairwise_mse_loss(x, y), 84 / 9)
