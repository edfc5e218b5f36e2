"""Contrastive loss of a batch, worked by hand."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

CONTRASTIVE = fl.contrastive_loss
ROOT = math.sqrt(2)


def square(xp):
    """Return rows along (1, 0), (1, 0), (0, 1) and (0, -1), of any length."""
    rows = [[2.0, 0.0], [0.5, 0.0], [0.0, 3.0], [0.0, -1.0]]
    return xp.asarray(rows, dtype=xp.float64)


def test_positives_by_distance_and_negatives_within_the_margin(any_xp):
    x, t = square(any_xp), any_xp.asarray([0, 0, 1, 1])
    # Positives have distances 0 and 2, each row two negatives at the root of 2.
    got = CONTRASTIVE(x, t, margin=2.0, reduction="none")
    near = 2 * (2 - ROOT)
    assert_close(got, [near, near, near + 2, near + 2])
    # Two of four positive pairs have a loss, and all eight negative ones.
    assert_close(CONTRASTIVE(x, t, margin=2.0), 2 + (2 - ROOT))
    assert_close(CONTRASTIVE(x, t, margin=2.0, count="all"), 1 + (2 - ROOT))
    assert_close(CONTRASTIVE(x, t, margin=2.0, p=2), 4 + (2 - ROOT) ** 2)


def test_pairs_at_their_margins_have_no_loss_and_no_gradient(derivative):
    # On a line: positives at 5 of 5 allowed, negatives at 10 of 10 and at 5.
    def function(x):
        xp = fl.array_namespace(x)
        return CONTRASTIVE(
            x[:, None],
            xp.asarray([0, 0, 1]),
            margin=10.0,
            positive_margin=5.0,
            normalize=False,
        )

    assert_close(function(np.asarray([0.0, 5.0, 10.0])), 5)
    # The mean of the one pair that counts, in both orders: 10 less its distance.
    assert_close(derivative(function, [0.0, 5.0, 10.0]), [0, 1, -1])


def test_near_rows_keep_their_distance():
    x = np.asarray([[1.0, 0.0], [1.0, 1e-5], [0.0, 1.0]], np.float32)
    # Of their cosine, 1 less 5e-11, nothing is left in float32.
    got = CONTRASTIVE(x, np.asarray([0, 0, 1]), margin=0.5)
    assert_close(got, 1e-5, rtol=1e-5)


@pytest.mark.parametrize("count", ["active", "all"])
def test_without_active_pairs_value_and_gradient_are_0(count):
    # Equal rows of one label, and rows of two labels beyond the margin.
    x, t = square(jnp), jnp.asarray([0, 0, 1, 2])
    function = jax.value_and_grad(CONTRASTIVE)
    value, gradient = function(x, t, margin=1.0, count=count)
    assert_close(value, 0)
    assert_close(gradient, jnp.zeros_like(x))
    # One label alone, whose rows are equal; one row; none.
    value, gradient = function(x[:2], t[:2], count=count)
    assert_close(value, 0)
    assert_close(gradient, jnp.zeros_like(x[:2]))
    assert_close(CONTRASTIVE(x[:1], t[:1], count=count), 0)
    assert_close(CONTRASTIVE(x[:0], t[:0], count=count), math.nan)


def test_equal_rows_of_two_labels_have_a_loss_and_no_gradient():
    x = jnp.asarray([[2.0, 0.0], [1.0, 0.0]])
    value, gradient = jax.value_and_grad(CONTRASTIVE)(x, jnp.asarray([0, 1]))
    assert_close(value, 1)
    assert_close(gradient, jnp.zeros_like(x))


def test_equal_rows_count_the_same_however_they_are_computed():
    # Fused with a product, a difference of equal products is rounded otherwise.
    x = np.random.default_rng(0).standard_normal((6, 4))
    x[1], labels = x[0], np.asarray([0, 0, 1, 1, 7, 0])
    value = functools.partial(CONTRASTIVE, margin=1.5)
    expected = value(x, labels)
    for function in (value, lambda *arrays: jax.value_and_grad(value)(*arrays)[0]):
        got = jax.jit(function)(jnp.asarray(x), jnp.asarray(labels))
        assert_close(got, expected)
