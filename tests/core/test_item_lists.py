"""The way into losses of lists: axes and shapes."""

import pytest

import funloss as fl
from tests.assertions import assert_close

OF_LISTS = (
    fl.ranking_softmax_loss,
    fl.poly1_softmax_loss,
    fl.unique_softmax_loss,
    fl.listmle_loss,
)


def f64(xp, values):
    return xp.asarray(values, dtype=xp.float64)


def test_the_items_of_a_list_lie_along_an_axis(xp):
    x, y = (
        f64(xp, [[0.0, 1.0], [2.0, 0.5], [1.0, 1.0]]),
        f64(xp, [[1, 0], [0, 2], [2, 1]]),
    )
    for loss in OF_LISTS:
        got = loss(x, y, axis=0, reduction="none")
        lists = [loss(x[:, k], y[:, k]) for k in (0, 1)]
        assert_close(got, [float(value) for value in lists])


def test_a_list_has_an_item(xp):
    for shape in ((), (3, 0)):
        x = xp.zeros(shape, dtype=xp.float64)
        with pytest.raises(ValueError, match="must have at least one item a list"):
            fl.listmle_loss(x, x)
