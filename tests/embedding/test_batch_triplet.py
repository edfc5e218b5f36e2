"""Triplet loss of a batch, worked by hand."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

TRIPLET = functools.partial(fl.batch_triplet_loss, normalize=False, margin=2.0)
# Rows on a line: 0 and 1 of one label, 3 and 5 of another.
LINE, LABELS = [0.0, 1.0, 3.0, 5.0], [0, 0, 1, 1]
# Of each anchor, its positive less its negatives, and the margin.
LACKS = [[0, -2], [1, -1], [1, 2], [-1, 0]]
MINED = {
    "all": [0, 1, 3, 0],
    "hard": [0, 1, 2, 0],
    # The anchor at 3 has its positive at 2, one negative as far and one beyond.
    "semihard": [0, 1, 1, 0],
}
ACTIVE = {"all": 3, "hard": 2, "semihard": 2}


def line(xp, *points):
    return xp.asarray(points or LINE, dtype=xp.float64)[:, None]


@pytest.mark.parametrize("mining", MINED)
def test_losses_of_anchors_and_their_means(any_xp, mining):
    x, t = line(any_xp), any_xp.asarray(LABELS)
    expected = MINED[mining]
    loss = functools.partial(TRIPLET, mining=mining)
    assert_close(loss(x, t, reduction="none"), expected)
    # Triplets exactly at the margin do not count.
    assert_close(loss(x, t), sum(expected) / ACTIVE[mining])
    number = 8 if mining == "all" else 4
    assert_close(loss(x, t, count="all"), sum(expected) / number)


def test_smooth_losses(any_xp):
    x, t = line(any_xp), any_xp.asarray(LABELS)
    each = [[math.log1p(math.exp(v)) for v in lacks] for lacks in LACKS]
    loss = functools.partial(TRIPLET, smooth=True)
    assert_close(loss(x, t, reduction="none"), [sum(v) for v in each])
    assert_close(loss(x, t), sum(map(sum, each)) / 8)
    hardest = sum(map(max, each)) / 4
    assert_close(loss(x, t, mining="hard"), hardest)


def test_squared_distances(any_xp):
    x, t = line(any_xp), any_xp.asarray(LABELS)
    # Of the anchor at 3 alone: 4 less 9 and 4, and the margin.
    got = TRIPLET(x, t, squared=True, reduction="none")
    assert_close(got, [0, 0, 2, 0])


def test_gradient_of_active_triplets_alone(derivative):
    def function(x):
        labels = fl.array_namespace(x).asarray(LABELS)
        return TRIPLET(x[:, None], labels, reduction="sum")

    # The triplets (1, 0, 3), (3, 5, 0) and (3, 5, 1), of anchor, positive, negative.
    # By sums of halves, thirds and fifths, which a product of matrices may round.
    got = derivative(function, LINE)
    assert_close(got, [0, 3, -5, 2], rtol=1e-12, atol=1e-15)


def test_without_a_negative_beyond_it_is_the_farthest(any_xp):
    x = line(any_xp, 0.0, 10.0, 3.0, 5.0)
    got = TRIPLET(x, any_xp.asarray([0, 0, 1, 1]), mining="semihard", reduction="none")
    # Then the positive at 2, and beyond it negatives at 3 and at 5.
    assert_close(got, [10 - 5 + 2, 10 - 7 + 2, 2 - 3 + 2, 0])


def test_ties_of_hard_mining_share_the_gradient(derivative):
    def function(x):
        labels = fl.array_namespace(x).asarray([0, 0, 0, 1, 1])
        return TRIPLET(x[:, None], labels, mining="hard", reduction="none")[:1]

    # Positives on both sides, both negatives as near.
    got = derivative(function, [0.0, 1.0, -1.0, 2.0, -2.0])
    assert_close(got, [0, 0.5, -0.5, -0.5, 0.5])


@pytest.mark.parametrize("mining", MINED)
def test_without_active_triplets_value_and_gradient_are_0(mining):
    function = jax.value_and_grad(functools.partial(TRIPLET, mining=mining))
    x = line(jnp)
    # One label; a label for each row; at the margin and beyond; one row.
    apart = line(jnp, 0.0, 1.0, 4.0, 5.0), LABELS
    batches = [(x, [5] * 4), (x, [0, 1, 2, 3]), apart, (x[:1], [0])]
    for rows, labels in batches:
        value, gradient = function(rows, jnp.asarray(labels))
        assert_close(value, 0)
        assert_close(gradient, jnp.zeros_like(rows))
    assert_close(TRIPLET(x[:0], jnp.asarray([], int), mining=mining), math.nan)


@pytest.mark.parametrize("mining", MINED)
def test_equal_rows_have_finite_gradients(mining):
    x, t = jnp.ones((4, 2)), jnp.asarray(LABELS)
    loss = functools.partial(fl.batch_triplet_loss, mining=mining)
    value, gradient = jax.value_and_grad(loss)(x, t)
    assert_close(value, 0.2)
    assert_close(gradient, jnp.zeros_like(x))


def test_near_rows_keep_their_distance():
    x = np.asarray([[1.0, 0.0], [1.0, 3e-5], [1.0, -1e-5]], np.float32)
    # The first row's positive is at 3e-5, its negative at 1e-5.
    got = TRIPLET(x, np.asarray([0, 0, 1]), margin=0.0, reduction="none")
    assert_close(got[0], 2e-5, rtol=1e-4)


def test_many_anchors_come_in_blocks_that_change_nothing():
    rng = np.random.default_rng(0)
    x, t = rng.standard_normal((1100, 2)), rng.integers(0, 40, 1100)
    got = fl.batch_triplet_loss(jnp.asarray(x), jnp.asarray(t), reduction="none")
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    distances = np.linalg.norm(unit[:, None] - unit, axis=2)
    for k in (0, 1023, 1024, 1099):
        same = t == t[k]
        near = distances[k][same & (np.arange(1100) != k)]
        lacks = near[:, None] - distances[k][~same] + 0.2
        assert_close(got[k], np.maximum(lacks, 0).sum(), rtol=1e-11)
