"""What the losses of pairs have in common, worked by hand."""

import math

import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
LOG_2 = math.log(2)
OF_PAIRS = (
    fl.pairwise_hinge_loss,
    fl.pairwise_logistic_loss,
    fl.pairwise_soft_zero_one_loss,
    fl.pairwise_mse_loss,
    fl.pairwise_quantile_loss,
)


def f64(xp, values):
    return xp.asarray(values, dtype=xp.float64)


def test_without_pairs_the_mean_is_zero_without_items_nan(xp):
    x, y = f64(xp, [[1.0, 2.0]]), xp.asarray([[3, 3]])
    none, nothing = xp.asarray([[True, False]]), xp.asarray([[False, False]])
    for loss in OF_PAIRS[:3]:
        assert_close(loss(x, y), 0)
        assert_close(loss(x, y, where=none), 0)
        assert_close(loss(x, y, where=nothing), NAN)
        assert_close(loss(x[:0, :], y[:0, :]), NAN)


@pytest.mark.parametrize("loss", OF_PAIRS)
def test_masked_items_change_neither_value_nor_derivative(loss, derivative):
    def function(x):
        xp = fl.array_namespace(x)
        y = xp.asarray([[2.0, NAN, 1.0], [NAN, INF, 1.0]], dtype=x.dtype)
        where = xp.asarray([[True, False, True], [False, False, False]])
        return loss(x, y, where=where, lambda_weight="dcg2")

    def short(x):
        y = fl.array_namespace(x).asarray([2.0, 1.0], dtype=x.dtype)
        return loss(x, y, lambda_weight="dcg2")

    got = derivative(function, [[0.5, NAN, -1.0], [INF, NAN, -INF]])
    assert_close(got[0, [0, 2]], derivative(short, [0.5, -1.0]))
    assert not got[0, 1]
    assert not got[1].any()


def test_infinite_scores(any_xp):
    x = f64(any_xp, [[0.0, -INF], [-INF, 0.0], [-INF, -INF]])
    y = any_xp.asarray([[1, 0], [1, 0], [1, 0]])

    def losses(loss):
        return loss(x, y, reduction="none")

    assert_close(losses(fl.pairwise_hinge_loss), [0, INF, 1])
    assert_close(losses(fl.pairwise_logistic_loss), [0, INF, LOG_2])
    assert_close(losses(fl.pairwise_soft_zero_one_loss), [0, 1, 0.5])
    assert_close(losses(fl.pairwise_mse_loss), [INF, INF, 2])
    assert_close(losses(fl.pairwise_quantile_loss), [INF, INF, 0.5])
    # Equal in relevance, they are no pair.
    assert_close(fl.pairwise_hinge_loss(x, 0 * y, reduction="none"), [0, 0, 0])


def test_derivatives_at_corners_and_at_infinity(derivative):
    def of(loss, **options):
        def function(x):
            y = fl.array_namespace(x).asarray([1, 0])
            return loss(x, y, reduction="sum", **options)

        return function

    hinge, logistic = of(fl.pairwise_hinge_loss), of(fl.pairwise_logistic_loss)
    assert_close(derivative(hinge, [1.0, 0.0]), [-1, 1])
    assert_close(derivative(hinge, [1.5, 0.0]), [0, 0])
    assert_close(derivative(logistic, [0.0, 0.0]), [-0.5, 0.5])
    assert_close(derivative(logistic, [0.0, -INF]), [0, 0])
    assert_close(derivative(logistic, [-INF, 0.0]), [-1, 1])
    quantile = of(fl.pairwise_quantile_loss, tau=0.75)
    assert_close(derivative(quantile, [1.0, 0.0]), [0, 0])
    assert_close(derivative(quantile, [0.5, 0.0]), [-0.75, 0.75])
    assert_close(derivative(quantile, [1.5, 0.0]), [0.25, -0.25])
    assert_close(derivative(of(fl.pairwise_mse_loss), [3.0, 0.0]), [8, -8])
    zero_one = of(fl.pairwise_soft_zero_one_loss)
    assert_close(derivative(zero_one, [0.0, 0.0]), [-0.25, 0.25])


def test_derivative_in_weight_and_relevance(derivative):
    def of_weight(w):
        y = fl.array_namespace(w).asarray([2, 1, 0])
        return fl.pairwise_hinge_loss(0 * w, y, w, reduction="sum")

    def of_target(t):
        return fl.pairwise_mse_loss(0 * t, t, reduction="sum")

    assert_close(derivative(of_weight, [5.0, 5.0, 5.0]), [2, 1, 0])
    assert_close(derivative(of_target, [3.0, 1.0]), [8, -8])


def test_halves_do_not_overflow(xp):
    if not hasattr(xp, "float16"):
        pytest.skip("the standard has no 16-bit floats")
    x = xp.asarray([-30000.0, 30000.0], dtype=xp.float16)
    got = fl.pairwise_logistic_loss(x, xp.asarray([1, 0]))
    assert_close(got, 60000.0)
