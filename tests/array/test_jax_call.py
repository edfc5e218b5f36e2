"""Calls of losses on JAX, as programs that are kept."""

import jax
import jax.numpy as jnp
import pytest

import funloss as fl


@pytest.mark.parametrize("within", [lambda f: f, jax.grad], ids=["value", "gradient"])
def test_a_program_for_float32_holds_no_number_of_64_bits(within):
    x = jnp.ones(3, jnp.float32)

    def loss(x):
        return fl.huber_loss(x, 0 * x, delta=0.3)

    assert "f64" not in str(jax.make_jaxpr(within(loss))(x))
