"""Returns that are rescaled by a pair of functions, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close
from tests.reinforcement.arrays import floats

NAN = math.nan
TD = fl.td_loss
Q = fl.q_learning_loss
RETRACE = fl.retrace_loss


def root(x):
    return x**0.5


def square(x):
    return x * x


ROOTS = {"transform": root, "inverse": square}


def test_values_that_are_roots_of_returns(any_xp):
    value, reward, after = floats(any_xp, [1.0, 5.0], [14.0, 1.0], [2.0, 4.0])
    # Returns of 14 + 4/2 = 16 and 1 + 16/2 = 9.
    got = TD(value, reward, 0.5, after, reduction="none", **ROOTS)
    assert_close(got, [(4 - 1) ** 2 / 2, 2])
    got = TD(value, reward, 0.5, after, delta=1.0, reduction="none", **ROOTS)
    assert_close(got, [2.5, 1.5])
    # The return of the second step, 9, passes to the first: 20.5 + 9/2 = 25.
    reward = reward + any_xp.asarray([6.5, 0.0], dtype=any_xp.float64)
    got = TD(value, reward, 0.5, after, lambda_=1.0, reduction="none", **ROOTS)
    assert_close(got, [8, 2])
    # A quarter of it and three of the next value: 20.5 + (3 * 4 + 9) / 4 / 2.
    got = TD(value, reward, 0.5, after, lambda_=0.25, reduction="none", **ROOTS)
    assert_close(got, [(math.sqrt(23.125) - 1) ** 2 / 2, 2])


def test_values_of_actions_that_are_roots_of_returns(any_xp):
    value, after, policy = floats(any_xp, [[1.0, 5.0]], [[1.0, 3.0]], [[0.5, 0.5]])
    action = any_xp.asarray([0])
    # 7 + 9, or the mean of the squares and not the square of the mean: 4 + 5.
    assert_close(Q(value, action, 7.0, 1.0, after, **ROOTS), 4.5)
    assert_close(Q(value, action, 4.0, 1.0, after, policy=policy, **ROOTS), 2)
    assert_close(Q(value, action, 3.0, 1.0, after, next_action=action, **ROOTS), 0.5)
    # Half of 9 and half of 1.
    assert_close(Q(value, action, 4.0, 1.0, after, action_gap=0.5, **ROOTS), 2)


def test_retrace_of_roots_of_returns(xp):
    value, after = floats(xp, np.zeros((2, 2)), [[1.0, 3.0], [0.0, 0.0]])
    policy, reward, behaviour = floats(xp, [[0.5, 0.5]] * 2, [1.5, 4.0], [1.0, 1.0])
    action, then = xp.asarray([0, 1]), xp.asarray([1, 0])
    arrays = action, reward, 1.0, after, then, policy, behaviour
    # The last return is 4. The first is 1.5 + 5 + (4 - 9)/2 = 4.
    assert_close(RETRACE(value, *arrays, reduction="none", **ROOTS), [2, 2])


@pytest.mark.parametrize("lambda_", [0.0, 1.0])
def test_what_a_function_makes_of_a_masked_step_is_not_read(lambda_):
    inverses = {"transform": lambda x: 1 / x, "inverse": lambda x: 1 / x}
    value, reward = jnp.asarray([0.0, NAN, 1.25]), jnp.asarray([1.0, NAN, 0.0])
    discount, after = jnp.asarray([0.5, NAN, 1.0]), jnp.asarray([0.5, NAN, 0.25])
    options = {"where": jnp.asarray([True, False, True]), "lambda_": lambda_}
    options |= inverses | {"reduction": "sum"}
    # 1 / (1 + 2/2) and 1/4.
    got, derivative = jax.value_and_grad(TD)(value, reward, discount, after, **options)
    assert_close(got, 0.5**2 / 2 + 0.5)
    assert_close(derivative, [-0.5, 0, 1])
    zeros, action = jnp.zeros((3, 1)), jnp.zeros(3, int)
    steps = action, reward, discount, after[:, None]
    got, derivative = jax.value_and_grad(Q)(value[:, None], *steps, **options)
    assert_close(got, 0.625)
    assert_close(derivative, [[-0.5], [0], [1]])
    off_policy = action, zeros + 1, jnp.ones(3)
    got, derivative = jax.value_and_grad(RETRACE)(
        value[:, None], *steps, *off_policy, **options
    )
    assert_close(got, 0.625)
    assert_close(derivative, [[-0.5], [0], [1]])


@pytest.mark.parametrize("delta", [None, 10.0])
def test_targets_are_constants_whatever_rescales_them(delta):
    def loss(value, after, scale):
        functions = {"transform": lambda x: x / scale, "inverse": lambda x: x * scale}
        return TD(value, 1.0, 0.5, after, delta=delta, **functions)

    arrays = jnp.asarray([1.0]), jnp.asarray([3.0]), jnp.asarray([2.0])
    # (1 + 6/2) / 2 = 2.
    gradients = jnp.stack(jax.grad(loss, (0, 1, 2))(*arrays))
    assert_close(gradients, [[-1.0], [0.0], [0.0]])


def test_functions_are_called_again_each_time():
    class Scale:
        factor = 2.0

        def down(self, x):
            return x / self.factor

        def up(self, x):
            return x * self.factor

    scale, value = Scale(), jnp.asarray([0.0])
    options = {"transform": scale.down, "inverse": scale.up}
    assert_close(TD(value, 1.0, 0.0, value, **options), 0.125)
    scale.factor = 1.0
    assert_close(TD(value, 1.0, 0.0, value, **options), 0.5)


@pytest.mark.parametrize("name", ["transform", "inverse"])
def test_a_function_that_is_none_or_not_by_element_is_named(name, xp):
    (value,) = floats(xp, [[0.0, 1.0]])
    action = xp.asarray([0])
    calls = (
        lambda **given: TD(value, 1.0, 1.0, value, **given),
        lambda **given: Q(value, action, 1.0, 1.0, value, **given),
        lambda **given: RETRACE(
            value, action, 1.0, 1.0, value, action, value, 1.0, **given
        ),
    )
    for call in calls:
        with pytest.raises(TypeError, match=f"^{name} must be a function, got 2.0"):
            call(**ROOTS | {name: 2.0})
        with pytest.raises(ValueError, match=f"^{name} must return .* got .*, 1\\)"):
            call(**ROOTS | {name: lambda x: x[..., None]})
        with pytest.raises(ValueError, match=f"^{name} must return .* got float"):
            call(**ROOTS | {name: lambda _: 1.0})
