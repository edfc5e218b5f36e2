"""The varifocal loss, worked by hand and beside fifty digits."""

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
    return fl.varifocal_loss(x, t, reduction="none", **options)


def of(target, **options):
    """Return the losses of logits with one target."""
    return lambda x: losses(x, fl.array_namespace(x).full_like(x, target), **options)


def test_values(any_xp):
    # At log(3) the probability is 3/4.
    x = any_xp.asarray([0.0, LOG3, LOG3, LOG3], dtype=any_xp.float64)
    t = any_xp.asarray([1.0, 1.0, 0.5, 0.0], dtype=any_xp.float64)
    right, wrong = math.log(4 / 3), math.log(4)
    even = (right + wrong) / 2
    want = [LOG2, right, even / 2, 27 / 64 * wrong]
    assert_close(losses(x, t), want)
    want[3] = 0.75**0.5 * wrong / 4
    assert_close(losses(x, t, alpha=0.25, gamma=0.5), want)


def test_positives_are_the_cross_entropy_times_the_target(any_xp):
    x = any_xp.asarray([-50.0, -1.0, 0.0, 2.0, 50.0], dtype=any_xp.float64)
    t = any_xp.asarray([1.0, 0.25, 0.5, 0.5, 1.0], dtype=any_xp.float64)
    want = t * fl.binary_cross_entropy_with_logits(x, t, reduction="none")
    assert_close(losses(x, t), want, rtol=1e-14, atol=0)


def test_negatives_are_those_of_the_focal_loss(any_xp):
    x = any_xp.asarray([-50.0, -1.0, 0.0, 2.0, 50.0], dtype=any_xp.float64)
    want = fl.sigmoid_focal_loss(x, 0 * x, alpha=0.25, gamma=1.5, reduction="none")
    assert_close(losses(x, 0 * x, gamma=1.5), want, rtol=1e-14, atol=0)


def test_gradients(derivative):
    # Of a positive the target times the error; of a negative
    # 3/4 * p**2 * (p + 2 * (1 - p) * log(4)).
    assert_close(derivative(of(0.5), [LOG3]), [0.125])
    assert_close(derivative(of(0.0), [LOG3]), [27 / 64 * (0.75 + LOG2)])


def test_gradient_in_the_target_is_zero_at_zero(derivative):
    got = derivative(lambda t: losses(0 * t + LOG3, t), [0.0, 0.5])
    assert_close(got, [0, math.log(4 / 3)])


def test_curvature_at_no_preference(curvature):
    # As that of the focal loss of a negative; of a positive t * p * (1 - p).
    want = 0.125 * (1 + 2 * LOG2) - 0.25 * (-0.25 + 0.5 * LOG2 - 0.5)
    assert_close(curvature(of(0.0), [0.0]), [0.75 * want])
    assert_close(curvature(of(0.5), [0.0]), [0.125])


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_far_logits_have_their_limits(derivative, xp, gamma):
    x = [100.0, 1e4, INF, -100.0, -1e4, -INF]
    logits, far = xp.asarray(x, dtype=xp.float64), {"atol": 1e-21}
    on, off = of(1.0, gamma=gamma), of(0.0, gamma=gamma)
    assert_close(on(logits), [0, 0, 0, 100, 1e4, INF], **far)
    assert_close(off(logits), [75, 7500, INF, 0, 0, 0], **far)
    assert_close(derivative(on, x), [0, 0, 0, -1, -1, -1], **far)
    assert_close(derivative(off, x), [0.75] * 3 + [0] * 3, **far)


def test_weighted_mean_divides_by_the_sum_of_weights(xp):
    x, t = xp.zeros(2, dtype=xp.float64), xp.asarray([1.0, 0.5], dtype=xp.float64)
    weight = xp.asarray([1.0, 3.0], dtype=xp.float64)
    assert_close(fl.varifocal_loss(x, t, weight=weight), LOG2 * 5 / 8)


def exact(x, t, alpha, gamma):
    """Return value and gradients to fifty digits, and what an error is relative to."""
    p, q = 1 / (1 + mpmath.exp(-x)), 1 / (1 + mpmath.exp(x))
    off, on = mpmath.log1p(mpmath.exp(x)), mpmath.log1p(mpmath.exp(-x))
    zero = mpmath.mpf(0)
    if t:
        # The error is a difference of rounded numbers.
        value, lost = t * (t * on + (1 - t) * off), min(p, q) + min(t, 1 - t)
        derivatives = {
            0: t * (p - t),
            1: 2 * t * on + (1 - 2 * t) * off,
            2: zero,
            3: zero,
        }
        rest = abs(1 - 2 * t) * off
        sizes = {None: value, 0: t * (abs(p - t) + lost), 1: 2 * t * on + rest}
        return value, derivatives, sizes
    value = alpha * p**gamma * off
    rate = alpha * p**gamma * (p + gamma * q * off)
    derivatives = {0: rate, 1: zero, 2: value / alpha, 3: -value * on}
    # Powers err as often as they multiply.
    sizes = {
        k: abs(derivative) * (1 + gamma / GRADIENT)
        for k, derivative in derivatives.items()
    }
    return value, derivatives, {None: value * (1 + gamma / VALUE), **sizes}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_digits_are_kept(dtype):
    logits = (-60.0, -20.0, -2.9, -1.0, -1e-3, 0.0, 0.3, 1.0, 5.0, 20.0, 60.0)
    targets = 0.0, 1e-6, 0.25, 0.5, 0.75, 1 - 2**-20, 1.0
    axes = logits, targets, (0.25, 0.75), (0.5, 1.0, 2.0, 4.0)

    def each(*numbers):
        x, t, alpha, gamma = numbers
        return losses(x, t, alpha=alpha, gamma=gamma)

    errors = largest_errors(jax.vmap(each), exact, grid(dtype, axes))
    for place, (error, point) in errors.items():
        allowed = VALUE if place is None else GRADIENT
        assert error <= allowed, (place, error, point)


def test_targets_outside_are_refused():
    with pytest.raises(ValueError, match=r"target must be in 0\.\.1"):
        fl.varifocal_loss(np.zeros(2), np.asarray([1.0, 1.5]))
