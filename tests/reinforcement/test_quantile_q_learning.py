"""The Q-learning loss of quantiles, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close
from tests.reinforcement.arrays import floats

NAN = math.nan
QUANTILE_Q = fl.quantile_q_learning_loss


def test_quantiles_of_the_action_that_follows(any_xp):
    value = any_xp.asarray([[[0.0], [5.0]]], dtype=any_xp.float64)
    after = any_xp.asarray([[[1.0, 1.0], [2.0, 4.0]]], dtype=any_xp.float64)
    action = any_xp.asarray([0])
    arrays = value, action, 1.0, 0.5, after
    # The median of action 0 has the targets 2 and 3.
    assert_close(QUANTILE_Q(*arrays, delta=0.0), 0.5 * 2.5)
    rates = any_xp.asarray([[1.0, 0.0]], dtype=any_xp.float64)
    assert_close(QUANTILE_Q(*arrays, delta=0.0, selector=rates), 0.5 * 1.5)
    # Expected Sarsa: 1.5 with probability 3/4, 2 or 3 with 1/4.
    policy = any_xp.asarray([[0.75, 0.25]], dtype=any_xp.float64)
    got = QUANTILE_Q(*arrays, delta=0.0, policy=policy)
    assert_close(got, 0.5 * (0.75 * 1.5 + 0.25 * 2.5))


def test_targets_of_quantiles_are_constants():
    arrays = [jnp.asarray(x) for x in (
        [[[0.0], [5.0]]], [0], [1.0], [0.5], [[[1.0, 1.0], [2.0, 4.0]]],
    )]  # fmt: skip
    gradients = jax.grad(QUANTILE_Q, (0, 2, 3, 4))(*arrays)
    assert_close(gradients[0], [[[-0.5], [0]]])
    assert not any(derivative.any() for derivative in gradients[1:])


@pytest.mark.parametrize("fault", ["action", "policy"])
def test_a_value_out_of_range_is_nan_in_value_and_gradient(fault):
    x, good, bad = jnp.zeros((1, 2, 2)), jnp.asarray([1]), jnp.asarray([2])
    rates = jnp.asarray([[0.5, 1.5]])
    action, policy = (bad, None) if fault == "action" else (good, rates)
    arrays = x, action, 0.0, 1.0, x
    value, derivative = jax.value_and_grad(QUANTILE_Q)(*arrays, policy=policy)
    assert_close(value, NAN)
    assert np.all(np.isnan(derivative[0, 1, :]))


def test_a_masked_step_has_gradient_zero():
    rows = jnp.asarray([[[0.0, 0.0]], [[NAN, NAN]]])
    steps = jnp.asarray([0, 9]), jnp.asarray([2.0, NAN]), 1.0, rows
    got = jax.grad(QUANTILE_Q)(rows, *steps, where=jnp.asarray([True, False]))
    # Two below the samples, where the loss is linear: minus the levels.
    assert_close(got, [[[-0.25, -0.75]], [[0, 0]]])


def test_nothing_of_a_masked_step_is_read(xp):
    (where, action), nan = (xp.asarray(x) for x in ([True, False], [0, 9])), [[NAN] * 2]
    rows = [[[0.0, 0.0]], nan]
    x, after, reward = floats(xp, rows, rows, [1.0, NAN])
    policy, tau = floats(xp, [[1.0], [NAN]], [[0.5, 0.5], [NAN, 9.0]])
    options = {"tau": tau, "where": where, "reduction": "none"}
    # Both quantiles are one below the samples: 1/2 * 1/2 each.
    got = QUANTILE_Q(x, action, reward, 1.0, after, policy=policy, **options)
    assert_close(got, [0.5, 0])
