"""The quantile Huber loss, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close
from tests.reinforcement.arrays import floats

NAN = math.nan
QUANTILE = fl.quantile_huber_loss


def test_errors_of_quantiles_are_weighted_by_their_levels(any_xp):
    x = any_xp.asarray([0.0, 4.0], dtype=any_xp.float64)
    t = any_xp.asarray([2.0, 4.0], dtype=any_xp.float64)
    # Levels 1/4 and 3/4. Errors of 2 and 4 above the first; 2 below the second, and 0.
    assert_close(QUANTILE(x, t, delta=0.0), 0.25 * 3 + 0.25 * 1)
    assert_close(QUANTILE(x, t), 0.25 * (1.5 + 3.5) / 2 + 0.25 * 1.5 / 2)
    # delta 2: e**2 / 4 up to 2, then e - 1.
    assert_close(QUANTILE(x, t, delta=2.0), 0.25 * (1 + 3) / 2 + 0.25 * 1 / 2)
    tau = any_xp.asarray([0.5, 1.0], dtype=any_xp.float64)
    assert_close(QUANTILE(x, t, delta=0.0, tau=tau), 0.5 * 3)


def test_gradients_of_quantiles_at_the_corners(derivative):
    def loss(x, delta):
        xp = fl.array_namespace(x)
        sample = xp.zeros_like(x[:1])
        tau = 0.25 + 0 * x
        return QUANTILE(x, sample, tau=tau, delta=delta)

    point = [-1.0, 0.0, 0.5, 1.0, 3.0]
    assert_close(
        derivative(lambda x: loss(x, 0.0), point), [-0.25, 0, 0.75, 0.75, 0.75]
    )
    gradients = [-0.25, 0, 0.375, 0.75, 0.75]
    assert_close(derivative(lambda x: loss(x, 1.0), point), gradients)


@pytest.mark.parametrize("level", [1.5, -0.5])
def test_levels_lie_between_zero_and_one(level):
    x, tau = np.zeros(2), np.asarray([0.5, level])
    message = rf"tau must be in 0..1, got {level} at \(1,\)"
    with pytest.raises(ValueError, match=message):
        QUANTILE(x, x, tau=tau)
    value = QUANTILE(jnp.zeros(2), jnp.zeros(2), tau=jnp.asarray(tau))
    assert_close(value, NAN)


def test_a_masked_sample_has_gradient_zero():
    rows, where = jnp.asarray([[0.0, 0.0], [NAN, NAN]]), jnp.asarray([True, False])
    # Two below the samples, where the loss is linear: minus the levels.
    got = jax.grad(QUANTILE)(rows, rows + 2, where=where)
    assert_close(got, [[-0.25, -0.75], [0, 0]])


def test_nothing_of_a_masked_sample_is_read(xp):
    where, rows = xp.asarray([True, False]), [[0.0, 0.0], [NAN, NAN]]
    x, target, tau = floats(xp, rows, rows, [[0.5, 0.5], [NAN, 9.0]])
    # Both quantiles are one below the samples: 1/2 * 1/2 each.
    got = QUANTILE(x, target + 1, tau=tau, where=where, reduction="none")
    assert_close(got, [0.5, 0])


def test_one_level_may_be_a_number(xp):
    x, t = (xp.full((6, 1), v, dtype=xp.float64) for v in (0.0, 1.0))
    for tau in (0.1, xp.asarray(0.1, dtype=xp.float64)):
        assert_close(fl.quantile_huber_loss(x, t, tau=tau), 0.05)
    x = xp.asarray([[0.0, 2.0]], dtype=xp.float64)
    # Half the square of the error, a tenth of it above and nine tenths below.
    got = fl.quantile_huber_loss(x, t[:1, :], tau=0.1, reduction="none")
    assert_close(got, [0.5])
