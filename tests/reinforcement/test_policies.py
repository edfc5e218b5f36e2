"""Losses of policies, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
LOG2, LOG4 = math.log(2), math.log(4)
POLICY, ENTROPY, DPG, PPO = (
    fl.policy_gradient_loss,
    fl.entropy_loss,
    fl.dpg_loss,
    fl.ppo_clip_loss,
)


def test_actions_are_charged_by_their_advantage(any_xp):
    x = any_xp.zeros((2, 4), dtype=any_xp.float64)
    action = any_xp.asarray([0, 3])
    gain = any_xp.asarray([1.0, -0.5], dtype=any_xp.float64)
    got = POLICY(x, action, gain, reduction="none")
    assert_close(got, [LOG4, -LOG4 / 2])
    assert_close(POLICY(x, action, 2.0), 2 * LOG4)
    assert_close(POLICY(x[:1, ...], action[:1], gain[:1], weight=3.0), 3 * LOG4)


def test_the_slope_is_that_of_the_policy_alone():
    x, gain = jnp.zeros((1, 2)), jnp.asarray([3.0])
    slopes = jax.grad(POLICY, (0, 2))(x, jnp.asarray([1]), gain)
    assert_close(slopes[0], [[1.5, -1.5]])
    assert_close(slopes[1], [0])


def test_an_action_that_does_not_exist():
    with pytest.raises(ValueError, match=r"action must be in 0..1, got 2 at \(0,\)"):
        POLICY(np.zeros((1, 2)), np.asarray([2]), 1.0)
    value, slope = jax.value_and_grad(POLICY)(jnp.zeros((1, 2)), jnp.asarray([-1]), 1.0)
    assert_close(value, NAN)
    assert_close(slope, [[NAN, NAN]])


def test_entropy_of_even_and_of_sure_policies(any_xp):
    rows = [[0.0, 0.0, 0.0, 0.0], [5.0, 5.0, -INF, -INF], [0.0, -INF, -INF, -INF]]
    x = any_xp.asarray(rows, dtype=any_xp.float64)
    assert_close(ENTROPY(x, reduction="none"), [-LOG4, -LOG2, 0])
    assert_close(ENTROPY(x), -(LOG4 + LOG2) / 3)


def test_entropy_of_far_logits_along_another_axis(any_xp):
    x = any_xp.asarray([[1e4, -1e4], [1e4, 1e4]], dtype=any_xp.float64)
    assert_close(ENTROPY(x, axis=0, reduction="none"), [-LOG2, 0])


def test_slope_of_the_entropy_at_impossible_actions(slope):
    # p * (log(p) - sum(p * log(p))) with p = (1/3, 2/3, 0).
    def cost(x):
        return ENTROPY(fl.array_namespace(x).concat([x, -INF + 0 * x[:1]]))

    mean = (math.log(1 / 3) + 2 * math.log(2 / 3)) / 3
    slopes = [(math.log(1 / 3) - mean) / 3, 2 * (math.log(2 / 3) - mean) / 3]
    assert_close(slope(cost, [0.0, LOG2]), slopes)


def test_actions_move_along_the_gradient():
    action, rise = jnp.asarray([1e8, 1.0]), jnp.asarray([3.0, 4.0])
    for clipping, cost, slope in ((None, 12.5, [-3, -4]), (1.0, 0.5, [-0.6, -0.8])):
        value, slopes = jax.value_and_grad(DPG, (0, 1))(action, rise, clipping=clipping)
        assert_close(value, cost)
        assert_close(slopes[0], slope)
        assert_close(slopes[1], [0, 0])
    assert_close(DPG(action, rise, clipping=10.0), 12.5)
    assert_close(DPG(action, 0 * rise, clipping=1.0), 0)


def test_ratios_are_clipped_where_the_advantage_drives_them(any_xp):
    ratio = [2.0, 2.0, 0.5, 0.5, 1.1]
    x = any_xp.log(any_xp.asarray(ratio, dtype=any_xp.float64))
    gain = any_xp.asarray([1.0, -1.0, 1.0, -1.0, 2.0], dtype=any_xp.float64)
    assert_close(PPO(x, 0.0, gain, reduction="none"), [-1.2, 2, -0.5, 0.8, -2.2])
    got = PPO(x, 0.0, gain, epsilon=0.5, reduction="none")
    assert_close(got, [-1.5, 2, -0.5, 0.5, -2.2])


def test_slopes_on_the_bound_and_beyond(slope):
    def cost(x):
        xp = fl.array_namespace(x)
        gain = xp.asarray([1.0, 1.0, -1.0, -1.0], dtype=x.dtype)
        return PPO(x, 0.0, gain, epsilon=1.0, reduction="sum")

    # Ratios of 2, on the bound, and of 4, beyond; of 1 within; and one that overflows.
    point = [LOG2, LOG4, 0.0, -800.0]
    assert_close(slope(cost, point), [-2, 0, 1, 0])


def test_old_policies_and_advantages_are_constants():
    arrays = [jnp.asarray([x]) for x in (0.1, 0.0, 2.0)]
    slopes = jax.grad(PPO, (0, 1, 2))(*arrays)
    assert_close(slopes[0], [-2 * math.exp(0.1)])
    assert not any(slope.any() for slope in slopes[1:])


def test_regrets_of_an_even_policy(any_xp):
    x = any_xp.zeros((1, 4), dtype=any_xp.float64)
    q = any_xp.asarray([[1.0, 1.0, 3.0, -1.0]], dtype=any_xp.float64)
    # Worth 1 on average: gains of 0, 0, 2 and -2.
    assert_close(fl.qpg_loss(x, q), 0)
    assert_close(fl.rm_loss(x, q), -0.5)
    assert_close(fl.rpg_loss(x, q), 2)


def test_slopes_of_the_regrets(slope):
    def of(loss):
        def cost(x):
            q = fl.array_namespace(x).asarray([1.0, 1.0, 3.0, -1.0], dtype=x.dtype)
            return loss(x, q)

        return slope(cost, [0.0] * 4)

    # -p * gain; with the constant regrets (0, 0, 2, 0), p * (1/2 - r); and -p * gain
    # once for the only action that is regretted.
    assert_close(of(fl.qpg_loss), [0, 0, -0.5, 0.5])
    assert_close(of(fl.rm_loss), [0.125, 0.125, -0.375, 0.125])
    assert_close(of(fl.rpg_loss), [0, 0, -0.5, 0.5])


def test_regrets_that_are_matched_are_constants_of_the_curvature():
    # The cost is -p of the first action, an inflection where both are as likely.
    rows = jax.hessian(fl.rm_loss)(jnp.zeros(2), jnp.asarray([1.0, -1.0]))
    assert_close(rows, [[0, 0], [0, 0]])


@pytest.mark.parametrize("loss", [fl.qpg_loss, fl.rm_loss, fl.rpg_loss])
def test_values_of_actions_are_constants(loss):
    x, q = jnp.asarray([[0.5, -0.5]]), jnp.asarray([[1.0, 3.0]])
    assert_close(jax.grad(loss, 1)(x, q), [[0, 0]])


def test_nothing_of_a_masked_step_of_a_policy_is_read():
    where, action = jnp.asarray([True, False]), jnp.asarray([0, 9])
    x, gain = jnp.asarray([[0.0, 0.0], [NAN, INF]]), jnp.asarray([2.0, NAN])
    # The slopes of an even policy of two that gains (1, -1), whose value is 0.
    value = jnp.asarray([[1.0, -1.0], [NAN, INF]])
    pulls = [
        (lambda x: POLICY(x, action, gain, where=where), 2 * LOG2, [-1, 1]),
        (lambda x: ENTROPY(x, where=where), -LOG2, [0, 0]),
        (lambda x: DPG(x, value, where=where), 1, [-1, 1]),
        (lambda x: fl.rm_loss(x, value, where=where), -0.5, [-0.25, 0.25]),
    ]
    for cost, expected, slope in pulls:
        got, slopes = jax.value_and_grad(cost)(x)
        assert_close(got, expected)
        assert_close(slopes, [slope, [0, 0]])
    cost = jax.value_and_grad(lambda x: PPO(x, gain - 2, gain, where=where))
    got, slopes = cost(x[:, 1])
    assert_close(got, -2)
    assert_close(slopes, [-2, 0])
