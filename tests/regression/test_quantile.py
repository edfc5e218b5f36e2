"""The quantile loss, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
# Two samples, the levels 0.25 and 0.75, and the losses of their quantiles.
LEVELS, QUANTILES, SEEN = [0.25, 0.75], [[-2.0, 2.0], [4.0, 0.0]], [0.0, 4.0]
LOSSES = [[0.5, 0.5], [0.0, 3.0]]


def of_levels(xp, **options):
    x, t, tau = (xp.asarray(x, dtype=xp.float64) for x in (QUANTILES, SEEN, LEVELS))
    return fl.quantile_loss(x, t, tau=tau, **options)


@pytest.mark.parametrize(("tau", "low", "high"), [(0.75, 1.5, 0.5), (0.25, 0.5, 1.5)])
def test_values(any_xp, tau, low, high):
    e = any_xp.asarray([-2.0, 2.0, 0.0, INF, -INF, NAN], dtype=any_xp.float64)
    got = fl.quantile_loss(e, 0.0, tau=tau, reduction="none")
    assert_close(got, [low, high, 0, INF, INF, NAN])
    assert_close(fl.quantile_loss(e[:3], 0.0, tau=tau), 2 / 3)
    assert_close(fl.quantile_loss(e[:3], 0.0), 2 / 3)


def test_gradient_at_the_corners(derivative):
    def of_input(x):
        return fl.quantile_loss(x, 0.0, tau=0.75, reduction="sum")

    def of_target(t):
        return fl.quantile_loss(0 * t, t, tau=0.75, reduction="sum")

    assert_close(derivative(of_input, [-2.0, 0.0, 1.0, NAN]), [-0.75, 0, 0.25, 0])
    assert_close(derivative(of_target, [-2.0, 0.0, 1.0]), [-0.25, 0, 0.75])


def test_gradient_in_tau_is_the_difference(derivative):
    def loss(tau):
        x = fl.array_namespace(tau).asarray([-3.0, 2.0, 0.0], dtype=tau.dtype)
        return fl.quantile_loss(x, 0.0, tau=tau, reduction="sum")

    assert_close(derivative(loss, 0.25), 3 - 2)


def test_weighted_mean_divides_by_the_sum_of_weights(xp):
    e = xp.asarray([-2.0, 1.0], dtype=xp.float64)
    weight = xp.asarray([1.0, 3.0], dtype=xp.float64)
    # (1 * 0.75 * 2 + 3 * 0.25 * 1) / 4
    assert_close(fl.quantile_loss(e, 0.0, tau=0.75, weight=weight), 2.25 / 4)


def test_masked_elements_do_not_count(xp):
    e = xp.asarray([-2.0, NAN], dtype=xp.float64)
    where = xp.asarray([True, False])
    assert_close(fl.quantile_loss(e, 0.0, tau=0.75, where=where), 1.5)


def test_each_level_has_a_quantile_along_the_axis(any_xp):
    assert_close(of_levels(any_xp, reduction="none"), LOSSES)
    assert_close(of_levels(any_xp), 1)
    x, tau = (any_xp.asarray(x, dtype=any_xp.float64) for x in (QUANTILES, LEVELS))
    got = fl.quantile_loss(x, 0.0, tau=tau, axis=0, reduction="none")
    assert_close(got, [[0.5, 1.5], [1, 0]])


def test_weights_and_masks_of_levels_broadcast(xp):
    weight = xp.asarray([1.0, 3.0], dtype=xp.float64)
    # (1 * 0.5 + 3 * 0.5 + 1 * 0 + 3 * 3) / 8, and the second sample alone
    assert_close(of_levels(xp, weight=weight), 11 / 8)
    second = xp.asarray([[False], [True]])
    assert_close(of_levels(xp, weight=weight, where=second), 9 / 4)


def test_gradient_in_each_level_is_the_sum_of_differences(derivative):
    def loss(tau):
        xp = fl.array_namespace(tau)
        x, t = (xp.asarray(x, dtype=tau.dtype) for x in (QUANTILES, SEEN))
        return fl.quantile_loss(x, t, tau=tau, reduction="sum")

    assert_close(derivative(loss, LEVELS), [2, -2 + 4])


@pytest.mark.parametrize("level", [0.0, 1.0, 1.5, NAN])
def test_a_level_out_of_range_raises_or_gives_nan(level):
    x, t, tau = np.asarray(QUANTILES), np.asarray(SEEN), np.asarray([0.25, level])
    message = rf"tau must be > 0 and < 1, got {level} at \(1,\)"
    with pytest.raises(ValueError, match=message):
        fl.quantile_loss(x, t, tau=tau)
    given = jnp.asarray(x), jnp.asarray(t), jnp.asarray(tau)
    losses = jax.jit(lambda x, t, tau: fl.quantile_loss(x, t, tau=tau))
    value, gradients = jax.value_and_grad(losses, (0, 1, 2))(*given)
    assert_close(value, NAN)
    assert_close(gradients[0], [[-0.25 / 4, NAN], [0, NAN]])
    assert_close(gradients[1], [NAN, NAN])
    assert_close(gradients[2][1], NAN)


@pytest.mark.parametrize(
    ("target", "tau", "message"),
    [
        ([[0.0, 4.0]] * 2, LEVELS, "tau must be a number or a 0-d array, got shape"),
        ([0.0], LEVELS, r"target must have shape \(2,\), got \(1,\)"),
        (SEEN, [0.5], r"tau must have shape \(2,\), got \(1,\)"),
        (SEEN, [LEVELS], r"tau must have shape \(2,\), got \(1, 2\)"),
    ],
)
def test_shapes_that_do_not_fit_raise(target, tau, message):
    x, t, tau = map(np.asarray, (QUANTILES, target, tau))
    with pytest.raises(ValueError, match=message):
        fl.quantile_loss(x, t, tau=tau)
