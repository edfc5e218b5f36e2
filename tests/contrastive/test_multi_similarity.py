"""Multi-similarity loss, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np

import funloss as fl
from tests.assertions import assert_close

LOSS = fl.multi_similarity_loss
# Powers of two: exp of the scores of cosines 1, 0 and -1 are 1/2, 2 and 8, reversed.
OPTIONS = {"alpha": 2 * math.log(2), "beta": 2 * math.log(2), "base": 0.5}


def square(xp):
    """Return rows along (1, 0), (1, 0), (0, 1) and (0, -1), of any length."""
    rows = [[2.0, 0.0], [0.5, 0.0], [0.0, 3.0], [0.0, -1.0]]
    return xp.asarray(rows, dtype=xp.float64)


def test_values(any_xp):
    x, t = square(any_xp), any_xp.asarray([0, 0, 1, 1])
    # The first two: a positive of cosine 1, two negatives of cosine 0. The others: a
    # positive of cosine -1, and the same negatives.
    near, far = (math.log(1.5) + math.log(2)), (math.log(9) + math.log(2))
    expected = np.asarray([near, near, far, far]) / (2 * math.log(2))
    assert_close(LOSS(x, t, **OPTIONS, reduction="none"), expected)
    assert_close(LOSS(x, t, **OPTIONS), expected.mean())
    assert_close(LOSS(x, t, **OPTIONS, reduction="sum"), expected.sum())


def test_alpha_is_of_positives_and_beta_of_negatives(xp):
    x, t = square(xp), xp.asarray([0, 0, 1, 1])
    got = LOSS(x, t, alpha=1.0, beta=4.0, base=0.25, reduction="none")
    far = math.log1p(2 * math.exp(-1)) / 4
    first = math.log1p(math.exp(-0.75)) + far
    last = math.log1p(math.exp(1.25)) + far
    assert_close(got, [first, first, last, last])


def test_a_row_without_positives_keeps_its_negatives(xp):
    x, t = square(xp), xp.asarray([0, 0, 0, 1])
    # Of the last row the cosines are 0, 0 and -1, all negatives.
    expected = math.log1p(0.5 + 0.5 + 0.125) / (2 * math.log(2))
    assert_close(LOSS(x, t, **OPTIONS, reduction="none")[3, ...], expected)


def test_a_row_without_negatives_keeps_its_positives(xp):
    x, t = square(xp), xp.asarray([5, 5, 5, 5])
    got = LOSS(x, t, **OPTIONS, reduction="none")
    # Cosines 1, 0 and 0 of the first two, 0, 0 and -1 of the others.
    first, last = math.log1p(0.5 + 2 + 2), math.log1p(2 + 2 + 8)
    assert_close(got, np.asarray([first, first, last, last]) / (2 * math.log(2)))


def test_one_row_and_no_row():
    x, t = square(jnp), jnp.asarray([0, 0, 1, 1])
    value, gradient = jax.value_and_grad(LOSS)(x[:1], t[:1])
    assert_close(value, 0)
    assert_close(gradient, jnp.zeros((1, 2)))
    assert_close(LOSS(x[:0], t[:0]), math.nan)
    # All masked: no row is left.
    assert_close(LOSS(x, t, where=jnp.zeros(4, bool)), math.nan)
    gradient = jax.grad(LOSS)(x, t, where=jnp.zeros(4, bool))
    assert_close(gradient, jnp.zeros((4, 2)))


def test_all_rows_count_in_the_mean():
    # Of a label each; at right angles all of them: one negative of score exp(-25).
    rows, labels = np.eye(2), np.asarray([0, 1])
    assert_close(LOSS(rows, labels), math.exp(-25) / 50, rtol=1e-10)


def test_small_losses_keep_their_digits_and_large_scales_are_finite():
    x = np.asarray([[1.0, 0.0], [1.0, 0.0], [-1.0, 0.0]], np.float32)
    t = np.asarray([0, 0, 1])
    got = LOSS(x, t, alpha=40.0, beta=20.0, reduction="none")
    near, far = math.exp(-20) / 40, math.exp(-30) / 20
    assert_close(got[:2], [near + far] * 2, rtol=1e-5)
    assert_close(got[2], 2 * far, rtol=1e-5)
    value, gradient = jax.value_and_grad(LOSS)(
        jnp.asarray(x), jnp.asarray([0, 1, 0]), alpha=1e6, beta=1e6
    )
    # Row 0: cosines -1 and 1, each on the wrong side. Row 1: of 1 and -1, negatives.
    # Row 2: a positive of cosine -1.
    assert_close(value, (1.5 + 0.5 + 0.5 + 1.5) / 3, rtol=1e-5)
    assert np.isfinite(gradient).all()


def test_gradient_by_hand(derivative):
    def function(x):
        xp = fl.array_namespace(x)
        # (1, 0) with (1, x) of its label, and (0, 1) of another.
        ones, nothing = xp.ones_like(x), xp.zeros_like(x)
        rows = [xp.concat([ones, ones, nothing]), xp.concat([nothing, x, ones])]
        rows, labels = xp.stack(rows, axis=1), xp.asarray([0, 0, 1])
        options = {"alpha": 1.0, "beta": 2.0, "base": 0.0, "reduction": "none"}
        return LOSS(rows, labels, **options)[1]

    # Angles of pi / 4 to both, whose derivative in x is 1 / 2: the cosine to the
    # positive falls by sin(pi / 4) / 2, that to the negative rises by as much.
    size = math.sin(math.pi / 4)
    share, other = (1 / (1 + math.exp(x)) for x in (size, -2 * size))
    assert_close(derivative(function, [1.0]), [(share + other) * size / 2])
