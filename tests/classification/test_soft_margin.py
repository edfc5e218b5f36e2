"""The soft margin loss, worked by hand."""

import math

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
LOG2, LOG3 = math.log(2), math.log(3)


def test_values(any_xp):
    x = any_xp.asarray([0.0, LOG3, LOG3], dtype=any_xp.float64)
    t = any_xp.asarray([1, 1, -1])
    # log(1 + exp(-t * x))
    got = fl.soft_margin_loss(x, t, reduction="none")
    assert_close(got, [LOG2, math.log(1 + 1 / 3), math.log(1 + 3)])
    # 2 * 4/3 * 4 = 32/3
    got = fl.soft_margin_loss(x, t, reduction="sum")
    assert_close(got, math.log(32 / 3))
    assert_close(fl.soft_margin_loss(x, t), math.log(32 / 3) / 3)


def test_far_scores_cost_nothing_or_their_size(xp):
    x = xp.asarray([800.0, -800.0, INF, -INF, NAN], dtype=xp.float64)
    got = fl.soft_margin_loss(x, xp.asarray([1, 1, 1, 1, 1]), reduction="none")
    assert_close(got, [0, 800, 0, INF, NAN])


def test_target_broadcasts(xp):
    x = xp.asarray([[0.0, LOG3], [LOG3, 0.0]], dtype=xp.float64)
    got = fl.soft_margin_loss(x, xp.asarray([1, -1]), reduction="none")
    assert_close(got, [[LOG2, math.log(4)], [math.log(4 / 3), LOG2]])


def test_gradient_in_the_score(derivative):
    def loss(x):
        t = fl.array_namespace(x).asarray([1, 1, -1, -1, 1])
        return fl.soft_margin_loss(x, t, reduction="sum")

    # -t / (1 + exp(t * x))
    expected = [-1 / 2, -1 / (1 + 3), 1 / (1 + 1 / 3), 1, 0]
    assert_close(derivative(loss, [0.0, LOG3, LOG3, INF, INF]), expected)


def test_gradient_in_the_target(derivative):
    def loss(t):
        return fl.soft_margin_loss(0 * t + LOG3, t, reduction="sum")

    # -x / (1 + exp(t * x))
    assert_close(derivative(loss, [1.0, -1.0]), [-LOG3 / 4, -LOG3 * 3 / 4])


def test_masked_elements_do_not_count(xp):
    x = xp.asarray([0.0, NAN], dtype=xp.float64)
    t, where = xp.asarray([1, -1]), xp.asarray([True, False])
    assert_close(fl.soft_margin_loss(x, t, where=where), LOG2)
    got = fl.soft_margin_loss(x, t, where=where, reduction="none")
    assert_close(got, [LOG2, 0])
