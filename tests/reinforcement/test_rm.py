"""The regret matching loss, worked by hand."""

import math

import jax
import jax.numpy as jnp

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan


def test_value_of_an_even_policy(any_xp):
    x = any_xp.zeros((1, 4), dtype=any_xp.float64)
    q = any_xp.asarray([[1.0, 1.0, 3.0, -1.0]], dtype=any_xp.float64)
    # The mean value is 1: advantages of 0, 0, 2 and -2.
    assert_close(fl.rm_loss(x, q), -0.5)


def test_gradient_of_an_even_policy(derivative):
    def loss(x):
        q = fl.array_namespace(x).asarray([1.0, 1.0, 3.0, -1.0], dtype=x.dtype)
        return fl.rm_loss(x, q)

    # With the constant regrets (0, 0, 2, 0), p * (1/2 - r).
    assert_close(derivative(loss, [0.0] * 4), [0.125, 0.125, -0.375, 0.125])


def test_regrets_are_constants_of_the_hessian():
    # The loss is -p of the first action, an inflection where both are as likely.
    rows = jax.hessian(fl.rm_loss)(jnp.zeros(2), jnp.asarray([1.0, -1.0]))
    assert_close(rows, [[0, 0], [0, 0]])


def test_nothing_of_a_masked_step_is_read():
    where = jnp.asarray([True, False])
    x = jnp.asarray([[0.0, 0.0], [NAN, INF]])
    # Advantages of (1, -1), regrets of (1, 0).
    value = jnp.asarray([[1.0, -1.0], [NAN, INF]])
    got, gradients = jax.value_and_grad(fl.rm_loss)(x, value, where=where)
    assert_close(got, -0.5)
    assert_close(gradients, [[-0.25, 0.25], [0, 0]])
