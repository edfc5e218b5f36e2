"""Softmax of lists, PolyLoss, unique softmax and ListMLE, worked by hand."""

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


def test_softmax_values(any_xp):
    x = f64(any_xp, [[0.0, LOG(3), LOG(4)], [2.0, 2.0, 2.0]])  # p = 1/8, 3/8, 4/8
    y = any_xp.asarray([[0, 1, 2], [0, 0, 0]])
    costs = fl.ranking_softmax_loss(x, y, reduction="none")
    assert_close(costs, [LOG(8 / 3) + 2 * LOG(2), 0])
    w = f64(any_xp, [1.0, 0.5, 3.0])
    got = fl.ranking_softmax_loss(x, y, w)  # the mean of two lists
    assert_close(got, (0.5 * LOG(8 / 3) + 6 * LOG(2)) / 2)


def test_poly1_adds_the_share_of_irrelevant_items(any_xp):
    x = f64(any_xp, [[0.0, LOG(3), LOG(4)], [0.0, LOG(3), LOG(4)]])
    y = any_xp.asarray([[0, 1, 3], [0, 0, 0]])
    # q = 0, 1/4, 3/4, so that q * p adds up to 3/32 + 12/32; even without relevance.
    entropy, share = LOG(8 / 3) + 3 * LOG(2), 17 / 32
    costs = fl.poly1_softmax_loss(x, y, reduction="none")
    assert_close(costs, [entropy + share, 2 / 3])
    costs = fl.poly1_softmax_loss(x, y, epsilon=0.5, reduction="none")
    assert_close(costs, [entropy + share / 2, 1 / 3])
    w = f64(any_xp, [7.0, 3.0, 1.0])  # q = 0, 1/2, 1/2
    got = fl.poly1_softmax_loss(x[:1, :], y[:1, :], w)
    assert_close(got, 3 * LOG(8 / 3) + 3 * LOG(2) + 1 - 7 / 16)


def test_unique_softmax_values(any_xp):
    x = f64(any_xp, [[0.0, 0.0, 0.0, LOG(2)]])
    y = any_xp.asarray([[2, 0, 1, 1]])
    # Grade 2 competes with three, grades 1 with one: shares 1/5, 1/2 and 2/3.
    assert_close(fl.unique_softmax_loss(x, y), 3 * LOG(5) + LOG(2) + LOG(1.5))
    got = fl.unique_softmax_loss(x, y, gain="linear")
    assert_close(got, 2 * LOG(5) + LOG(2) + LOG(1.5))
    w = f64(any_xp, [1.0, 9.0, 2.0, 0.0])
    assert_close(fl.unique_softmax_loss(x, y, w), 3 * LOG(5) + 2 * LOG(2))


def test_listmle_values(any_xp):
    x = f64(any_xp, [[0.0, LOG(2), LOG(3)], [LOG(3), 0.0, 0.0]])
    y = any_xp.asarray([[0, 2, 1], [5, 5, 5]])
    # Drawn in the order 2/6, 3/4, 1; ties as they are listed, 3/5, 1/2, 1.
    costs = fl.listmle_loss(x, y, reduction="none")
    assert_close(costs, [LOG(4), LOG(10 / 3)])


def test_a_sure_choice_keeps_its_digits(any_xp):
    x, y = f64(any_xp, [[40.0, 0.0], [0.0, 1e4]]), any_xp.asarray([[1, 0], [1, 0]])
    for loss in (fl.listmle_loss, fl.unique_softmax_loss):
        costs = loss(x, y, reduction="none")
        assert_close(costs, [math.log1p(math.exp(-40)), 1e4])


