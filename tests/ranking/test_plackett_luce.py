"""Losses of the Plackett-Luce model: digits, masks and nan."""

import math

import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
LOG = math.log


def f64(xp, values):
    return xp.asarray(values, dtype=xp.float64)


def test_small_losses_keep_their_digits(any_xp):
    x, y = f64(any_xp, [[40.0, 0.0], [0.0, 1e4]]), any_xp.asarray([[1, 0], [1, 0]])
    for loss in (fl.listmle_loss, fl.unique_softmax_loss):
        losses = loss(x, y, reduction="none")
        assert_close(losses, [math.log1p(math.exp(-40)), 1e4])


@pytest.mark.parametrize("loss", [fl.listmle_loss, fl.unique_softmax_loss])
def test_scores_far_below_the_best_keep_the_digits_of_their_derivatives(
    loss, derivative
):
    options = {} if loss is fl.listmle_loss else {"gain": "linear"}

    def function(x):
        y = fl.array_namespace(x).asarray([2, 1, 0])
        return loss(x, y, reduction="sum", **options)

    got = derivative(function, [0.0, -1e4, 1.0 - 1e4], "float32")
    share = math.e / (1 + math.e)
    assert_close(got, [0, -share, share], rtol=3e-7)


@pytest.mark.parametrize("loss", [fl.listmle_loss, fl.unique_softmax_loss])
def test_masked_items_do_not_compete_with_a_score_of_minus_infinity(any_xp, loss):
    x, y = f64(any_xp, [0.0, -INF, NAN]), f64(any_xp, [3.0, 2.0, 0.0])
    keep = any_xp.asarray([True, True, False])
    assert_close(loss(x, y, where=keep), 0)


@pytest.mark.parametrize("loss", [fl.listmle_loss, fl.unique_softmax_loss])
def test_masked_items_have_no_gradient_beside_negative_labels(loss, derivative):
    def function(x):
        xp = fl.array_namespace(x)
        keep = xp.asarray([False, True, True])
        y = xp.asarray([0.0, -1.0, -2.0], dtype=x.dtype)
        return loss(x, y, where=keep)

    # Half of what the likelier item is worth: 1, or 2**-1 - 1.
    half = 0.5 if loss is fl.listmle_loss else -0.25
    assert_close(derivative(function, [0.0, 1.0, 1.0]), [0, -half, half])


@pytest.mark.parametrize("loss", [fl.listmle_loss, fl.unique_softmax_loss])
def test_a_nan_label_is_seen_in_the_value(any_xp, loss):
    x, y = f64(any_xp, [[0.0, 1.0], [2.0, 3.0]]), f64(any_xp, [[NAN, 1.0], [1.0, 0.0]])
    losses = loss(x, y, reduction="none")
    assert_close(losses, [NAN, LOG(1 + math.e)])


@pytest.mark.parametrize("loss", [fl.listmle_loss, fl.unique_softmax_loss])
def test_a_nan_label_is_seen_in_the_derivative(loss, derivative):
    def function(x):
        return loss(x, 0 * x + fl.array_namespace(x).asarray([NAN, 1.0]))

    assert_close(derivative(function, [0.0, 1.0]), [NAN, NAN])
