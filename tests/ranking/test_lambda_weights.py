"""Lambda weights of pairs, worked by hand."""

import math

import pytest

import funloss as fl
from tests.assertions import assert_close

INF = math.inf
LOG_2 = math.log(2)
D2, D3 = 1 / math.log2(3), 1 / 2  # discounts of ranks 2 and 3


def f64(xp, values):
    return xp.asarray(values, dtype=xp.float64)


def softplus(x):
    return math.log1p(math.exp(x))


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
def test_values(any_xp, options, weights):
    x, y = f64(any_xp, [0.0, 2.0, 1.0]), any_xp.asarray([2, 0, 1])
    losses = [softplus(2), softplus(1), softplus(1)]  # differences -2, -1, -1
    got = fl.pairwise_logistic_loss(x, y, reduction="sum", **options)
    assert_close(got, sum(w * c for w, c in zip(weights, losses, strict=True)))


def test_tied_scores_are_ranked_as_they_are_listed(any_xp):
    x, y = f64(any_xp, [0.0, 0.0, 0.0]), any_xp.asarray([0, 0, 1])
    got = fl.pairwise_logistic_loss(x, y, reduction="sum", lambda_weight="dcg")
    assert_close(got, LOG_2 * (1 - D3 + D2 - D3))


def test_weights_have_no_gradient(derivative):
    def function(x):
        y = fl.array_namespace(x).asarray([1, 0])
        return fl.pairwise_logistic_loss(x, y, lambda_weight="dcg", reduction="sum")

    assert_close(derivative(function, [0.0, 0.0]), [-(1 - D2) / 2, (1 - D2) / 2])


def test_weights_have_no_gradient_in_the_relevance(curvature):
    def function(x):
        xp = fl.array_namespace(x)
        y = xp.concat([x, 0 * x])
        return fl.pairwise_mse_loss(0 * y, y, lambda_weight="labeldiff")

    # The mean of 0, 0 and twice v * x**2, with v = x a constant.
    assert_close(curvature(function, [2.0]), [2])


def test_a_pair_of_weight_zero_has_no_loss(any_xp):
    x, y = f64(any_xp, [5.0, -INF, 1.0]), any_xp.asarray([1, 1, 0])
    options = {"lambda_weight": "dcg", "topn": 1, "reduction": "sum"}
    assert_close(fl.pairwise_logistic_loss(x, y, **options), softplus(-4))


def test_gains_are_weighted_by_item(any_xp):
    x, y = f64(any_xp, [0.0, 0.0]), any_xp.asarray([1, 0])
    got = fl.pairwise_logistic_loss(x, y, 3 * (x + 1), lambda_weight="dcg")
    assert_close(got, 3 * LOG_2 * 3 * (1 - D2))


def test_options_that_need_others_are_named(xp):
    x = f64(xp, [0.0, 1.0])
    with pytest.raises(ValueError, match="topn and normalize need lambda_weight 'dcg'"):
        fl.pairwise_hinge_loss(x, x, lambda_weight="labeldiff", topn=2)
    message = "^lambda_weight must be None, 'labeldiff', 'dcg' or 'dcg2', got 'ndcg'"
    with pytest.raises(ValueError, match=message):
        fl.pairwise_mse_loss(x, x, lambda_weight="ndcg")
