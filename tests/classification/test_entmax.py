"""Entmax and Fenchel-Young losses, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF = math.inf
ENTMAX, FY = fl.entmax_loss, fl.fenchel_young_loss


def test_sparsemax_of_two_and_three_classes(any_xp):
    scores = [[0.5, 0.0, -9.0], [2.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    x = any_xp.asarray(scores, dtype=any_xp.float64)
    # sum(p * x) - sum(p**2) / 2 + 1/2 - x[y] with p = (3/4, 1/4, 0) and y = 0; with
    # p = (1, 0, 0) and y = 1; and with p = (1/3, 1/3, 1/3).
    losses = [3 / 8 - 5 / 16 + 1 / 2 - 1 / 2, 2 - 1 / 2 + 1 / 2, -1 / 6 + 1 / 2]
    got = ENTMAX(x, any_xp.asarray([0, 1, 2]), alpha=2, reduction="none")
    assert_close(got, losses)


def test_entmax_of_equal_scores_is_the_entropy_of_an_even_choice(xp):
    x = xp.zeros((1, 4), dtype=xp.float64)
    # h(p) = (1 - 4 * 4**-alpha) / (alpha * (alpha - 1)).
    for alpha in (1.25, 1.5, 2.0):
        exact = (1 - 4 * 4**-alpha) / (alpha * (alpha - 1))
        assert_close(ENTMAX(x, xp.asarray([3]), alpha=alpha), exact)


def test_a_lead_of_the_margin_costs_nothing_and_has_no_derivative(derivative):
    def loss(x, alpha):
        rows = fl.array_namespace(x).reshape(x, (1, 3))
        return ENTMAX(rows, fl.array_namespace(x).asarray([0]), alpha=alpha)

    for alpha in (1.25, 1.5, 2.0):
        lead = 1 / (alpha - 1)
        derivatives = derivative(
            lambda x, alpha=alpha: loss(x, alpha), [1e4 + lead, 1e4, 0.0]
        )
        assert_close(derivatives, [0, 0, 0], atol=1e-11)
        value = loss(jnp.asarray([1e4 + lead, 1e4, 0.0]), alpha)
        assert_close(value, 0, atol=1e-11)


def test_derivative_is_the_probabilities_less_the_label(derivative):
    def loss(x):
        rows = fl.array_namespace(x).reshape(x, (1, 3))
        return ENTMAX(rows, fl.array_namespace(x).asarray([1]), alpha=2)

    assert_close(derivative(loss, [0.5, 0.0, -9.0]), [0.75, 0.25 - 1, 0])


def test_a_small_probability_has_its_digits(derivative):
    def loss(x):
        rows = fl.array_namespace(x).reshape(x, (1, 2))
        return ENTMAX(rows, fl.array_namespace(x).asarray([0]), alpha=2)

    x = np.asarray([0.0, -0.9998], np.float32)
    p = (1 + float(x[1])) / 2
    got = derivative(loss, x.tolist(), "float32")
    assert_close(got[1], p, rtol=2e-7)


def test_near_one_it_is_cross_entropy():
    x, t = np.asarray([[1.0, -0.5, 2.0]]), np.asarray([0])
    assert_close(ENTMAX(x, t, alpha=1 + 1e-6), fl.cross_entropy(x, t), rtol=1e-5)
    with pytest.raises(ValueError, match="got 1: that is cross_entropy"):
        ENTMAX(x, t, alpha=1)


def test_probabilities_and_labels_agree(xp):
    x = xp.asarray([[1.0, -0.5, 2.0]], dtype=xp.float64)
    onehot = xp.asarray([[0.0, 1.0, 0.0]], dtype=xp.float64)
    for alpha in (1.3, 1.5, 2.0):
        of_labels = ENTMAX(x, xp.asarray([1]), alpha=alpha)
        assert_close(ENTMAX(x, onehot, alpha=alpha), of_labels)
        # At its own distribution, the loss is 0.
    even = xp.asarray([[1 / 3, 1 / 3, 1 / 3]], dtype=xp.float64)
    assert_close(ENTMAX(xp.zeros((1, 3), dtype=xp.float64), even), 0, atol=1e-16)


def test_a_row_and_an_impossible_class(xp):
    x = xp.asarray([0.5, -INF, 0.0], dtype=xp.float64)
    assert_close(ENTMAX(x, xp.asarray(0), alpha=2), 0.0625)
    assert_close(ENTMAX(x, xp.asarray(1), alpha=2), INF)


def test_a_label_out_of_range_is_no_class():
    x = jnp.zeros((1, 3))
    for label in (3, -1):
        value, derivative = jax.value_and_grad(ENTMAX)(x, jnp.asarray([label]))
        assert_close(value, math.nan)
        assert_close(derivative, [[math.nan] * 3])


def half_square(x):
    return 0.5 * fl.array_namespace(x).sum(x * x, axis=-1)


def test_fenchel_young_of_half_the_square_is_half_the_square_of_the_error(any_xp):
    x = any_xp.asarray([[3.0, 1.0], [0.0, 2.0]], dtype=any_xp.float64)
    y = any_xp.asarray([[1.0, 1.0], [0.0, 0.0]], dtype=any_xp.float64)
    pair = {"conjugate": half_square, "regularizer": half_square}
    assert_close(FY(x, y, **pair, reduction="none"), [2, 2])
    # Without the regularizer, by half the square of y less.
    assert_close(FY(x, y, conjugate=half_square, reduction="none"), [1, 2])
    assert_close(FY(x, y, **pair, axis=0, reduction="none"), [2, 2])


def test_fenchel_young_of_logsumexp_is_cross_entropy():
    x, y = jnp.asarray([[1.0, -0.5, 2.0]]), jnp.asarray([[0.0, 1.0, 0.0]])

    def mass(x):
        return jax.nn.logsumexp(x, axis=-1)

    def loss(x):
        return FY(x, y, conjugate=mass)

    assert_close(loss(x), fl.cross_entropy(x, y))
    assert_close(jax.grad(loss)(x), jax.nn.softmax(x) - y, rtol=1e-11)


def test_fenchel_young_of_an_impossible_class_without_mass_is_finite():
    x, y = jnp.asarray([[0.5, -INF, 0.5]]), jnp.asarray([[1.0, 0.0, 0.0]])

    def loss(x):
        return FY(x, y, conjugate=lambda x: jax.nn.logsumexp(x, axis=-1))

    assert_close(loss(x), math.log(2))
    assert_close(jax.grad(loss)(x), [[-0.5, 0, 0.5]])


def test_sum_of_probabilities_scales_the_derivative(derivative):
    # With alpha=2, p = (3/4, 1/4) and q = (1, 1/2): sum(q) * p - q.
    def loss(x):
        xp = fl.array_namespace(x)
        return ENTMAX(x, xp.asarray([1.0, 0.5], dtype=x.dtype), alpha=2)

    assert_close(derivative(loss, [0.5, 0.0]), [0.125, -0.125])


def test_curvature_is_that_of_the_probabilities(curvature):
    # Of sparsemax on a support of two, dp/dx = [[1, -1], [-1, 1]] / 2: rows add up
    # to 0. Weighing the first loss twice shows each entry.
    def loss(x):
        xp = fl.array_namespace(x)
        twice = xp.concat([x[:1] * 2, x[1:]])
        return ENTMAX(twice, xp.asarray(1), alpha=2)

    # d2/dx2 of the loss at (2a, b) times ones: [4 * 1/2 - 2 * 1/2, -2 * 1/2 + 1/2].
    assert_close(curvature(loss, [0.25, 0.0, -9.0]), [1, -0.5, 0])


def test_a_conjugate_must_return_one_number_a_row():
    x = np.zeros((2, 3))
    with pytest.raises(ValueError, match=r"conjugate must return an array of numpy"):
        FY(x, x, conjugate=lambda x: x)
    with pytest.raises(ValueError, match=r"regularizer must return .* got float"):
        FY(x, x, conjugate=half_square, regularizer=lambda _: 0.0)
