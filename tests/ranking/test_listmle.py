"""ListMLE, worked by hand."""

import math

import funloss as fl
from tests.assertions import assert_close

LOG = math.log


def f64(xp, values):
    return xp.asarray(values, dtype=xp.float64)


def test_values(any_xp):
    x = f64(any_xp, [[0.0, LOG(2), LOG(3)], [LOG(3), 0.0, 0.0]])
    y = any_xp.asarray([[0, 2, 1], [5, 5, 5]])
    # Drawn in the order 2/6, 3/4, 1; ties as they are listed, 3/5, 1/2, 1.
    losses = fl.listmle_loss(x, y, reduction="none")
    assert_close(losses, [LOG(4), LOG(10 / 3)])
