"""The Retrace loss, worked by hand."""

import jax
import jax.numpy as jnp
import pytest

import funloss as fl
from tests.assertions import assert_close
from tests.reinforcement.arrays import floats

RETRACE = fl.retrace_loss


def test_unlikely_actions_cut_the_trace(xp):
    value, after = xp.zeros((2, 2), dtype=xp.float64), [[1.0, 3.0], [0.0, 0.0]]
    after, policy = floats(xp, after, [[0.5, 0.5], [0.5, 0.5]])
    action, then = xp.asarray([0, 1]), xp.asarray([1, 0])
    (reward,) = floats(xp, [1.0, 2.0])

    def losses(behaviour, **options):
        (behaviour,) = floats(xp, behaviour)
        arrays = action, reward, 1.0, after, then, policy, behaviour
        return RETRACE(value, *arrays, reduction="none", **options)

    # The last target is 2. The first is 1 + 2 + c * (2 - 3), c = 1/2 or at most 1.
    assert_close(losses([1.0, 1.0]), [2.5**2 / 2, 2])
    assert_close(losses([0.25, 1.0]), [2, 2])
    assert_close(losses([0.0, 1.0]), [2, 2])
    assert_close(losses([1.0, 1.0], lambda_=0.5), [2.75**2 / 2, 2])
    # Neither policy takes the action: still 1.
    policy = xp.asarray([[1.0, 0.0], [1.0, 0.0]], dtype=xp.float64)
    assert_close(losses([0.0, 1.0]), [0.5, 2])


@pytest.mark.parametrize("delta", [None, 10.0])
def test_retrace_along_the_time_axis_has_constant_targets(delta):
    value, after = jnp.zeros((1, 2, 2)), jnp.asarray([[[1.0, 3.0], [0.0, 2.0]]])
    action, then = jnp.asarray([[0, 1]]), jnp.asarray([[1, 0]])
    arrays = [jnp.asarray(x) for x in ([[1.0, 2.0]], [[0.5, 1.0]])]

    def losses(value, *floats, reduction="none"):
        reward, discount, after, policy, behaviour = floats
        arrays = action, reward, discount, after, then, policy, behaviour
        return RETRACE(value, *arrays, time_axis=1, delta=delta, reduction=reduction)

    arrays += [after, jnp.full((1, 2, 2), 0.5), jnp.full((1, 2), 0.8)]
    # The last target is 2 + 1 = 3; the first 1 + (2 + 0.625 * (3 - 3)) / 2 = 2.
    assert_close(losses(value, *arrays), [[2, 4.5]])
    # With a last reward of 4: 5 and 1 + (2 + 0.625 * (5 - 3)) / 2 = 2.625.
    arrays[0] = jnp.asarray([[1.0, 4.0]])
    assert_close(losses(value, *arrays), [[2.625**2 / 2, 12.5]])
    gradients = jax.grad(lambda *x: losses(*x, reduction="sum"), range(6))(
        value, *arrays
    )
    assert_close(gradients[0], [[[-2.625, 0], [0, -5]]])
    assert not any(derivative.any() for derivative in gradients[1:])
