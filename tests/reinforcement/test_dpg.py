"""The deterministic policy gradient loss, worked by hand."""

import math

import jax
import jax.numpy as jnp

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
DPG = fl.dpg_loss


def test_actions_move_along_the_gradient():
    action, rise = jnp.asarray([1e8, 1.0]), jnp.asarray([3.0, 4.0])
    for clipping, loss, derivative in (
        (None, 12.5, [-3, -4]),
        (1.0, 0.5, [-0.6, -0.8]),
    ):
        value, gradients = jax.value_and_grad(DPG, (0, 1))(
            action, rise, clipping=clipping
        )
        assert_close(value, loss)
        assert_close(gradients[0], derivative)
        assert_close(gradients[1], [0, 0])
    assert_close(DPG(action, rise, clipping=10.0), 12.5)
    assert_close(DPG(action, 0 * rise, clipping=1.0), 0)


def test_nothing_of_a_masked_step_is_read():
    where = jnp.asarray([True, False])
    x = jnp.asarray([[0.0, 0.0], [NAN, INF]])
    gradient = jnp.asarray([[1.0, -1.0], [NAN, INF]])
    got, gradients = jax.value_and_grad(DPG)(x, gradient, where=where)
    assert_close(got, 1)
    assert_close(gradients, [[-1, 1], [0, 0]])
