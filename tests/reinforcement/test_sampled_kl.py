"""Divergence from a reference policy, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
LOG2 = math.log(2)
KL = fl.sampled_kl_loss


# Of an action that the policy takes half as often as the reference, as often, twice.
@pytest.mark.parametrize(
    ("estimator", "values", "gradients"),
    [
        ("k1", [-LOG2, 0, LOG2], [1, 1, 1]),
        ("k2", [LOG2**2 / 2, 0, LOG2**2 / 2], [-LOG2, 0, LOG2]),
        ("k3", [2 - 1 - LOG2, 0, 0.5 - 1 + LOG2], [1 - 2, 0, 1 - 0.5]),
    ],
)
def test_values_and_gradients(derivative, estimator, values, gradients):
    def loss(x):
        return KL(x, 0.0, estimator=estimator, reduction="sum")

    point = np.asarray([-LOG2, 0.0, LOG2])
    assert_close(KL(point, 0.0, estimator=estimator, reduction="none"), values)
    assert_close(derivative(loss, [*point]), gradients)


@pytest.mark.parametrize("estimator", ["k1", "k3"])
def test_the_mean_over_the_policy_is_the_divergence(any_xp, estimator):
    p, q = (any_xp.asarray(x, dtype=any_xp.float64) for x in ([0.75, 0.25], [0.5, 0.5]))
    got = KL(
        any_xp.log(p), any_xp.log(q), estimator=estimator, weight=p, reduction="sum"
    )
    assert_close(got, 0.75 * math.log(1.5) + 0.25 * math.log(0.5))


def test_small_differences_keep_their_digits(any_xp):
    x = any_xp.asarray([-1e-4, 1e-4], dtype=any_xp.float32)
    got = KL(x, 0.0, reduction="none")
    # d**2 / 2 + d**3 / 6
    expected = [5e-9 + 1e-12 / 6, 5e-9 - 1e-12 / 6]
    np.testing.assert_allclose(np.asarray(got), expected, rtol=3e-7)


def test_a_ratio_that_overflows_has_an_infinite_loss(derivative):
    def loss(x):
        return KL(x, 0.0, reduction="sum")

    x = np.asarray([-100, 100, -INF, NAN], np.float32)
    assert_close(KL(x, np.float32(0), reduction="none"), [INF, 99, INF, NAN])
    assert_close(derivative(loss, [-800.0]), [-INF])


def test_the_reference_is_a_constant():
    arrays = jnp.asarray([LOG2]), jnp.asarray([0.0])
    gradients = jax.grad(KL, (0, 1))(*arrays)
    assert_close(gradients[0], [0.5])
    assert_close(gradients[1], [0])


def test_nothing_of_a_masked_step_is_read():
    where = jnp.asarray([True, False])
    x, reference = jnp.asarray([LOG2, -INF]), jnp.asarray([0.0, -INF])
    got, gradients = jax.value_and_grad(KL)(x, reference, where=where)
    assert_close(got, 0.5 - 1 + LOG2)
    assert_close(gradients, [0.5, 0])


def test_an_unknown_estimator_raises():
    with pytest.raises(ValueError, match="estimator must be 'k1', 'k2' or 'k3', got 3"):
        KL(np.zeros(2), 0.0, estimator=3)
