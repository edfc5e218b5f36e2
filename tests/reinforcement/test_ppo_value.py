"""The clipped loss of values, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
VALUE = fl.ppo_value_loss

# Values that were 0 before, with a return of 1 and bounds of +-0.5: within; beyond and
# nearer than the bound; past the return, as near as the bound and farther; and away.
POINT = [0.25, 0.75, 1.25, 1.5, 2.0, -1.0]
ERRORS = [0.75, 0.5, 0.5, 0.5, 1.0, 2.0]
GRADIENTS = [-0.75, 0, 0, 0.5, 1, -2]


def test_values(any_xp):
    x = any_xp.asarray(POINT, dtype=any_xp.float64)
    got = VALUE(x, 0.0, 1.0, epsilon=0.5, reduction="none")
    assert_close(got, [e**2 / 2 for e in ERRORS])
    assert_close(VALUE(x, 0.0, 1.0, epsilon=0.5), (0.5625 + 0.75 + 1 + 4) / 12)
    # Without a bound, half the squared error.
    assert_close(VALUE(x[1:2], 0.0, 1.0, epsilon=INF), 0.25**2 / 2)


def test_gradients(derivative):
    def loss(x):
        return VALUE(x, 0.0, 1.0, epsilon=0.5, reduction="sum")

    assert_close(derivative(loss, POINT), GRADIENTS)
    # On the bound, and at the return.
    assert_close(derivative(loss, [0.5, 1.0]), [-0.5, 0])


def test_gradient_in_epsilon_is_that_of_the_clipped_values(derivative):
    def loss(epsilon):
        xp = fl.array_namespace(epsilon)
        x = xp.asarray([*POINT, -0.75], dtype=epsilon.dtype)
        target = xp.asarray([1.0] * 6 + [-2.0], dtype=epsilon.dtype)
        return VALUE(x, 0.0, target, epsilon=epsilon, reduction="sum")

    # Of the second, the third and the last, which are clipped to +-0.5.
    assert_close(derivative(loss, 0.5), -0.5 - 0.5 - 1.5)


def test_no_value_within_the_bounds_is_moved_by_rounding():
    x = np.asarray([0.1, 0.3, 1e-9], np.float32)
    old = np.asarray([1000.1, -999.7, 3e7], np.float32)
    gradient = jax.grad(VALUE)(jnp.asarray(x), old, 0.0, epsilon=1e9, reduction="sum")
    assert_close(gradient, x)


def test_errors_whose_squares_overflow_are_still_compared(derivative):
    def loss(x):
        return VALUE(x, 0.0, 3e200, epsilon=1.0, reduction="sum")

    assert_close(derivative(loss, [1e200, -1e200]), [0, -4e200])


def test_old_values_and_targets_are_constants():
    arrays = [jnp.asarray([x]) for x in (0.25, 0.0, 2.0)]
    gradients = jax.grad(VALUE, (0, 1, 2))(*arrays, epsilon=0.5)
    assert_close(gradients[0], [-1.75])
    assert not any(gradient.any() for gradient in gradients[1:])


def test_nan_in_any_array_is_seen(any_xp):
    for place in range(3):
        values = [0.75, 0.0, 1.0]
        values[place] = NAN
        arrays = [any_xp.asarray([x], dtype=any_xp.float64) for x in values]
        assert_close(VALUE(*arrays), NAN)


def test_gradient_is_nan_where_an_array_is():
    x = jnp.asarray([NAN, 0.75, 0.75])
    old, target = jnp.asarray([0.0, NAN, 0.0]), jnp.asarray([1.0, 1.0, NAN])
    gradient = jax.grad(VALUE)(x, old, target, reduction="sum")
    assert_close(gradient, [NAN] * 3)


def test_nothing_of_a_masked_step_is_read():
    where = jnp.asarray([True, False])
    x, old = jnp.asarray([3.0, INF]), jnp.asarray([0.0, NAN])
    got, gradients = jax.value_and_grad(VALUE)(x, old, old + 1, where=where)
    assert_close(got, 2)
    assert_close(gradients, [2, 0])
