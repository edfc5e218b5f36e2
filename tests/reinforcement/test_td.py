"""The temporal-difference loss of state values, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close
from tests.reinforcement.arrays import floats

INF, NAN = math.inf, math.nan
TD = fl.td_loss


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


def test_each_step_may_have_its_own_lambda(xp):
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


# With the Huber loss, quadratic up to here, the formula has a gradient in the target.
@pytest.mark.parametrize("delta", [None, 10.0])
def test_only_the_value_has_a_gradient(delta):
    def loss(*arrays, lambda_=0.0):
        return TD(*arrays, lambda_=lambda_, delta=delta, reduction="sum")

    arrays = [jnp.asarray(x) for x in ([1.0, 2.0], [0.5, 0.5], [0.5, 0.0], [3.0, 1.0])]
    # Targets of 0.5 + 3/2 and 0.5; or the first 0.5 + (3/2 + 0.5/2)/2.
    gradients = jax.grad(loss, (0, 1, 2, 3))(*arrays)
    assert_close(gradients[0], [1 - 2, 2 - 0.5])
    assert not any(derivative.any() for derivative in gradients[1:])
    gradients = jax.grad(
        lambda share, *arrays: loss(*arrays, lambda_=share), (1, 0, 2, 3, 4)
    )(jnp.asarray([0.5, 0.5]), *arrays)
    assert_close(gradients[0], [1 - 1.375, 2 - 0.5])
    assert not any(derivative.any() for derivative in gradients[1:])


def test_half_precision_is_computed_in_single():
    value = np.zeros(2, np.float16)
    got = TD(value, np.float16(290) * np.ones(2, np.float16), 0.0, value, delta=100.0)
    assert got.dtype == np.float16
    assert_close(got, 100 * (290 - 50))
