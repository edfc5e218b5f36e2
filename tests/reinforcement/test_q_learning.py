"""The loss of Q-learning and its kin, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close
from tests.reinforcement.arrays import floats

INF, NAN = math.inf, math.nan
Q = fl.q_learning_loss


def test_the_next_action_is_the_best_or_chosen(any_xp):
    value, after = floats(any_xp, [[1.0, 5.0]], [[2.0, 6.0]])
    action, steps = any_xp.asarray([0]), (1.0, 0.5)
    assert_close(Q(value, action, *steps, after), (4 - 1) ** 2 / 2)
    (rates,) = floats(any_xp, [[9.0, 0.0]])
    assert_close(Q(value, action, *steps, after, selector=rates), (2 - 1) ** 2 / 2)
    assert_close(Q(value, action, *steps, after, next_action=action), 0.5)
    (policy,) = floats(any_xp, [[0.75, 0.25]])
    # 1 + (2 * 3/4 + 6 / 4) / 2 = 2.5.
    assert_close(Q(value, action, *steps, after, policy=policy), 1.5**2 / 2)
    # A quarter of the next value of action 0 itself: 1 + (6 * 3/4 + 2 / 4) / 2.
    assert_close(Q(value, action, *steps, after, action_gap=0.25), 2.5**2 / 2)
    assert_close(Q(value, action, *steps, after, action_gap=1.0), 0.5)


def test_an_impossible_action_may_have_any_value(xp):
    value, after, policy = floats(xp, [[0.0, 0.0]], [[1.0, -INF]], [[1.0, 0.0]])
    assert_close(Q(value, xp.asarray([0]), 0.0, 1.0, after, policy=policy), 0.5)


def test_returns_of_chosen_actions_along_the_time_axis(xp):
    value, after = floats(xp, [[[0.0, 9.0]] * 2], [[[2.0, 6.0], [4.0, 0.0]]])
    action, options = xp.asarray([[0, 0]]), {"lambda_": 0.5, "time_axis": 1}
    # The last target is 1 + 4/2 = 3; the first 1 + (6/2 + 3/2)/2 = 3.25.
    got = Q(value, action, 1.0, 0.5, after, reduction="none", **options)
    assert_close(got, [[3.25**2 / 2, 4.5]])
    # Nothing of a masked step is read: 1 + 6/2.
    where, unread = xp.asarray([[True, False]]), [[[0.5, 0.5], [NAN, 9.0]]]
    value, after, policy = floats(
        xp, [[[0.0, 9.0], [NAN, INF]]], [[[2.0, 6.0], [NAN, NAN]]], unread
    )
    action = xp.asarray([[0, 7]])
    got = Q(value, action, 1.0, 0.5, after, where=where, reduction="none", **options)
    assert_close(got, [[8, 0]])
    options |= {"where": where, "policy": policy}
    assert_close(
        Q(value, action, 1.0, 0.5, after, reduction="none", **options), [[4.5, 0]]
    )


def test_only_the_value_of_the_action_has_a_gradient():
    value, after = jnp.asarray([[1.0, 5.0]]), jnp.asarray([[2.0, 6.0]])
    gradients = jax.grad(Q, (0, 4))(value, jnp.asarray([1]), 1.0, 0.5, after)
    assert_close(gradients[0], [[0, 5 - 4]])
    assert_close(gradients[1], [[0, 0]])


@pytest.mark.parametrize("action", [2, -1])
def test_an_action_that_does_not_exist_is_named_or_nan(action):
    value = np.zeros((1, 2))
    message = f"action must be in 0..1, got {action}"
    with pytest.raises(ValueError, match=message):
        Q(value, np.asarray([action]), 0.0, 1.0, value)
    with pytest.raises(ValueError, match=f"next_{message}"):
        Q(value, np.asarray([0]), 0.0, 1.0, value, next_action=np.asarray([action]))
    arrays = jnp.asarray(value), jnp.asarray([action]), 0.0, 1.0, jnp.asarray(value)
    got, derivative = jax.value_and_grad(Q)(*arrays)
    assert_close(got, NAN)
    assert_close(derivative, [[NAN, NAN]])


def test_one_way_to_choose_at_most():
    value, action = np.zeros((1, 2)), np.asarray([0])
    with pytest.raises(
        ValueError, match="at most one of selector, policy, next_action"
    ):
        Q(value, action, 0.0, 1.0, value, selector=value, next_action=action)