@pytest.mark.parametrize("loss", OF_LISTS)
def test_an_item_that_is_never_chosen_costs_nothing_if_irrelevant(loss, slope):
    def cost(x):
        xp = fl.array_namespace(x)
        return loss(x, xp.asarray([1, 0, 0]), reduction="sum")

    # With the others alone: shares of 1/2, of which PolyLoss adds one.
    got = slope(cost, [0.0, 0.0, -INF])
    expected = [-0.75, 0.75, 0] if loss is fl.poly1_softmax_loss else [-0.5, 0.5, 0]
    assert_close(got, expected)


def test_cost_beside_an_item_that_is_never_chosen(any_xp):
    x, y = f64(any_xp, [0.0, 0.0, -INF]), any_xp.asarray([1, 0, 0])
    for loss in OF_LISTS:
        alone = 0.5 if loss is fl.poly1_softmax_loss else 0
        assert_close(loss(x, y), LOG(2) + alone)


def f64_like(x, values):
    return fl.array_namespace(x).asarray(values, dtype=x.dtype)


def test_what_should_be_chosen_but_never_is_costs_infinity(any_xp):
    x, y = f64(any_xp, [[-INF, 0.0]]), any_xp.asarray([[1, 0]])
    for loss in OF_LISTS:
        assert_close(loss(x, y), INF)


@pytest.mark.parametrize("loss", OF_LISTS)
def test_masked_items_change_neither_value_nor_slope(loss, slope):
    point = [[0.5, NAN, -1.0], [INF, NAN, -INF]]

    def cost(x):
        xp = fl.array_namespace(x)
        y = f64_like(x, [[2.0, NAN, 1.0], [NAN, INF, 1.0]])
        where = xp.asarray([[True, False, True], [False, False, False]])
        return loss(x, y, where=where)  # of one list

    def short(x):
        return loss(x, f64_like(x, [2.0, 1.0]))

    got, expected = slope(cost, point), slope(short, [0.5, -1.0])
    assert_close(got[0, [0, 2]], expected)
    assert not got[0, 1]
    assert not got[1].any()


def test_slopes(slope):
    def of(loss, labels):
        def cost(x):
            return loss(x, fl.array_namespace(x).asarray(labels), reduction="sum")

        return cost

    got = slope(of(fl.ranking_softmax_loss, [0, 1, 2]), [0.0, LOG(3), LOG(4)])
    assert_close(got, [3 / 8, 9 / 8 - 1, 12 / 8 - 2])
    got = slope(of(fl.unique_softmax_loss, [1, 0, 1]), [0.0, 0.0, 0.0])
    assert_close(got, [-0.5, 1, -0.5])
    got = slope(of(fl.listmle_loss, [2, 0, 1]), [0.0, 0.0, 0.0])
    assert_close(got, [1 / 3 - 1, 1 / 3 + 1 / 2, 1 / 3 - 1 / 2])
    # 1 - q * p has the slope -p * (q - q * p); even q have none.
    got = slope(of(fl.poly1_softmax_loss, [0, 0]), [0.0, 3.0])
    assert_close(got, [0, 0], atol=1e-15)


@pytest.mark.parametrize("loss", [fl.listmle_loss, fl.unique_softmax_loss])
def test_scores_far_below_the_best_keep_the_digits_of_their_slopes(loss, slope):
    options = {} if loss is fl.listmle_loss else {"gain": "linear"}

    def function(x):
        y = fl.array_namespace(x).asarray([2, 1, 0])
        return loss(x, y, reduction="sum", **options)

    got = slope(function, [0.0, -1e4, 1.0 - 1e4], "float32")
    share = math.e / (1 + math.e)
    assert_close(got, [0, -share, share], rtol=3e-7)


@pytest.mark.parametrize("loss", [fl.listmle_loss, fl.unique_softmax_loss])
def test_masked_items_do_not_compete_with_one_that_is_never_chosen(any_xp, loss):
    x, y = f64(any_xp, [0.0, -INF, NAN]), f64(any_xp, [3.0, 2.0, 0.0])
    keep = any_xp.asarray([True, True, False])
    assert_close(loss(x, y, where=keep), 0)


