"""Odds-ratio preference optimisation, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF = math.inf
HALF, THIRD = math.log(1 / 2), math.log(1 / 3)


def test_values(any_xp):
    c, r = (
        any_xp.asarray(x, dtype=any_xp.float64)
        for x in ([HALF, THIRD, HALF, -INF, HALF], [THIRD, HALF, HALF, HALF, -INF])
    )
    got = fl.orpo_loss(c, r, reduction="none")
    # Odds of 1 and 1/2: they make 2/3 and 1/3 of their sum.
    expected = [math.log(3 / 2), math.log(3), math.log(2), INF, 0]
    assert_close(got, expected)
    assert_close(fl.orpo_loss(c[:2], r[:2]), math.log(9 / 2) / 2)


def test_the_mean_divides_by_the_number_of_pairs(xp):
    c, r = (xp.asarray(x, dtype=xp.float64) for x in ([HALF, HALF], [THIRD, HALF]))
    weight = xp.asarray([3.0, 1.0], dtype=xp.float64)
    got = fl.orpo_loss(c, r, weight=weight)
    assert_close(got, (3 * math.log(3 / 2) + math.log(2)) / 2)


def test_gradients(derivative):
    def of_both(x):
        return fl.orpo_loss(x[:1], x[1:])

    # A third of 1 / (1 - 1/2) down, and of 1 / (1 - 1/3) up.
    assert_close(derivative(of_both, [HALF, THIRD]), [-2 / 3, 1 / 2])
    # Impossible answers: all of the pull is on the chosen one, or nothing is left.
    assert_close(derivative(of_both, [-INF, HALF]), [-1, 2])
    assert_close(derivative(of_both, [HALF, -INF]), [0, 0])


def test_curvature(curvature):
    def of_chosen(x):
        return fl.orpo_loss(x, HALF, reduction="sum")

    # Beside odds of 1 the loss is -log(p), a line in log(p).
    assert_close(curvature(of_chosen, [THIRD, HALF]), [0, 0], atol=1e-15)


@pytest.mark.parametrize("size", [1e-3, 1e-8, 1e-30])
def test_probabilities_near_one_keep_their_digits(size):
    x = jnp.asarray([-size], jnp.float32)

    def chosen(x):
        return fl.orpo_loss(x, jnp.full(1, HALF, jnp.float32))

    def rejected(x):
        return fl.orpo_loss(jnp.full(1, HALF, jnp.float32), x)

    # Odds of 1 over exp(x) / (1 - exp(x)), and the other way round.
    near = float(-np.expm1(-float(-x[0])))
    assert_close(chosen(x), -math.log1p(-near), rtol=1e-6)
    assert_close(rejected(x), -math.log(near), rtol=1e-6)
    assert_close(jax.grad(chosen)(x), [-1], rtol=1e-6)
    assert_close(jax.grad(rejected)(x), [1 / near - 1], rtol=1e-6)


def test_certain_answers_have_a_value_and_no_gradient(derivative):
    least = math.log(np.finfo(np.float64).smallest_normal)

    def of_both(x):
        return fl.orpo_loss(x[:1], x[1:])

    assert_close(of_both(np.asarray([0.0, HALF])), 0, atol=1e-300)
    assert_close(of_both(np.asarray([HALF, 0.0])), -least)
    assert_close(of_both(np.zeros(2)), math.log(2))
    assert_close(derivative(of_both, [0.0, HALF]), [0, 0], atol=1e-300)
    assert_close(derivative(of_both, [HALF, 0.0]), [-2, 0])
    assert_close(derivative(of_both, [0.0, 0.0]), [0, 0])


def test_both_log_probabilities_above_zero_are_nan_under_jit():
    x = jnp.asarray([0.5])
    value, gradients = jax.jit(jax.value_and_grad(fl.orpo_loss, (0, 1)))(x, x)
    assert np.isnan([value, gradients[0][0], gradients[1][0]]).all()
