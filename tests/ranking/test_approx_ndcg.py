"""Smoothed discounted gain, worked by hand."""

import math

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
LOG_2 = math.log(2)
D2 = 1 / math.log2(3)


def f64(xp, values):
    return xp.asarray(values, dtype=xp.float64)


def test_values(any_xp):
    x = f64(any_xp, [[9e3, 0.0, -9e3], [-9e3, 0.0, 9e3], [0.0, 1.0, 2.0]])
    y = any_xp.asarray([[2, 1, 0], [2, 1, 0], [0, 0, 0]])
    # Gains 3, 1, 0; ranks 1, 2, 3 and 3, 2, 1; nothing to gain.
    losses = fl.approx_ndcg_loss(x, y, reduction="none")
    assert_close(losses, [-1, -(3 / 2 + D2) / (3 + D2), 0])
    losses = fl.approx_ndcg_loss(x, y, gain="linear", reduction="none")
    assert_close(losses, [-1, -(2 / 2 + D2) / (2 + D2), 0])
    losses = fl.approx_ndcg_loss(x, y, topn=2, reduction="none")
    assert_close(losses, [-1, -D2 / (3 + D2), 0])
    w = f64(any_xp, [1.0, 6.0, 1.0])  # gains 3, 6, 0
    losses = fl.approx_ndcg_loss(x, y, w, reduction="none")
    assert_close(
        losses[:2], [-(3 + 6 * D2) / (6 + 3 * D2), -(1.5 + 6 * D2) / (6 + 3 * D2)]
    )


def test_ranks_are_smooth(any_xp):
    x, y = f64(any_xp, [math.log(3), 0.0]), any_xp.asarray([1, 0])
    # The other's score differs by -log(3): a step of 1/4, or max(0, 1 - log(3)) = 0.
    assert_close(fl.approx_ndcg_loss(x, y), -1 / math.log2(2 + 1 / 4))
    assert_close(fl.approx_ndcg_loss(x, y, step="hinge"), -1)
    # Over half of that, with odds of 9; over twice, of the root of 3.
    got = fl.approx_ndcg_loss(x, y, temperature=0.5)
    assert_close(got, -1 / math.log2(2 + 1 / 10))
    got = fl.approx_ndcg_loss(x, y, step="hinge", temperature=2.0)
    assert_close(got, -1 / math.log2(3 - math.log(3) / 2))


def test_derivative(derivative):
    def of(step, labels):
        def function(x):
            y = fl.array_namespace(x).asarray(labels)
            return fl.approx_ndcg_loss(x, y, step=step)

        return function

    # At a tie the rank is 1 + 1/2, and falls by 1/4 as the item rises.
    fall = LOG_2 / (math.log(2.5) ** 2 * 2.5) / 4
    assert_close(derivative(of("sigmoid", [1, 0]), [2.0, 2.0]), [-fall, fall])
    # At the corner of the hinge the rank is 1, and the step is active.
    fall = LOG_2 / (LOG_2**2 * 2)
    assert_close(derivative(of("hinge", [1, 0]), [1.0, 0.0]), [-fall, fall])
    assert_close(derivative(of("hinge", [1, 0]), [1.5, 0.0]), [0, 0])
    assert_close(derivative(of("sigmoid", [0, 0]), [1.0, 2.0]), [0, 0])


def test_infinite_scores_are_ranked_last(any_xp, derivative):
    x, y = f64(any_xp, [-INF, 0.0, -INF]), any_xp.asarray([1, 0, 0])
    # Behind one, and tied with another.
    assert_close(fl.approx_ndcg_loss(x, y), -1 / math.log2(1 + 2.5))
    assert_close(fl.approx_ndcg_loss(x, y, step="hinge"), 0)

    def function(x):
        return fl.approx_ndcg_loss(x, fl.array_namespace(x).asarray([1, 0, 0]))

    assert_close(derivative(function, [-INF, 0.0, -INF]), [0, 0, 0])


def test_masked_items_change_neither_value_nor_derivative(derivative):
    def function(x):
        xp = fl.array_namespace(x)
        y = xp.asarray([[2.0, NAN, 1.0], [NAN, INF, 1.0]], dtype=x.dtype)
        where = xp.asarray([[True, False, True], [False, False, False]])
        return fl.approx_ndcg_loss(x, y, where=where, topn=1)

    def short(x):
        y = fl.array_namespace(x).asarray([2.0, 1.0], dtype=x.dtype)
        return fl.approx_ndcg_loss(x, y, topn=1)

    got = derivative(function, [[0.5, NAN, -1.0], [INF, NAN, -INF]])
    assert_close(got[0, [0, 2]], derivative(short, [0.5, -1.0]))
    assert not got[0, 1]
    assert not got[1].any()
