"""CoSENT, worked by hand."""

import math

import numpy as np
import torch

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
LOG = math.log


def f64(xp, values):
    return xp.asarray(values, dtype=xp.float64)


def test_values(any_xp):
    # Differences of the pairs (0, 1), (0, 2) and (1, 2): log(1 / 2), log 2, log 4.
    x, y = f64(any_xp, [LOG(2), 0.0, LOG(4)]), any_xp.asarray([3, 2, 1])
    assert_close(fl.cosent_loss(x, y, scale=1.0), LOG(1 + 0.5 + 2 + 4))
    assert_close(fl.cosent_loss(x, y, scale=2.0), LOG(1 + 0.25 + 4 + 16))
    # The last two are no pair.
    equal = any_xp.asarray([3, 2, 2])
    assert_close(fl.cosent_loss(x, equal, scale=1.0), LOG(1 + 0.5 + 2))
    lists, orders = any_xp.stack([x, x], axis=0), any_xp.stack([y, equal], axis=0)
    got = fl.cosent_loss(lists, orders, scale=1.0)
    assert_close(got, (LOG(7.5) + LOG(3.5)) / 2)


def test_gradient_by_hand(derivative):
    def function(x):
        y = fl.array_namespace(x).asarray([3, 2, 1])
        return fl.cosent_loss(x, y, scale=2.0)

    # The shares of the three pairs in 1 + 1 / 4 + 4 + 16, twice as the scale is 2.
    low, middle, high = (2 * x / 21.25 for x in (0.25, 4, 16))
    got = derivative(function, [LOG(2), 0.0, LOG(4)])
    assert_close(got, [-low - middle, low - high, middle + high])


def without_pairs(x):
    """Return the losses of equal targets, and of targets whose best item is masked."""
    xp = fl.array_namespace(x)
    y = xp.asarray([[1, 1, 1], [2, 1, 1]])
    keep = xp.asarray([[True, True, True], [False, True, True]])
    return fl.cosent_loss(xp.stack([x, x], axis=0), y, where=keep, reduction="none")


def test_lists_without_a_pair_have_loss_0(any_xp):
    assert_close(without_pairs(f64(any_xp, [0.5, -0.5, 1.0])), [0, 0])


def test_lists_without_a_pair_have_gradient_0(derivative):
    assert_close(derivative(without_pairs, [0.5, -0.5, 1.0]), [0, 0, 0])


# Infinite scores of the best and of the worst item would be beyond all others.
MASKED = [-INF, 0.0, NAN, INF, 1.0, 80.0]


def among_masked(x):
    xp = fl.array_namespace(x)
    y = xp.asarray([9.0, 3.0, 2.5, -9.0, 2.0, 0.0], dtype=x.dtype)
    keep = xp.asarray([False, True, False, False, True, False])
    return fl.cosent_loss(x, y, scale=1.0, where=keep)


def test_masked_items_are_in_no_pair_wherever_they_are(any_xp):
    assert_close(among_masked(f64(any_xp, MASKED)), math.log1p(math.e))


def test_masked_items_have_gradient_0(derivative):
    share = math.e / (1 + math.e)
    assert_close(derivative(among_masked, MASKED), [0, -share, 0, 0, share, 0])


def best_first(x):
    xp = fl.array_namespace(x)
    return fl.cosent_loss(x, xp.broadcast_to(xp.asarray([1, 0, 0]), x.shape))


def test_nothing_overflows_and_small_losses_keep_their_digits(any_xp):
    x = f64(any_xp, [[-1e4, 1e4, 1e4], [2.0, 0.0, 0.0]])
    assert_close(best_first(x[:1, ...]), 4e5 + LOG(2))
    assert_close(best_first(x[1:, ...]), math.log1p(2 * math.exp(-40)))


def test_gradients_far_from_0_keep_their_digits(derivative):
    got = derivative(best_first, [-1e4, 1e4, 1e4], "float32")
    assert_close(got, [-20, 10, 10], rtol=1e-6)
    small = 20 * math.exp(-40) / (1 + 2 * math.exp(-40))
    got = derivative(best_first, [2.0, 0.0, 0.0])
    assert_close(got, [-2 * small, small, small])


def test_infinite_and_nan_scores(any_xp):
    x = f64(any_xp, [[INF, 0.0], [0.0, INF], [-INF, 0.0], [INF, INF], [0.0, NAN]])
    y = any_xp.asarray([[1, 0]] * 4 + [[0, 0]])
    got = fl.cosent_loss(x, y, reduction="none")
    assert_close(got, [0, INF, INF, LOG(2), NAN])
    y = f64(any_xp, [1.0, NAN])
    assert_close(fl.cosent_loss(f64(any_xp, [0.0, 0.0]), y), NAN)


def test_masked_items_are_no_pair_of_infinite_scores(any_xp):
    x, y = f64(any_xp, [-INF, -INF, 5.0]), any_xp.asarray([2, 1, 0])
    where = any_xp.asarray([True, True, False])
    assert_close(fl.cosent_loss(x, y, where=where), LOG(2))


def test_the_table_of_pairs_of_sentence_transformers():
    rng = np.random.default_rng(0)
    x = torch.tensor(rng.uniform(-1, 1, 40), requires_grad=True)
    y = torch.tensor(rng.integers(0, 6, 40) / 5)
    gaps = 20 * (x[:, None] - x[None, :])
    gaps = gaps - (1 - (y[:, None] < y[None, :]).double()) * 1e12
    wanted = torch.logsumexp(torch.cat([torch.zeros(1), gaps.view(-1)]), 0)
    (gradient,) = torch.autograd.grad(wanted, x)
    got = fl.cosent_loss(x, y)
    assert_close(got.detach(), wanted.detach())
    assert_close(torch.autograd.grad(got, x)[0], gradient, rtol=1e-9, atol=1e-12)
