"""Sigmoid focal loss, worked by hand."""

import math

import jax
import jax.numpy as jnp
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, LOG3 = math.inf, math.log(3)
GAMMAS = pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0, 5.0])


def losses(x, t, **options):
    return fl.sigmoid_focal_loss(x, t, reduction="none", **options)


def test_values(any_xp):
    # At log(3) the probability is 3/4.
    x = any_xp.asarray([0.0, LOG3, LOG3, LOG3], dtype=any_xp.float64)
    t = any_xp.asarray([1.0, 1.0, 0.0, 0.5], dtype=any_xp.float64)
    right, wrong = math.log(4 / 3), math.log(4)
    even = (right + wrong) / 2
    assert_close(losses(x, t), [math.log(2) / 4, right / 16, 9 * wrong / 16, even / 4])
    assert_close(
        losses(x, t, gamma=0.5),
        [math.log(2) / 2**0.5, right / 2, 0.75**0.5 * wrong, even / 2**0.5],
    )
    assert_close(losses(x, t, gamma=0.0), [math.log(2), right, wrong, even])


def test_alpha_is_the_share_of_the_positive_side(xp):
    x = xp.asarray([LOG3] * 3, dtype=xp.float64)
    t = xp.asarray([1.0, 0.0, 0.5], dtype=xp.float64)
    plain = losses(x, t)
    for alpha in (0.25, 0.75):
        share = xp.asarray([alpha, 1 - alpha, 0.5], dtype=xp.float64)
        assert_close(losses(x, t, alpha=alpha), plain * share)


def test_weighted_mean_divides_by_the_sum_of_weights(xp):
    x, t = xp.zeros(2, dtype=xp.float64), xp.asarray([1.0, 0.0], dtype=xp.float64)
    weight = xp.asarray([1.0, 3.0], dtype=xp.float64)
    got = fl.sigmoid_focal_loss(x, t, weight=weight, where=xp.asarray([True, True]))
    assert_close(got, math.log(2) / 4)
    got = fl.sigmoid_focal_loss(x, t, weight=weight, reduction="sum")
    assert_close(got, math.log(2))


@GAMMAS
def test_far_logits_have_their_limits(xp, gamma):
    x = xp.asarray([100.0, 1e4, INF, -100.0, -1e4, -INF], dtype=xp.float32)
    right, wrong = [0.0, 0.0, 0.0], [100, 1e4, INF]
    assert_close(losses(x, xp.ones_like(x), gamma=gamma), right + wrong, atol=1e-43)
    assert_close(losses(x, xp.zeros_like(x), gamma=gamma), wrong + right, atol=1e-43)


@GAMMAS
@pytest.mark.parametrize("true", [0.0, 1.0])
def test_derivatives_far_out_are_those_of_the_cross_entropy(derivative, gamma, true):
    x = [100.0, 1e4, INF, -100.0, -1e4, -INF]
    got = derivative(
        lambda x: losses(x, fl.array_namespace(x).full_like(x, true), gamma=gamma),
        x,
    )
    expected = [0, 0, 0, -1, -1, -1] if true else [1, 1, 1, 0, 0, 0]
    assert_close(got, expected, atol=1e-40)


def test_derivative_and_curvature_at_no_preference(derivative, curvature):
    # With r = 1 - p the derivative is -r**2 * (r + 2 * p * log(1 / p)).
    log2 = math.log(2)
    got = derivative(lambda x: losses(x, 0 * x + 1), [0.0])
    assert_close(got, [-(0.5 + log2) / 4])
    # Its derivative: with L = -log(p), r' = -p*r and L' = -r,
    # p * r**2 * (2r + 4pL) - r**2 * (-p*r + 2*p*r*L - 2*p*r).
    got = curvature(lambda x: losses(x, 0 * x + 1), [0.0])
    expected = 0.125 * (1 + 2 * log2) - 0.25 * (-0.25 + 0.5 * log2 - 0.5)
    assert_close(got, [expected])


@GAMMAS
def test_curvature_far_out_is_finite(curvature, gamma):
    got = curvature(lambda x: losses(x, 0 * x + 1, gamma=gamma), [1e3, -1e3, 1e4])
    assert_close(got, [0, 0, 0], atol=1e-40)


def test_a_derivative_in_a_sure_target_is_finite(derivative):
    # On the right side the loss vanishes faster than the power of it grows.
    for gamma in (0.5, 2.0):
        got = derivative(lambda t, g=gamma: losses(0 * t + 800, t, gamma=g), [1.0])
        assert_close(got, [0])


def test_half_precision_holds_what_fits(xp):
    if not hasattr(xp, "float16"):
        pytest.skip("no float16")
    x = xp.asarray([-60000.0], dtype=xp.float16)
    assert_close(losses(x, xp.ones_like(x)), [60000])


def test_curvature_in_the_tail_keeps_its_digits(curvature):
    # With r = exp(-x) the loss of a sure positive is r**3 to leading order.
    x = [50.0, 100.0, 400.0, 1e4]
    got = curvature(lambda x: losses(x, 0 * x + 1), x)
    assert_close(got, [9 * math.exp(-3 * each) for each in x], atol=0)


@pytest.mark.parametrize(("dtype", "x"), [("float32", 50.0), ("float64", 400.0)])
def test_second_derivative_of_a_sure_logit_is_zero(dtype, x):
    def loss(z):
        return fl.sigmoid_focal_loss(z, jnp.asarray(1.0, dtype))

    assert_close(jax.grad(jax.grad(loss))(jnp.asarray(x, dtype)), 0)


def test_mixed_derivatives_in_the_tail(curvature):
    # To leading order (r + s)**2 * (r + 50 * s), with s = 1 - t.
    def loss(both):
        return losses(both[:1], both[1:])

    r = math.exp(-50)
    # Rows of its Hessian at s = 0, in x and t, added up.
    mixed = (3 + 2 * 50) * r**2
    double = (2 + 4 * 50) * r
    got = curvature(loss, [50.0, 1.0])
    assert_close(got, [9 * r**3 + mixed, mixed + double])
