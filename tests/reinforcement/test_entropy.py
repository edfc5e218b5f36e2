"""The entropy loss of a policy, worked by hand."""

import math

import jax
import jax.numpy as jnp

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
LOG2 = math.log(2)
LOG4 = math.log(4)
ENTROPY = fl.entropy_loss


def test_entropy_of_even_and_of_sure_policies(any_xp):
    rows = [[0.0, 0.0, 0.0, 0.0], [5.0, 5.0, -INF, -INF], [0.0, -INF, -INF, -INF]]
    x = any_xp.asarray(rows, dtype=any_xp.float64)
    assert_close(ENTROPY(x, reduction="none"), [-LOG4, -LOG2, 0])
    assert_close(ENTROPY(x), -(LOG4 + LOG2) / 3)


def test_entropy_of_far_logits_along_another_axis(any_xp):
    x = any_xp.asarray([[1e4, -1e4], [1e4, 1e4]], dtype=any_xp.float64)
    assert_close(ENTROPY(x, axis=0, reduction="none"), [-LOG2, 0])


def test_gradient_of_the_entropy_at_impossible_actions(derivative):
    # p * (log(p) - sum(p * log(p))) with p = (1/3, 2/3, 0).
    def loss(x):
        return ENTROPY(fl.array_namespace(x).concat([x, -INF + 0 * x[:1]]))

    mean = (math.log(1 / 3) + 2 * math.log(2 / 3)) / 3
    gradients = [(math.log(1 / 3) - mean) / 3, 2 * (math.log(2 / 3) - mean) / 3]
    assert_close(derivative(loss, [0.0, LOG2]), gradients)


def test_nothing_of_a_masked_step_is_read():
    where = jnp.asarray([True, False])
    x = jnp.asarray([[0.0, 0.0], [NAN, INF]])
    got, gradients = jax.value_and_grad(ENTROPY)(x, where=where)
    assert_close(got, -LOG2)
    assert_close(gradients, [[0, 0], [0, 0]])
