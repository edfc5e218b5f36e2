"""Pairwise quantile loss, worked by hand."""

import funloss as fl
from tests.assertions import assert_close


def f64(xp, values):
    return xp.asarray(values, dtype=xp.float64)


def test_values(any_xp):
    x, y = f64(any_xp, [3.0, 1.0, 1.0]), any_xp.asarray([1, 0, 4])
    # Score minus label differences: 1 (first, second), -5 and -4 (third, others).
    assert_close(fl.pairwise_quantile_loss(x, y), 0.5 * (1 + 5 + 4) / 3)
    got = fl.pairwise_quantile_loss(x, y, tau=0.75, reduction="sum")
    assert_close(got, 0.25 * 1 + 0.75 * (5 + 4))
    got = fl.pairwise_quantile_loss(x, y, tau=0.75, squared=True, reduction="sum")
    assert_close(got, 0.25 * 1 + 0.75 * (25 + 16))
