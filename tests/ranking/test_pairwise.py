"""Losses of pairs, worked by hand."""

import math

import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
LOG_2 = math.log(2)
D2, D3 = 1 / math.log2(3), 1 / 2  # discounts of ranks 2 and 3
OF_PAIRS = (
    fl.pairwise_hinge_loss,
    fl.pairwise_logistic_loss,
    fl.pairwise_soft_zero_one_loss,
    fl.pairwise_mse_loss,
    fl.pairwise_quantile_loss,
)


def f64(xp, values):
    return xp.asarray(values, dtype=xp.float64)


def softplus(x):
    return math.log1p(math.exp(x))


def test_hinge_values(any_xp):
    x = f64(any_xp, [[2.0, 1.5, 3.0], [0.0, 4.0, 0.5], [7.0, 8.0, 9.0]])
    y = any_xp.asarray([[1, 0, 0], [0, 2, 0], [4, 4, 4]])
    costs = fl.pairwise_hinge_loss(x, y, reduction="none")
    assert_close(costs, [0.5 + 2, 0, 0])  # leads of 1/2, -1, 4 and 3.5; no pair
    assert_close(fl.pairwise_hinge_loss(x, y), 2.5 / 4)
    assert_close(fl.pairwise_hinge_loss(x, y, margin=2.0), (1.5 + 3) / 4)
    w = f64(any_xp, [2.0, 10.0, 10.0])  # of the more relevant item
    assert_close(fl.pairwise_hinge_loss(x, y, w, margin=3.625), (2 * 7.75 + 1.25) / 4)


def test_logistic_and_soft_zero_one_values(any_xp):
    x, y = f64(any_xp, [0.0, math.log(3), 1000.0]), any_xp.asarray([1, 0, 0])
    got = fl.pairwise_logistic_loss(x, y, reduction="sum")
    assert_close(got, math.log(4) + 1000)
    got = fl.pairwise_soft_zero_one_loss(x, y, reduction="sum")
    assert_close(got, 3 / 4 + 1)


def test_squared_and_quantile_values(any_xp):
    x, y = f64(any_xp, [3.0, 1.0, 1.0]), any_xp.asarray([1, 0, 4])
    # Errors of input - target 2, 1, -3: differences 1, 5, 4, in both orders.
    assert_close(fl.pairwise_mse_loss(x, y, reduction="none"), 2 * (1 + 25 + 16))
    assert_close(fl.pairwise_mse_loss(x, y), 84 / 9)
    # Leads exceed relevance by 1 (first over second), -5 and -4 (third over both).
    assert_close(fl.pairwise_quantile_loss(x, y), 0.5 * (1 + 5 + 4) / 3)
    got = fl.pairwise_quantile_loss(x, y, tau=0.75, reduction="sum")
    assert_close(got, 0.25 * 1 + 0.75 * (5 + 4))
    got = fl.pairwise_quantile_loss(x, y, tau=0.75, squared=True, reduction="sum")
    assert_close(got, 0.25 * 1 + 0.75 * (25 + 16))


def test_without_pairs_the_mean_is_zero_without_items_nan(xp):
    x, y = f64(xp, [[1.0, 2.0]]), xp.asarray([[3, 3]])
    none, nothing = xp.asarray([[True, False]]), xp.asarray([[False, False]])
    for loss in OF_PAIRS[:3]:
        assert_close(loss(x, y), 0)
        assert_close(loss(x, y, where=none), 0)
        assert_close(loss(x, y, where=nothing), NAN)
        assert_close(loss(x[:0, :], y[:0, :]), NAN)


