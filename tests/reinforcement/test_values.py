"""Losses of values, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
TD, Q, RETRACE = fl.td_loss, fl.q_learning_loss, fl.retrace_loss


def floats(xp, *arrays):
    return [xp.asarray(x, dtype=xp.float64) for x in arrays]


def test_one_step_ahead(any_xp):
    value, reward, after = floats(any_xp, [1.0, 2.0, 0.0], [0.0, 4.0, 1.0], [2, 0, 2.0])
    # Targets of 1, 4 and 2 with a discount of 1/2.
    assert_close(TD(value, reward, 0.5, after, reduction="none"), [0, 2, 2])
    assert_close(TD(value, reward, 0.5, after), 4 / 3)
    got = TD(value, reward, 0.5, after, delta=1.0, reduction="none")
    assert_close(got, [0, 1.5, 1.5])
    got = TD(value, reward, 0.5, after, delta=0.5, reduction="none")
    assert_close(got, [0, 0.875, 0.875])


def test_returns_of_later_steps(any_xp):
    value, reward, after = floats(any_xp, [0.0, 0.0, 0.0], [1.0, 2.0, 4.0], [8, 8, 8.0])
    # From the end: 4 + 8/2 = 8; 2 + (8/2 + 8/2)/2 = 6; 1 + (8/2 + 6/2)/2 = 4.5.
    got = TD(value, reward, 0.5, after, lambda_=0.5, reduction="none")
    assert_close(got, [4.5**2 / 2, 18, 32])
    # With all of it: 8; 2 + 8/2 = 6; 1 + 6/2 = 4.
    batch = [any_xp.reshape(x, (1, 3)) for x in (value, reward, after)]
    got = TD(*batch[:2], 0.5, batch[2], lambda_=1.0, time_axis=1, reduction="none")
    assert_close(got, [[8, 18, 32]])


def test_nothing_passes_a_masked_step(xp):
    value, reward, after = floats(xp, [0.0, NAN, 0.0], [1.0, INF, 4.0], [8, NAN, 8.0])
    where = xp.asarray([True, False, True])
    # The first takes its own next value: 1 + 8/2 = 5; the last 4 + 8/2 = 8.
    options = {"lambda_": 1.0, "where": where}
    got = TD(value, reward, 0.5, after, reduction="none", **options)
    assert_close(got, [12.5, 0, 32])
    assert_close(TD(value, reward, 0.5, after, **options), 44.5 / 2)


def test_each_step_may_have_its_own_share_of_later_ones(xp):
    value, reward, after = floats(xp, [0.0, 0.0, 0.0], [1.0, 2.0, 4.0], [8, 4, 8.0])
    # From the end: 4 + 8/2 = 8, whatever its share; 2 + (4/2 + 8/2)/2 = 5; 1 + 5/2.
    (share,) = floats(xp, [1.0, 0.5, 9.0])
    got = TD(value, reward, 0.5, after, lambda_=share, reduction="none")
    assert_close(got, [3.5**2 / 2, 12.5, 32])
    # That of a masked step is not read: 1 + 8/2, and 8.
    (share,) = floats(xp, [1.0, NAN, 1.0])
    options = {"lambda_": share, "where": xp.asarray([True, False, True])}
    got = TD(value, reward, 0.5, after, reduction="none", **options)
    assert_close(got, [12.5, 0, 32])


# With Huber's cost, quadratic as far as here, the formula has a slope in the target.
@pytest.mark.parametrize("delta", [None, 10.0])
def test_only_the_value_has_a_slope(delta):
    def cost(*arrays, lambda_=0.0):
        return TD(*arrays, lambda_=lambda_, delta=delta, reduction="sum")

    arrays = [jnp.asarray(x) for x in ([1.0, 2.0], [0.5, 0.5], [0.5, 0.0], [3.0, 1.0])]
    # Targets of 0.5 + 3/2 and 0.5; or the first 0.5 + (3/2 + 0.5/2)/2.
    slopes = jax.grad(cost, (0, 1, 2, 3))(*arrays)
    assert_close(slopes[0], [1 - 2, 2 - 0.5])
    assert not any(slope.any() for slope in slopes[1:])
    slopes = jax.grad(
        lambda share, *arrays: cost(*arrays, lambda_=share), (1, 0, 2, 3, 4)
    )(jnp.asarray([0.5, 0.5]), *arrays)
    assert_close(slopes[0], [1 - 1.375, 2 - 0.5])
    assert not any(slope.any() for slope in slopes[1:])


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


def test_the_slope_is_in_the_action_taken():
    value, after = jnp.asarray([[1.0, 5.0]]), jnp.asarray([[2.0, 6.0]])
    slopes = jax.grad(Q, (0, 4))(value, jnp.asarray([1]), 1.0, 0.5, after)
    assert_close(slopes[0], [[0, 5 - 4]])
    assert_close(slopes[1], [[0, 0]])


@pytest.mark.parametrize("action", [2, -1])
def test_an_action_that_does_not_exist_is_named_or_nan(action):
    value = np.zeros((1, 2))
    message = f"action must be in 0..1, got {action}"
    with pytest.raises(ValueError, match=message):
        Q(value, np.asarray([action]), 0.0, 1.0, value)
    with pytest.raises(ValueError, match=f"next_{message}"):
        Q(value, np.asarray([0]), 0.0, 1.0, value, next_action=np.asarray([action]))
    arrays = jnp.asarray(value), jnp.asarray([action]), 0.0, 1.0, jnp.asarray(value)
    got, slope = jax.value_and_grad(Q)(*arrays)
    assert_close(got, NAN)
    assert_close(slope, [[NAN, NAN]])


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
        got, slope = jax.value_and_grad(call)(x)
        assert_close(got, NAN)
        assert_close(slope, [[NAN, NAN]])


def test_one_way_to_choose_at_most():
    value, action = np.zeros((1, 2)), np.asarray([0])
    with pytest.raises(
        ValueError, match="at most one of selector, policy, next_action"
    ):
        Q(value, action, 0.0, 1.0, value, selector=value, next_action=action)


def test_retrace_cuts_traces_that_are_unlikely(xp):
    value, after = xp.zeros((2, 2), dtype=xp.float64), [[1.0, 3.0], [0.0, 0.0]]
    after, policy = floats(xp, after, [[0.5, 0.5], [0.5, 0.5]])
    action, then = xp.asarray([0, 1]), xp.asarray([1, 0])
    (reward,) = floats(xp, [1.0, 2.0])

    def costs(behaviour, **options):
        (behaviour,) = floats(xp, behaviour)
        arrays = action, reward, 1.0, after, then, policy, behaviour
        return RETRACE(value, *arrays, reduction="none", **options)

    # The last target is 2. The first is 1 + 2 + c * (2 - 3), c = 1/2 or at most 1.
    assert_close(costs([1.0, 1.0]), [2.5**2 / 2, 2])
    assert_close(costs([0.25, 1.0]), [2, 2])
    assert_close(costs([0.0, 1.0]), [2, 2])
    assert_close(costs([1.0, 1.0], lambda_=0.5), [2.75**2 / 2, 2])
    # Neither policy takes the action: still 1.
    policy = xp.asarray([[1.0, 0.0], [1.0, 0.0]], dtype=xp.float64)
    assert_close(costs([0.0, 1.0]), [0.5, 2])


@pytest.mark.parametrize("delta", [None, 10.0])
def test_retrace_along_the_time_axis_has_constant_targets(delta):
    value, after = jnp.zeros((1, 2, 2)), jnp.asarray([[[1.0, 3.0], [0.0, 2.0]]])
    action, then = jnp.asarray([[0, 1]]), jnp.asarray([[1, 0]])
    arrays = [jnp.asarray(x) for x in ([[1.0, 2.0]], [[0.5, 1.0]])]

    def costs(value, *floats, reduction="none"):
        reward, discount, after, policy, behaviour = floats
        arrays = action, reward, discount, after, then, policy, behaviour
        return RETRACE(value, *arrays, time_axis=1, delta=delta, reduction=reduction)

    arrays += [after, jnp.full((1, 2, 2), 0.5), jnp.full((1, 2), 0.8)]
    # The last target is 2 + 1 = 3; the first 1 + (2 + 0.625 * (3 - 3)) / 2 = 2.
    assert_close(costs(value, *arrays), [[2, 4.5]])
    # With a last reward of 4: 5 and 1 + (2 + 0.625 * (5 - 3)) / 2 = 2.625.
    arrays[0] = jnp.asarray([[1.0, 4.0]])
    assert_close(costs(value, *arrays), [[2.625**2 / 2, 12.5]])
    slopes = jax.grad(lambda *x: costs(*x, reduction="sum"), range(6))(value, *arrays)
    assert_close(slopes[0], [[[-2.625, 0], [0, -5]]])
    assert not any(slope.any() for slope in slopes[1:])


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
    got, slope = jax.value_and_grad(TD)(value, reward, discount, after, **options)
    assert_close(got, 0.5**2 / 2 + 0.5)
    assert_close(slope, [-0.5, 0, 1])
    zeros, action = jnp.zeros((3, 1)), jnp.zeros(3, int)
    steps = action, reward, discount, after[:, None]
    got, slope = jax.value_and_grad(Q)(value[:, None], *steps, **options)
    assert_close(got, 0.625)
    assert_close(slope, [[-0.5], [0], [1]])
    off_policy = action, zeros + 1, jnp.ones(3)
    got, slope = jax.value_and_grad(RETRACE)(
        value[:, None], *steps, *off_policy, **options
    )
    assert_close(got, 0.625)
    assert_close(slope, [[-0.5], [0], [1]])


@pytest.mark.parametrize("delta", [None, 10.0])
def test_targets_are_constants_whatever_rescales_them(delta):
    def cost(value, after, scale):
        functions = {"transform": lambda x: x / scale, "inverse": lambda x: x * scale}
        return TD(value, 1.0, 0.5, after, delta=delta, **functions)

    arrays = jnp.asarray([1.0]), jnp.asarray([3.0]), jnp.asarray([2.0])
    # (1 + 6/2) / 2 = 2.
    slopes = jnp.stack(jax.grad(cost, (0, 1, 2))(*arrays))
    assert_close(slopes, [[-1.0], [0.0], [0.0]])


def test_functions_are_called_anew_each_time():
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


def test_half_precision_is_computed_in_single():
    value = np.zeros(2, np.float16)
    got = TD(value, np.float16(290) * np.ones(2, np.float16), 0.0, value, delta=100.0)
    assert got.dtype == np.float16
    assert_close(got, 100 * (290 - 50))
