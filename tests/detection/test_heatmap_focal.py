"""The focal loss of heatmaps, worked by hand and beside fifty digits."""

import math

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close
from tests.fifty_digits import grid, largest_errors

INF, LOG2, LOG3 = math.inf, math.log(2), math.log(3)
VALUE, GRADIENT = 4, 8


def losses(x, t, **options):
    return fl.heatmap_focal_loss(x, t, reduction="none", **options)


def of(target, **options):
    """Return the losses of logits with one target."""
    return lambda x: losses(x, fl.array_namespace(x).full_like(x, target), **options)


def test_values(any_xp):
    # At log(3) the probability is 3/4.
    x = any_xp.asarray([0.0, LOG3, LOG3, LOG3], dtype=any_xp.float64)
    t = any_xp.asarray([1.0, 1.0, 0.0, 0.5], dtype=any_xp.float64)
    right, wrong = math.log(4 / 3), math.log(4)
    want = [LOG2 / 4, right / 16, 9 * wrong / 16, 9 * wrong / 256]
    assert_close(losses(x, t), want)
    want = [LOG2 / 2**0.5, right / 2, 0.75**0.5 * wrong, 0.75**0.5 * wrong / 2]
    assert_close(losses(x, t, alpha=0.5, beta=1.0), want)


def test_of_zeros_and_ones_it_is_the_focal_loss(any_xp):
    x = any_xp.asarray([-50.0, -1.0, 0.0, 2.0, 50.0], dtype=any_xp.float64)
    t = any_xp.asarray([0.0, 1.0, 1.0, 0.0, 1.0], dtype=any_xp.float64)
    want = fl.sigmoid_focal_loss(x, t, gamma=1.5, reduction="none")
    assert_close(losses(x, t, alpha=1.5), want, rtol=1e-14, atol=0)


def test_mean_divides_by_the_number_of_peaks(any_xp):
    x = any_xp.zeros((2, 3), dtype=any_xp.float64)
    t = any_xp.asarray([[1.0, 0, 0], [1, 0, 0]], dtype=any_xp.float64)
    assert_close(fl.heatmap_focal_loss(x, t), 6 * LOG2 / 4 / 2)
    where = any_xp.asarray([[True, True, True], [False, True, False]])
    assert_close(fl.heatmap_focal_loss(x, t, where=where), LOG2)


def test_mean_without_a_peak_is_the_sum(xp):
    x, t = xp.zeros(3, dtype=xp.float64), xp.zeros(3, dtype=xp.float64)
    assert_close(fl.heatmap_focal_loss(x, t), 3 * LOG2 / 4)
    where = xp.asarray([False, True, True])
    got = fl.heatmap_focal_loss(
        x, xp.asarray([1.0, 0, 0], dtype=xp.float64), where=where
    )
    assert_close(got, LOG2 / 2)


def test_mean_of_weighted_peaks(xp):
    x = xp.zeros((2, 2), dtype=xp.float64)
    t = xp.asarray([[1.0, 0.0], [1.0, 0.0]], dtype=xp.float64)
    weight = xp.asarray([[0.25], [0.5]], dtype=xp.float64)
    assert_close(fl.heatmap_focal_loss(x, t, weight=weight), LOG2 / 2)
    got = fl.heatmap_focal_loss(x, t, weight=xp.asarray([0.0, 2.0], dtype=xp.float64))
    assert_close(got, LOG2)


def test_mean_of_nothing_is_nan(xp):
    x = xp.zeros(2, dtype=xp.float64)
    got = fl.heatmap_focal_loss(x, x, where=xp.asarray([False, False]))
    assert_close(got, math.nan)
    assert_close(fl.heatmap_focal_loss(x[:0], x[:0]), math.nan)


