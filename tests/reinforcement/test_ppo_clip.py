"""The clipped loss of PPO, worked by hand."""

import math

import jax
import jax.numpy as jnp

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
LOG2 = math.log(2)
LOG4 = math.log(4)
PPO = fl.ppo_clip_loss


def test_ratios_are_clipped_where_the_advantage_drives_them(any_xp):
    ratio = [2.0, 2.0, 0.5, 0.5, 1.1]
    x = any_xp.log(any_xp.asarray(ratio, dtype=any_xp.float64))
    gain = any_xp.asarray([1.0, -1.0, 1.0, -1.0, 2.0], dtype=any_xp.float64)
    assert_close(PPO(x, 0.0, gain, reduction="none"), [-1.2, 2, -0.5, 0.8, -2.2])
    got = PPO(x, 0.0, gain, epsilon=0.5, reduction="none")
    assert_close(got, [-1.5, 2, -0.5, 0.5, -2.2])


def test_gradients_on_the_bound_and_beyond(derivative):
    def loss(x):
        xp = fl.array_namespace(x)
        gain = xp.asarray([1.0, 1.0, -1.0, -1.0], dtype=x.dtype)
        return PPO(x, 0.0, gain, epsilon=1.0, reduction="sum")

    # Ratios of 2, on the bound, and of 4, beyond; of 1 within; and one that overflows.
    point = [LOG2, LOG4, 0.0, -800.0]
    assert_close(derivative(loss, point), [-2, 0, 1, 0])


def test_bounds_of_their_own(any_xp):
    ratio = [2.0, 1.4, 0.5, 4.0, 0.5]
    x = any_xp.log(any_xp.asarray(ratio, dtype=any_xp.float64))
    gain = any_xp.asarray([1.0, 1.0, -1.0, -2.0, 1.0], dtype=any_xp.float64)
    got = PPO(x, 0.0, gain, epsilon_high=0.5, dual_clip=3.0, reduction="none")
    assert_close(got, [-1.5, -1.4, 0.8, 6, -0.5])


def test_gradients_at_bounds_of_their_own(derivative):
    def loss(x):
        gain = fl.array_namespace(x).asarray([1.0, 1.0, -1.0, -1.0], dtype=x.dtype)
        return PPO(x, 0.0, gain, epsilon_high=1.0, dual_clip=2.0, reduction="sum")

    # Ratios of 2, on both bounds, and beyond them, the last one by an overflow.
    assert_close(derivative(loss, [LOG2, LOG4, LOG2, 800.0]), [-2, 0, 2, 0])


def test_gradients_in_bounds_of_their_own(derivative):
    def loss(bounds):
        xp = fl.array_namespace(bounds)
        x = xp.log(xp.asarray([4.0, 0.5, 4.0, 8.0], dtype=bounds.dtype))
        gain = xp.asarray([3.0, -5.0, -7.0, -1.0], dtype=bounds.dtype)
        low, high, cap = (bounds[k] for k in range(3))
        options = {"epsilon": low, "epsilon_high": high, "dual_clip": cap}
        return PPO(x, 0.0, gain, **options, reduction="sum")

    # -3 * (1 + high), 5 * (1 - low), and 8 * cap for the last two
    assert_close(derivative(loss, [0.25, 0.5, 2.0]), [-5, -3, 8])


def test_old_policies_and_advantages_are_constants():
    arrays = [jnp.asarray([x]) for x in (0.1, 0.0, 2.0)]
    gradients = jax.grad(PPO, (0, 1, 2))(*arrays)
    assert_close(gradients[0], [-2 * math.exp(0.1)])
    assert not any(derivative.any() for derivative in gradients[1:])


def test_nothing_of_a_masked_step_is_read():
    where = jnp.asarray([True, False])
    x, gain = jnp.asarray([0.0, INF]), jnp.asarray([2.0, NAN])
    got, gradients = jax.value_and_grad(PPO)(x, gain - 2, gain, where=where)
    assert_close(got, -2)
    assert_close(gradients, [-2, 0])
