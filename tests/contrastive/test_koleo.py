"""KoLeo loss, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np

import funloss as fl
from tests.assertions import assert_close

KOLEO = fl.koleo_loss


def test_each_row_against_its_nearest(any_xp):
    # Along (1, 0), (0.6, 0.8) and (-1, 0): squares of distances 0.8, 3.2 and 4.
    rows = [[2.0, 0.0], [0.3, 0.4], [-1.0, 0.0]]
    x = any_xp.asarray(rows, dtype=any_xp.float64)
    near, far = -math.log(0.8) / 2, -math.log(3.2) / 2
    got = KOLEO(x, eps=1e-300, reduction="none")
    assert_close(got, [near, near, far])
    assert_close(KOLEO(x, eps=1e-300), (2 * near + far) / 3)


def test_of_rows_that_tie_the_first_has_the_gradient(derivative):
    def function(angle):
        xp = fl.array_namespace(angle)
        rows = xp.stack([xp.cos(angle), xp.sin(angle)], axis=1)
        return KOLEO(rows, eps=1e-300, reduction="none")[:1]

    # The first row has the chord 2 sin(a / 2) to rows at both sides.
    half_derivative = math.cos(math.pi / 4) / math.sin(math.pi / 4) / 2
    angles = [0.0, math.pi / 2, 3 * math.pi / 2]
    assert_close(derivative(function, angles), [half_derivative, -half_derivative, 0])


def test_near_rows_are_told_apart():
    # In float32 all cosines with the first row are 1.
    x = np.asarray([[1.0, 0.0], [1.0, 3e-4], [1.0, -2e-4]], np.float32)
    assert_close(KOLEO(x, reduction="none")[0], -math.log(2e-4), rtol=1e-4)


def test_equal_rows_are_finite():
    x = jnp.asarray([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])
    value, gradient = jax.value_and_grad(KOLEO)(x, eps=1e-3)
    # The norm of two coordinates of eps, and eps.
    assert_close(value, -math.log(1e-3 * (math.sqrt(2) + 1)))
    assert bool(jnp.isfinite(gradient).all())
    value, gradient = jax.value_and_grad(KOLEO)(x.astype("float32"))
    assert math.isfinite(value)
    assert bool(jnp.isfinite(gradient).all())


def test_a_row_alone_has_no_loss():
    x, where = jnp.asarray([[3.0, 4.0], [math.nan, 0.0]]), jnp.asarray([True, False])
    value, gradient = jax.value_and_grad(KOLEO)(x, where=where)
    assert_close(value, 0)
    assert_close(gradient, jnp.zeros_like(x))
    assert_close(KOLEO(x[:1]), 0)
    assert_close(KOLEO(x[:0]), math.nan)


def test_a_row_of_zeros_has_cosine_0_to_all():
    x = jnp.asarray([[1.0, 0.0], [0.28, 0.96], [0.0, 0.0]])
    losses = KOLEO(x, eps=1e-300, reduction="none")
    # Not the nearest of rows at distance 1.2, whose cosine is 0.28; its own is at 1.
    assert_close(losses, [-math.log(1.2), -math.log(1.2), 0])
    # The gradient of the row of zeros is of size 1, towards neither.
    gradient = jax.grad(lambda x: KOLEO(x, eps=1e-300, reduction="none")[2])(x)
    assert_close(gradient[2], [1, 0], atol=1e-15)


def test_many_rows_come_in_blocks_that_change_nothing():
    x = np.random.default_rng(0).standard_normal((1100, 3))
    got = jax.jit(KOLEO)(jnp.asarray(x))
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -2)
    distances = np.linalg.norm(unit - unit[cosines.argmax(1)], axis=1)
    assert_close(got, -np.log(distances).mean(), rtol=1e-6)
