"""The z-loss, worked by hand."""

import math

import jax
import jax.numpy as jnp

import funloss as fl
from tests.assertions import assert_close

LOG2, LOG3 = math.log(2), math.log(3)


def test_rows_are_the_squared_log_of_the_sum_of_exponentials(any_xp):
    # Exponentials of sum 1, 2 and 3.
    x = any_xp.asarray([[-LOG2, -LOG2], [0.0, 0.0], [LOG2, 0.0]], dtype=any_xp.float64)
    rows = [0.0, LOG2**2, LOG3**2]
    assert_close(fl.z_loss(x, reduction="none"), rows, atol=1e-15)
    assert_close(fl.z_loss(x), sum(rows) / 3)
    assert_close(fl.z_loss(x, reduction="sum"), sum(rows))


def test_gradient_is_twice_the_log_times_the_softmax(derivative):
    x = [[LOG2, 0.0], [-LOG2, -LOG2]]
    expected = [[2 * LOG3 * 2 / 3, 2 * LOG3 / 3], [0.0, 0.0]]
    gradient = derivative(lambda x: fl.z_loss(x, reduction="sum"), x)
    assert_close(gradient, expected, atol=1e-15)


def test_an_impossible_class_has_no_part(any_xp):
    x = any_xp.asarray([[LOG2, -math.inf, 0.0]], dtype=any_xp.float64)
    assert_close(fl.z_loss(x), LOG3**2)


def test_a_row_without_a_possible_class_is_nan(xp):
    x = xp.asarray([[-math.inf, -math.inf]], dtype=xp.float64)
    assert_close(fl.z_loss(x), math.nan)


def test_experts_of_a_router_are_along_the_last_axis(xp):
    x = xp.asarray([[[LOG2, 0.0], [0.0, 0.0]]], dtype=xp.float64)
    rows = [[LOG3**2, LOG2**2]]
    assert_close(fl.z_loss(x, axis=-1, reduction="none"), rows)


def test_weights_and_mask_are_of_rows(xp):
    x = xp.asarray([[LOG2, 0.0], [0.0, 0.0], [math.nan, 0.0]], dtype=xp.float64)
    weight = xp.asarray([2.0, 1.0, 5.0], dtype=xp.float64)
    where = xp.asarray([True, True, False])
    loss = fl.z_loss(x, weight=weight, where=where)
    assert_close(loss, (2 * LOG3**2 + LOG2**2) / 2)


def test_beside_a_cross_entropy_it_is_its_option():
    x, t = jnp.asarray([[1.0, -2.0, 0.5], [0.0, 3.0, 1.0]]), jnp.asarray([0, 2])
    together = jax.grad(lambda x: fl.cross_entropy(x, t, z_loss=0.25))(x)
    apart = jax.grad(lambda x: fl.cross_entropy(x, t) + 0.25 * fl.z_loss(x))(x)
    assert_close(together, apart, rtol=1e-6)
