"""What the losses of whole lists have in common, worked by hand."""

import math

import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
LOG = math.log
OF_LISTS = (
    fl.ranking_softmax_loss,
    fl.poly1_softmax_loss,
    fl.unique_softmax_loss,
    fl.listmle_loss,
)


def f64(xp, values):
    return xp.asarray(values, dtype=xp.float64)


def f64_like(x, values):
    return fl.array_namespace(x).asarray(values, dtype=x.dtype)


@pytest.mark.parametrize("loss", OF_LISTS)
def test_an_irrelevant_item_of_score_minus_infinity_has_no_gradient(loss, derivative):
    def function(x):
        xp = fl.array_namespace(x)
        return loss(x, xp.asarray([1, 0, 0]), reduction="sum")

    # With the others alone: shares of 1/2, of which PolyLoss adds one.
    got = derivative(function, [0.0, 0.0, -INF])
    expected = [-0.75, 0.75, 0] if loss is fl.poly1_softmax_loss else [-0.5, 0.5, 0]
    assert_close(got, expected)


def test_an_irrelevant_item_of_score_minus_infinity_has_no_loss(any_xp):
    x, y = f64(any_xp, [0.0, 0.0, -INF]), any_xp.asarray([1, 0, 0])
    for loss in OF_LISTS:
        alone = 0.5 if loss is fl.poly1_softmax_loss else 0
        assert_close(loss(x, y), LOG(2) + alone)


def test_a_relevant_item_of_score_minus_infinity_has_infinite_loss(any_xp):
    x, y = f64(any_xp, [[-INF, 0.0]]), any_xp.asarray([[1, 0]])
    for loss in OF_LISTS:
        assert_close(loss(x, y), INF)


@pytest.mark.parametrize("loss", OF_LISTS)
def test_masked_items_change_neither_value_nor_derivative(loss, derivative):
    point = [[0.5, NAN, -1.0], [INF, NAN, -INF]]

    def function(x):
        xp = fl.array_namespace(x)
        y = f64_like(x, [[2.0, NAN, 1.0], [NAN, INF, 1.0]])
        where = xp.asarray([[True, False, True], [False, False, False]])
        return loss(x, y, where=where)  # of one list

    def short(x):
        return loss(x, f64_like(x, [2.0, 1.0]))

    got, expected = derivative(function, point), derivative(short, [0.5, -1.0])
    assert_close(got[0, [0, 2]], expected)
    assert not got[0, 1]
    assert not got[1].any()


def test_derivatives(derivative):
    def of(loss, labels):
        def function(x):
            return loss(x, fl.array_namespace(x).asarray(labels), reduction="sum")

        return function

    got = derivative(of(fl.ranking_softmax_loss, [0, 1, 2]), [0.0, LOG(3), LOG(4)])
    assert_close(got, [3 / 8, 9 / 8 - 1, 12 / 8 - 2])
    got = derivative(of(fl.unique_softmax_loss, [1, 0, 1]), [0.0, 0.0, 0.0])
    assert_close(got, [-0.5, 1, -0.5])
    got = derivative(of(fl.listmle_loss, [2, 0, 1]), [0.0, 0.0, 0.0])
    assert_close(got, [1 / 3 - 1, 1 / 3 + 1 / 2, 1 / 3 - 1 / 2])
    # 1 - q * p has the gradient -p * (q - q * p); uniform q have none.
    got = derivative(of(fl.poly1_softmax_loss, [0, 0]), [0.0, 3.0])
    assert_close(got, [0, 0], atol=1e-15)


def test_an_item_of_weight_zero_has_no_loss(any_xp):
    x, y = f64(any_xp, [-INF, 0.0]), any_xp.asarray([1, 0])
    for loss in OF_LISTS[:1] + OF_LISTS[2:3]:
        assert_close(loss(x, y, f64(any_xp, [0.0, 1.0])), 0)


def test_halves_do_not_overflow(xp):
    if not hasattr(xp, "float16"):
        pytest.skip("the standard has no 16-bit floats")
    x, y = xp.asarray([0.0, 60000.0], dtype=xp.float16), xp.asarray([1, 0])
    for loss in (fl.ranking_softmax_loss, fl.unique_softmax_loss, fl.listmle_loss):
        assert_close(loss(x, y, reduction="sum"), 60000.0)
