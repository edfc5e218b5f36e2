"""The quality focal loss, worked by hand and beside fifty digits."""

import math

import jax
import mpmath
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close
from tests.fifty_digits import grid, largest_errors

INF, LOG2, LOG3 = math.inf, math.log(2), math.log(3)
VALUE, GRADIENT = 4, 8


def losses(x, t, **options):
    return fl.quality_focal_loss(x, t, reduction="none", **options)


def of(target, **options):
    """Return the losses of logits with one target."""
    return lambda x: losses(x, fl.array_namespace(x).full_like(x, target), **options)


def test_values(any_xp):
    # At log(3) the probability is 3/4.
    x = any_xp.asarray([0.0, LOG3, LOG3, -LOG3], dtype=any_xp.float64)
    t = any_xp.asarray([1.0, 0.5, 0.0, 0.5], dtype=any_xp.float64)
    right, wrong = math.log(4 / 3), math.log(4)
    even = (right + wrong) / 2
    want = [LOG2 / 4, even / 16, 9 * wrong / 16, even / 16]
    assert_close(losses(x, t), want)
    want = [LOG2 / 2**0.5, even / 2, 0.75**0.5 * wrong, even / 2]
    assert_close(losses(x, t, beta=0.5), want)


def test_without_a_power_it_is_the_cross_entropy(any_xp):
    x = any_xp.asarray([-50.0, -1.0, 0.0, 2.0, 50.0], dtype=any_xp.float64)
    t = any_xp.asarray([0.0, 0.25, 0.5, 0.5, 1.0], dtype=any_xp.float64)
    want = fl.binary_cross_entropy_with_logits(x, t, reduction="none")
    assert_close(losses(x, t, beta=0), want, rtol=1e-14, atol=0)


def test_of_zeros_and_ones_it_is_the_focal_loss(any_xp):
    x = any_xp.asarray([-50.0, -1.0, 0.0, 2.0, 50.0], dtype=any_xp.float64)
    t = any_xp.asarray([0.0, 1.0, 1.0, 0.0, 1.0], dtype=any_xp.float64)
    want = fl.sigmoid_focal_loss(x, t, gamma=1.5, reduction="none")
    assert_close(losses(x, t, beta=1.5), want, rtol=1e-14, atol=0)


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
def test_the_target_itself_has_no_loss_and_no_gradient(derivative, beta):
    assert_close(of(0.5, beta=beta)(np.zeros(1)), [0], atol=0)
    assert_close(derivative(of(0.5, beta=beta), [0.0]), [0], atol=0)


def test_gradients(derivative):
    # The error of 1/4 times itself and twice p * (1 - p) times the cross-entropy.
    even = math.log(16 / 3) / 2
    assert_close(derivative(of(0.5), [LOG3]), [1 / 64 + 3 / 32 * even])
    got = derivative(lambda t: losses(0 * t + LOG3, t), [0.5])
    assert_close(got, [-LOG3 / 16 - even / 2])


def test_curvature_at_the_target(curvature):
    # Twice the cross-entropy there times the square of p * (1 - p).
    assert_close(curvature(of(0.5), [0.0]), [LOG2 / 8])


@pytest.mark.parametrize("beta", [0.0, 0.5, 2.0])
def test_far_logits_have_their_limits(derivative, xp, beta):
    x = [100.0, 1e4, INF, -100.0, -1e4, -INF]
    logits, far = xp.asarray(x, dtype=xp.float64), {"atol": 1e-21}
    on, off = of(1.0, beta=beta), of(0.0, beta=beta)
    assert_close(on(logits), [0, 0, 0, 100, 1e4, INF], **far)
    assert_close(off(logits), [100, 1e4, INF, 0, 0, 0], **far)
    assert_close(derivative(on, x), [0, 0, 0, -1, -1, -1], **far)
    assert_close(derivative(off, x), [1, 1, 1, 0, 0, 0], **far)


def test_weighted_mean_divides_by_the_sum_of_weights(xp):
    x, t = xp.zeros(2, dtype=xp.float64), xp.asarray([1.0, 0.5], dtype=xp.float64)
    weight = xp.asarray([1.0, 3.0], dtype=xp.float64)
    assert_close(fl.quality_focal_loss(x, t, weight=weight), LOG2 / 16)


def exact(x, t, beta):
    """Return value and gradients to fifty digits, and what an error is relative to."""
    p, q = 1 / (1 + mpmath.exp(-x)), 1 / (1 + mpmath.exp(x))
    error = p - t
    size, entropy = abs(error), mpmath.log1p(mpmath.exp(x)) - t * x
    factor = size**beta
    if not size:
        zeros = dict.fromkeys(range(3), mpmath.mpf(0))
        return (mpmath.mpf(0), zeros, {})
    change = beta * factor / error
    value = factor * entropy
    derivatives = {
        0: factor * error + change * p * q * entropy,
        1: -factor * x - change * entropy,
        2: value * mpmath.log(size),
    }
    # The error is a difference of rounded numbers, and powers err as often as they
    # multiply.
    lost = (beta + 1) * (1 + (min(p, q) + min(t, 1 - t)) / size)
    sizes = {
        0: abs(derivatives[0]),
        1: factor * abs(x) + abs(change) * entropy,
        2: abs(derivatives[2]) * (1 + 1 / (beta + 1) / abs(mpmath.log(size))),
    }
    sizes = {k: each * (1 + lost / GRADIENT) for k, each in sizes.items()}
    return value, derivatives, {None: value * (1 + lost / VALUE), **sizes}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_digits_are_kept(dtype):
    logits = (-60.0, -20.0, -2.9, -1.0, -1e-3, 0.0, 0.3, 1.0, 5.0, 20.0, 60.0)
    targets = 0.0, 1e-6, 0.25, 0.5, 0.75, 1 - 2**-20, 1.0
    axes = logits, targets, (0.5, 1.0, 2.0, 4.0)

    def each(*numbers):
        x, t, beta = numbers
        return losses(x, t, beta=beta)

    errors = largest_errors(jax.vmap(each), exact, grid(dtype, axes))
    for place, (error, point) in errors.items():
        allowed = VALUE if place is None else GRADIENT
        assert error <= allowed, (place, error, point)


def test_targets_outside_are_refused():
    with pytest.raises(ValueError, match=r"target must be in 0\.\.1"):
        fl.quality_focal_loss(np.zeros(2), np.asarray([1.0, 1.5]))