@pytest.mark.parametrize("alpha", [0.0, 0.5, 2.0])
def test_far_logits_have_their_limits(derivative, xp, alpha):
    x = [100.0, 1e4, INF, -100.0, -1e4, -INF]
    logits, far = xp.asarray(x, dtype=xp.float64), {"atol": 1e-21}
    peak, other = of(1.0, alpha=alpha), of(0.5, alpha=alpha)
    assert_close(peak(logits), [0, 0, 0, 100, 1e4, INF], **far)
    assert_close(other(logits), [100 / 16, 625, INF, 0, 0, 0], **far)
    assert_close(derivative(peak, x), [0, 0, 0, -1, -1, -1], **far)
    assert_close(derivative(other, x), [1 / 16] * 3 + [0] * 3, **far)


def test_gradients(derivative):
    # At log(3), of a peak -(r**2) * (r + 2 * p * s) with r = 1/4 and s = log(4/3).
    want = -(1 / 16) * (1 / 4 + 1.5 * math.log(4 / 3))
    assert_close(derivative(of(1.0), [LOG3]), [want])
    want = 1 / 16 * 9 / 16 * (3 / 4 + math.log(4) / 2)
    assert_close(derivative(of(0.5), [LOG3]), [want])


@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0, 4.0])
def test_gradient_in_the_target_is_zero_at_a_peak(derivative, beta):
    got = derivative(lambda t: losses(0 * t, t, beta=beta), [1.0, 0.75])
    assert_close(got, [0, -beta * 0.25 ** (beta - 1) * LOG2 / 4])


def test_curvature_at_no_preference(curvature):
    # As that of the focal loss of a positive, on both sides.
    want = 0.125 * (1 + 2 * LOG2) - 0.25 * (-0.25 + 0.5 * LOG2 - 0.5)
    assert_close(curvature(of(1.0), [0.0]), [want])
    assert_close(curvature(of(0.5), [0.0]), [want / 16])


def test_gradient_in_weights_passes_through_the_divisor():
    def loss(weight):
        x, t = jnp.zeros(2), jnp.asarray([1.0, 0.0])
        return fl.heatmap_focal_loss(x, t, weight=weight)

    # (a + b) / a of what each has at no preference.
    got = jax.grad(loss)(jnp.asarray([2.0, 3.0]))
    assert_close(got, [-3 * LOG2 / 16, LOG2 / 8], rtol=1e-6)


def exact(x, t, alpha, beta):
    """Return value and gradients to fifty digits, and what an error is relative to."""
    peak = t == 1
    z, share = (-x, mpmath.mpf(1)) if peak else (x, (1 - t) ** beta)
    p, q = 1 / (1 + mpmath.exp(-z)), 1 / (1 + mpmath.exp(z))
    off, on = mpmath.log1p(mpmath.exp(z)), mpmath.log1p(mpmath.exp(-z))
    value = share * p**alpha * off
    derivatives = {
        0: (-1 if peak else 1) * share * p**alpha * (p + alpha * q * off),
        1: mpmath.mpf(0) if peak else -beta * value / (1 - t),
        2: -value * on,
        3: value * mpmath.log(1 - t) if t < 1 else mpmath.mpf(0),
    }
    # Powers err as often as they multiply.
    powers = alpha + beta
    sizes = {
        k: abs(derivative) * (1 + powers / GRADIENT)
        for k, derivative in derivatives.items()
    }
    return value, derivatives, {None: value * (1 + powers / VALUE), **sizes}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_digits_are_kept(dtype):
    logits = (-60.0, -20.0, -2.9, -1.0, -1e-3, 0.0, 0.3, 1.0, 5.0, 20.0, 60.0)
    targets = 0.0, 1e-6, 0.25, 0.75, 1 - 2**-20, 1.0
    axes = logits, targets, (0.5, 1.0, 2.0, 4.0), (0.5, 1.0, 4.0)

    def each(*numbers):
        x, t, alpha, beta = numbers
        return losses(x, t, alpha=alpha, beta=beta)

    errors = largest_errors(jax.vmap(each), exact, grid(dtype, axes))
    for place, (error, point) in errors.items():
        allowed = VALUE if place is None else GRADIENT
        assert error <= allowed, (place, error, point)


def test_targets_outside_are_refused():
    with pytest.raises(ValueError, match=r"target must be in 0\.\.1"):
        fl.heatmap_focal_loss(np.zeros(2), np.asarray([1.0, 1.5]))
