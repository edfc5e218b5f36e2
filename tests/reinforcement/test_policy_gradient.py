"""The policy gradient loss, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
LOG2 = math.log(2)
LOG4 = math.log(4)
POLICY = fl.policy_gradient_loss


def test_losses_of_actions_are_proportional_to_advantages(any_xp):
    x = any_xp.zeros((2, 4), dtype=any_xp.float64)
    action = any_xp.asarray([0, 3])
    gain = any_xp.asarray([1.0, -0.5], dtype=any_xp.float64)
    got = POLICY(x, action, gain, reduction="none")
    assert_close(got, [LOG4, -LOG4 / 2])
    assert_close(POLICY(x, action, 2.0), 2 * LOG4)
    assert_close(POLICY(x[:1, ...], action[:1], gain[:1], weight=3.0), 3 * LOG4)


def test_actions_are_on_the_last_axis(xp):
    logits = xp.reshape(xp.arange(24, dtype=xp.float64) % 7, (2, 3, 4))
    action = xp.asarray([[0, 3, 1], [2, 2, 0]])
    rows = POLICY(xp.reshape(logits, (6, 4)), xp.reshape(action, (-1,)), 1.0)
    assert_close(POLICY(logits, action, 1.0), rows)


def test_only_the_policy_has_a_gradient():
    x, gain = jnp.zeros((1, 2)), jnp.asarray([3.0])
    gradients = jax.grad(POLICY, (0, 2))(x, jnp.asarray([1]), gain)
    assert_close(gradients[0], [[1.5, -1.5]])
    assert_close(gradients[1], [0])


def test_an_action_that_does_not_exist():
    with pytest.raises(ValueError, match=r"action must be in 0..1, got 2 at \(0,\)"):
        POLICY(np.zeros((1, 2)), np.asarray([2]), 1.0)
    value, derivative = jax.value_and_grad(POLICY)(
        jnp.zeros((1, 2)), jnp.asarray([-1]), 1.0
    )
    assert_close(value, NAN)
    assert_close(derivative, [[NAN, NAN]])


def test_nothing_of_a_masked_step_is_read():
    where, action = jnp.asarray([True, False]), jnp.asarray([0, 9])
    x, gain = jnp.asarray([[0.0, 0.0], [NAN, INF]]), jnp.asarray([2.0, NAN])
    got, gradients = jax.value_and_grad(POLICY)(x, action, gain, where=where)
    assert_close(got, 2 * LOG2)
    assert_close(gradients, [[-1, 1], [0, 0]])