@pytest.mark.parametrize(
    ("options", "weights"),
    [
        # Ranks of the scores are 3, 1, 2; gains 3, 0, 1. Pairs 01, 02, 21.
        ({"lambda_weight": "labeldiff"}, [2, 1, 1]),
        ({"lambda_weight": "dcg"}, [3 * (1 - D3), 2 * (D2 - D3), 1 - D2]),
        (
            {"lambda_weight": "dcg", "gain": "linear"},
            [2 * (1 - D3), D2 - D3, 1 - D2],
        ),
        ({"lambda_weight": "dcg", "topn": 1}, [3, 0, 1]),
        (
            {"lambda_weight": "dcg", "topn": 1, "normalize": True},
            [1, 0, 1 / 3],
        ),
        (
            {"lambda_weight": "dcg", "normalize": True},
            [w / (3 + D2) for w in (3 * (1 - D3), 2 * (D2 - D3), 1 - D2)],
        ),
        # Distances of ranks 2, 1, 1.
        ({"lambda_weight": "dcg2"}, [3 * (D2 - D3), 2 * (1 - D2), 1 - D2]),
        # Ranks 3 and 2 are beyond 1: 1 / (1 - D) is 2 and 1 / (1 - D2).
        ({"lambda_weight": "dcg2", "topn": 1}, [6 * (D2 - D3), 4 * (1 - D2), 1]),
        ({"lambda_weight": "dcg2", "topn": 2}, [6 * (D2 - D3), 4 * (1 - D2), 1 - D2]),
    ],
    ids=str,
)
def test_weights_of_pairs(any_xp, options, weights):
    x, y = f64(any_xp, [0.0, 2.0, 1.0]), any_xp.asarray([2, 0, 1])
    costs = [softplus(2), softplus(1), softplus(1)]  # leads -2, -1, -1
    got = fl.pairwise_logistic_loss(x, y, reduction="sum", **options)
    assert_close(got, sum(w * c for w, c in zip(weights, costs, strict=True)))


def test_tied_scores_are_ranked_as_they_are_listed(any_xp):
    x, y = f64(any_xp, [0.0, 0.0, 0.0]), any_xp.asarray([0, 0, 1])
    got = fl.pairwise_logistic_loss(x, y, reduction="sum", lambda_weight="dcg")
    assert_close(got, LOG_2 * (1 - D3 + D2 - D3))


def test_weights_of_pairs_have_no_slope(slope):
    def cost(x):
        y = fl.array_namespace(x).asarray([1, 0])
        return fl.pairwise_logistic_loss(x, y, lambda_weight="dcg", reduction="sum")

    assert_close(slope(cost, [0.0, 0.0]), [-(1 - D2) / 2, (1 - D2) / 2])


def test_weights_of_pairs_have_no_slope_in_the_relevance(curvature):
    def cost(x):
        xp = fl.array_namespace(x)
        y = xp.concat([x, 0 * x])
        return fl.pairwise_mse_loss(0 * y, y, lambda_weight="labeldiff")

    # The mean of 0, 0 and twice v * x**2, with v = x a constant.
    assert_close(curvature(cost, [2.0]), [2])


def test_what_weighs_nothing_costs_nothing(any_xp):
    x, y = f64(any_xp, [5.0, -INF, 1.0]), any_xp.asarray([1, 1, 0])
    options = {"lambda_weight": "dcg", "topn": 1, "reduction": "sum"}
    assert_close(fl.pairwise_logistic_loss(x, y, **options), softplus(-4))


def test_items_weigh_gains(any_xp):
    x, y = f64(any_xp, [0.0, 0.0]), any_xp.asarray([1, 0])
    got = fl.pairwise_logistic_loss(x, y, 3 * (x + 1), lambda_weight="dcg")
    assert_close(got, 3 * LOG_2 * 3 * (1 - D2))


@pytest.mark.parametrize("loss", OF_PAIRS)
def test_masked_items_change_neither_value_nor_slope(loss, slope):
    def cost(x):
        xp = fl.array_namespace(x)
        y = xp.asarray([[2.0, NAN, 1.0], [NAN, INF, 1.0]], dtype=x.dtype)
        where = xp.asarray([[True, False, True], [False, False, False]])
        return loss(x, y, where=where, lambda_weight="dcg2")

    def short(x):
        y = fl.array_namespace(x).asarray([2.0, 1.0], dtype=x.dtype)
        return loss(x, y, lambda_weight="dcg2")

    got = slope(cost, [[0.5, NAN, -1.0], [INF, NAN, -INF]])
    assert_close(got[0, [0, 2]], slope(short, [0.5, -1.0]))
    assert not got[0, 1]
    assert not got[1].any()


