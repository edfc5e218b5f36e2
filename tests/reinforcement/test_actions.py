"""Choices of the next action that are out of range."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

NAN = math.nan
Q = fl.q_learning_loss
RETRACE = fl.retrace_loss


@pytest.mark.parametrize("share", [1.5, -0.5])
def test_what_chooses_next_is_named_or_nan(share):
    value, action, policy = (
        np.zeros((1, 2)),
        np.asarray([0]),
        np.asarray([[0.5, share]]),
    )
    message = rf"policy must be in 0..1, got {share} at \(0, 1\)"
    with pytest.raises(ValueError, match=message):
        Q(value, action, 0.0, 1.0, value, policy=policy)
    with pytest.raises(ValueError, match=message):
        RETRACE(value, action, 0.0, 1.0, value, action, policy, 0.5)
    x, taken, rates = jnp.asarray(value), jnp.asarray(action), jnp.asarray(policy)
    steps, bad = (taken, 0.0, 1.0, x), jnp.asarray([2])
    calls = (
        lambda x: Q(x, *steps, policy=rates),
        lambda x: Q(x, *steps, next_action=bad),
        lambda x: RETRACE(x, *steps, taken, rates, 0.5),
        lambda x: RETRACE(x, *steps, bad, jnp.full((1, 2), 0.5), 0.5),
    )
    for call in calls:
        got, derivative = jax.value_and_grad(call)(x)
        assert_close(got, NAN)
        assert_close(derivative, [[NAN, NAN]])
