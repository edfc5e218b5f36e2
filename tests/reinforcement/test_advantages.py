"""What the losses of all actions have in common."""

import jax
import jax.numpy as jnp
import pytest

import funloss as fl
from tests.assertions import assert_close


@pytest.mark.parametrize("loss", [fl.qpg_loss, fl.rm_loss, fl.rpg_loss])
def test_values_of_actions_are_constants(loss):
    x, q = jnp.asarray([[0.5, -0.5]]), jnp.asarray([[1.0, 3.0]])
    assert_close(jax.grad(loss, 1)(x, q), [[0, 0]])
