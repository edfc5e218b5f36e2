"""The hinge of the best wrong class, worked by hand."""

import math

import jax.numpy as jnp

import funloss as fl
from tests.assertions import assert_close

INF = math.inf
LOSS = fl.multiclass_hinge_loss


def test_the_strongest_wrong_class_is_charged(any_xp):
    scores = [[2.0, 0.5, -1.0], [0.0, 1.0, 3.0], [1.0, 1.0, 1.0]]
    x = any_xp.asarray(scores, dtype=any_xp.float64)
    t = any_xp.asarray([0, 1, 2])
    # Leads of 1.5, -2 and 0 where 1 is asked for.
    assert_close(LOSS(x, t, reduction="none"), [0, 3, 1])
    assert_close(LOSS(x, t), 4 / 3)
    assert_close(LOSS(x, t, margin=2.5, reduction="none"), [1, 4.5, 2.5])
    assert_close(LOSS(x, t, margin=0.0, reduction="none"), [0, 2, 0])


def test_large_scores_keep_their_digits(xp):
    x = xp.asarray([[1e4, 1e4 + 2**-10]], dtype=xp.float32)
    assert_close(LOSS(x, xp.asarray([0]), margin=0.0), 2**-10, rtol=1e-6)
    # The margin is added to the difference: 1e4 would swallow it.
    got = LOSS(x, xp.asarray([0]), margin=2**-14)
    assert_close(got, 2**-10 + 2**-14, rtol=1e-6)


def test_the_weighted_mean_divides_by_the_weights_of_the_labels(xp):
    x = xp.asarray([[0.0, 0.0], [0.0, 2.0]], dtype=xp.float64)
    weight = xp.asarray([3.0, 1.0], dtype=xp.float64)
    # Losses of 1 and 0, weighing 3 and 1.
    assert_close(LOSS(x, xp.asarray([0, 1]), weight=weight), 3 / 4)


def test_a_class_without_a_chance_is_no_rival(xp):
    x = xp.asarray([[-INF, 0.0, -INF], [-INF, 0.0, 0.5]], dtype=xp.float64)
    assert_close(LOSS(x, xp.asarray([1, 1]), reduction="none"), [0, 1.5])


def test_without_a_rival_nothing_is_lacking(derivative):
    def loss(x):
        return LOSS(x, fl.array_namespace(x).asarray(0), reduction="sum")

    # One class alone, possible or not, and one among classes that are none.
    for scores in ([3.0], [-INF], [-INF, -INF], [0.5, -INF]):
        assert_close(loss(jnp.asarray(scores)), 0)
        assert_close(derivative(loss, scores), [0.0] * len(scores))


def test_derivatives_at_ties_and_at_the_margin(derivative):
    def loss(x):
        labels = fl.array_namespace(x).asarray([0, 0, 0, 0])
        rows = fl.array_namespace(x).reshape(x, (4, 3))
        return LOSS(rows, labels, reduction="sum")

    # One rival; two that tie; a lead of just 1, shared with the true class; a lead.
    point = [0.0, 2.0, 1.0, 0.0, 2.0, 2.0, 1.0, 0.0, -1.0, 3.0, 0.0, 0.0]
    derivatives = [-1, 1, 0, -1, 0.5, 0.5, -0.5, 0.5, 0, 0, 0, 0]
    assert_close(derivative(loss, point), derivatives)
