"""Cosine similarity, worked by hand."""

import math

import jax
import jax.numpy as jnp

import funloss as fl
from tests.assertions import assert_close


def test_values(any_xp):
    x1 = any_xp.asarray([[3.0, 4.0], [1.0, 0.0], [2.0, 2.0]], dtype=any_xp.float64)
    x2 = any_xp.asarray([[4.0, 3.0], [0.0, 5.0], [-1.0, -1.0]], dtype=any_xp.float64)
    assert_close(fl.cosine_similarity(x1, x2), [24 / 25, 0, -1])
    # The columns (3, 1, 2) and (4, 0, -1), (4, 0, 2) and (3, 5, -1).
    got = fl.cosine_similarity(x1, x2, dim=0)
    assert_close(got, [10 / (14 * 17) ** 0.5, 10 / (20 * 35) ** 0.5])


def test_norms_below_eps_count_as_eps(xp):
    x = xp.asarray([[0.0, 0.25]], dtype=xp.float64)
    t = xp.asarray([[3.0, 4.0]], dtype=xp.float64)
    assert_close(fl.cosine_similarity(x, t, eps=0.5), [0.25 / 0.5 * 0.8])


def test_the_gradient_is_across_the_vector(derivative):
    def cosine(x):
        t = fl.array_namespace(x).asarray([[0.0, 2.0], [0.0, 0.0]], dtype=x.dtype)
        return fl.cosine_similarity(x, t)

    assert_close(derivative(cosine, [[4.0, 0.0], [4.0, 0.0]]), [[0, 1 / 4], [0, 0]])


NAN = math.nan


def of_rows(xp, a, b, **options):
    a, b = (xp.asarray(x, dtype=xp.float64) for x in (a, b))
    return fl.cosine_similarity(a, b, **options)


def test_values_worked_by_hand(any_xp):
    a = [[3.0, 4.0], [1.0, 2.0], [1.0, 2.0], [1.0, 0.0], [1.0, NAN]]
    b = [[4.0, 3.0], [2.0, 4.0], [-2.0, -4.0], [0.0, 7.0], [1.0, 1.0]]
    # (3 * 4 + 4 * 3) / (5 * 5), parallel, opposite, orthogonal
    assert_close(of_rows(any_xp, a, b), [24 / 25, 1, -1, 0, NAN])


def test_along_the_first_axis(xp):
    a, b = [[3.0, 1.0], [4.0, 0.0]], [[4.0, 3.0], [3.0, 4.0]]
    assert_close(of_rows(xp, a, b, dim=0), [24 / 25, 3 / 5])


def test_one_vector_broadcasts_beside_many(xp):
    got = of_rows(xp, [[3.0, 4.0]], [[4.0, 3.0], [5.0, 0.0]])
    assert_close(got, [24 / 25, 3 / 5])


def test_eps_is_the_least_length_to_divide_by(xp):
    # Lengths of 5 are raised to 10.
    got = of_rows(xp, [[3.0, 4.0]], [[4.0, 3.0]], eps=10.0)
    assert_close(got, [24 / 100])
    assert_close(of_rows(xp, [[0.0, 0.0]], [[4.0, 3.0]]), [0])


def gradient(derivative, point, other, **options):
    """Return the gradient in the first vector of a pair."""

    def cosine(x):
        y = fl.array_namespace(x).asarray(other, dtype=x.dtype)
        return fl.cosine_similarity(x, y, **options)

    return derivative(cosine, point)


def test_gradient_is_orthogonal_to_the_vector(derivative):
    # b / (5 * 5) - 24/25 * a / 5**2
    expected = [[(4 - 0.96 * 3) / 25, (3 - 0.96 * 4) / 25]]
    assert_close(gradient(derivative, [[3.0, 4.0]], [[4.0, 3.0]]), expected)


def test_gradient_of_a_zero_vector_is_the_other_over_both_lengths(derivative):
    got = gradient(derivative, [[0.0, 0.0]], [[4.0, 3.0]], eps=0.5)
    assert_close(got, [[4 / (0.5 * 5), 3 / (0.5 * 5)]])


def test_gradient_takes_a_raised_length_for_the_norm(derivative):
    # b / (10 * 10) - 24 / (10**2 * 10) * a / 5
    got = gradient(derivative, [[3.0, 4.0]], [[4.0, 3.0]], eps=10.0)
    assert_close(got, [[0.04 - 0.024 * 0.6, 0.03 - 0.024 * 0.8]])


def test_a_masked_pair_is_zero(xp):
    where = xp.asarray([True, False])
    got = of_rows(xp, [[3.0, 4.0], [NAN, 1.0]], [[4.0, 3.0]] * 2, where=where)
    assert_close(got, [24 / 25, 0])


def test_the_least_length_may_be_an_array_far_above_both():
    a, b = (jnp.asarray([x], jnp.float32) for x in ([6e-21, 8e-21], [3e-20, -4e-20]))

    def similarity(a):
        return fl.cosine_similarity(a, b, eps=jnp.asarray(1.0)).sum()

    assert_close(jax.grad(similarity)(a), b, rtol=1e-6)