def test_infinite_scores(any_xp):
    x = f64(any_xp, [[0.0, -INF], [-INF, 0.0], [-INF, -INF]])
    y = any_xp.asarray([[1, 0], [1, 0], [1, 0]])

    def costs(loss):
        return loss(x, y, reduction="none")

    assert_close(costs(fl.pairwise_hinge_loss), [0, INF, 1])
    assert_close(costs(fl.pairwise_logistic_loss), [0, INF, LOG_2])
    assert_close(costs(fl.pairwise_soft_zero_one_loss), [0, 1, 0.5])
    assert_close(costs(fl.pairwise_mse_loss), [INF, INF, 2])
    assert_close(costs(fl.pairwise_quantile_loss), [INF, INF, 0.5])
    # Equal in relevance, they are no pair.
    assert_close(fl.pairwise_hinge_loss(x, 0 * y, reduction="none"), [0, 0, 0])


def test_slopes_at_corners_and_at_infinity(slope):
    def of(loss, **options):
        def cost(x):
            y = fl.array_namespace(x).asarray([1, 0])
            return loss(x, y, reduction="sum", **options)

        return cost

    hinge, logistic = of(fl.pairwise_hinge_loss), of(fl.pairwise_logistic_loss)
    assert_close(slope(hinge, [1.0, 0.0]), [-1, 1])
    assert_close(slope(hinge, [1.5, 0.0]), [0, 0])
    assert_close(slope(logistic, [0.0, 0.0]), [-0.5, 0.5])
    assert_close(slope(logistic, [0.0, -INF]), [0, 0])
    assert_close(slope(logistic, [-INF, 0.0]), [-1, 1])
    quantile = of(fl.pairwise_quantile_loss, tau=0.75)
    assert_close(slope(quantile, [1.0, 0.0]), [0, 0])
    assert_close(slope(quantile, [0.5, 0.0]), [-0.75, 0.75])
    assert_close(slope(quantile, [1.5, 0.0]), [0.25, -0.25])
    assert_close(slope(of(fl.pairwise_mse_loss), [3.0, 0.0]), [8, -8])
    zero_one = of(fl.pairwise_soft_zero_one_loss)
    assert_close(slope(zero_one, [0.0, 0.0]), [-0.25, 0.25])


def test_slope_in_weight_and_relevance(slope):
    def of_weight(w):
        y = fl.array_namespace(w).asarray([2, 1, 0])
        return fl.pairwise_hinge_loss(0 * w, y, w, reduction="sum")

    def of_target(t):
        return fl.pairwise_mse_loss(0 * t, t, reduction="sum")

    assert_close(slope(of_weight, [5.0, 5.0, 5.0]), [2, 1, 0])
    assert_close(slope(of_target, [3.0, 1.0]), [8, -8])


def test_halves_do_not_overflow(xp):
    if not hasattr(xp, "float16"):
        pytest.skip("the standard has no 16-bit floats")
    x = xp.asarray([-30000.0, 30000.0], dtype=xp.float16)
    got = fl.pairwise_logistic_loss(x, xp.asarray([1, 0]))
    assert_close(got, 60000.0)


def test_options_that_need_others_are_named(xp):
    x = f64(xp, [0.0, 1.0])
    with pytest.raises(ValueError, match="topn and normalize need lambda_weight 'dcg'"):
        fl.pairwise_hinge_loss(x, x, lambda_weight="labeldiff", topn=2)
    message = "^lambda_weight must be None, 'labeldiff', 'dcg' or 'dcg2', got 'ndcg'"
    with pytest.raises(ValueError, match=message):
        fl.pairwise_mse_loss(x, x, lambda_weight="ndcg")