@pytest.mark.parametrize("loss", [fl.listmle_loss, fl.unique_softmax_loss])
def test_masked_items_push_nothing_where_labels_are_negative(loss, slope):
    def cost(x):
        xp = fl.array_namespace(x)
        keep = xp.asarray([False, True, True])
        y = xp.asarray([0.0, -1.0, -2.0], dtype=x.dtype)
        return loss(x, y, where=keep)

    # Half of what the likelier item is worth: 1, or 2**-1 - 1.
    half = 0.5 if loss is fl.listmle_loss else -0.25
    assert_close(slope(cost, [0.0, 1.0, 1.0]), [0, -half, half])


@pytest.mark.parametrize("loss", [fl.listmle_loss, fl.unique_softmax_loss])
def test_a_nan_label_is_seen_in_the_value(any_xp, loss):
    x, y = f64(any_xp, [[0.0, 1.0], [2.0, 3.0]]), f64(any_xp, [[NAN, 1.0], [1.0, 0.0]])
    costs = loss(x, y, reduction="none")
    assert_close(costs, [NAN, LOG(1 + math.e)])


@pytest.mark.parametrize("loss", [fl.listmle_loss, fl.unique_softmax_loss])
def test_a_nan_label_is_seen_in_the_slope(loss, slope):
    def cost(x):
        return loss(x, 0 * x + fl.array_namespace(x).asarray([NAN, 1.0]))

    assert_close(slope(cost, [0.0, 1.0]), [NAN, NAN])


def test_slope_in_the_relevance(slope):
    def cost(y):
        return fl.unique_softmax_loss(y * 0, y, reduction="sum")

    # The item of grade 1 competes with one: 2 * log(2) more a grade, times log(2).
    assert_close(slope(cost, [1.0, 0.0]), [2 * LOG(2) ** 2, 0])


def test_slope_in_epsilon_beside_a_list_without_items(slope):
    def cost(epsilon):
        xp = fl.array_namespace(epsilon)
        x = xp.asarray([[0.0, 0.0], [0.0, 0.0]], dtype=epsilon.dtype)
        where = xp.asarray([[True, True], [False, False]])
        y = xp.asarray([[1, 0], [1, 0]])
        return fl.poly1_softmax_loss(x, y, epsilon=epsilon, where=where)

    assert_close(slope(cost, 1.0), 0.5)


def test_an_item_without_weight_costs_nothing(any_xp):
    x, y = f64(any_xp, [-INF, 0.0]), any_xp.asarray([1, 0])
    for loss in OF_LISTS[:1] + OF_LISTS[2:3]:
        assert_close(loss(x, y, f64(any_xp, [0.0, 1.0])), 0)


def test_the_items_of_a_list_lie_along_an_axis(xp):
    x, y = (
        f64(xp, [[0.0, 1.0], [2.0, 0.5], [1.0, 1.0]]),
        f64(xp, [[1, 0], [0, 2], [2, 1]]),
    )
    for loss in OF_LISTS:
        got = loss(x, y, axis=0, reduction="none")
        lists = [loss(x[:, k], y[:, k]) for k in (0, 1)]
        assert_close(got, [float(cost) for cost in lists])


def test_halves_do_not_overflow(xp):
    if not hasattr(xp, "float16"):
        pytest.skip("the standard has no 16-bit floats")
    x, y = xp.asarray([0.0, 60000.0], dtype=xp.float16), xp.asarray([1, 0])
    for loss in (fl.ranking_softmax_loss, fl.unique_softmax_loss, fl.listmle_loss):
        assert_close(loss(x, y, reduction="sum"), 60000.0)


def test_a_list_has_an_item(xp):
    for shape in ((), (3, 0)):
        x = xp.zeros(shape, dtype=xp.float64)
        with pytest.raises(ValueError, match="must have at least one item a list"):
            fl.listmle_loss(x, x)
