"""The asymmetric loss, worked by hand and beside fifty digits."""

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
    return fl.asymmetric_loss(x, t, reduction="none", **options)


def of(target, **options):
    """Return the losses of logits with one target."""
    return lambda x: losses(x, fl.array_namespace(x).full_like(x, target), **options)


def test_values(any_xp):
    # At log(3) the probability is 3/4, of which the clip leaves 0.7.
    x = any_xp.asarray([0.0, LOG3, LOG3, LOG3], dtype=any_xp.float64)
    t = any_xp.asarray([1.0, 1.0, 0.0, 0.25], dtype=any_xp.float64)
    on, off = math.log(4 / 3) / 4, -(0.7**4) * math.log(0.3)
    assert_close(losses(x, t), [LOG2 / 2, on, off, on / 4 + 3 * off / 4])
    got = losses(x, t, gamma_neg=0.5, gamma_pos=2.0, clip=0.25)
    on, off = math.log(4 / 3) / 16, 0.5**0.5 * LOG2
    assert_close(got, [LOG2 / 4, on, off, on / 4 + 3 * off / 4])


def test_without_powers_and_clip_it_is_the_cross_entropy(any_xp):
    x = any_xp.asarray([-50.0, -1.0, 0.0, 2.0, 50.0], dtype=any_xp.float64)
    t = any_xp.asarray([0.0, 0.25, 1.0, 0.5, 1.0], dtype=any_xp.float64)
    got = losses(x, t, gamma_neg=0, gamma_pos=0, clip=0.0)
    want = fl.binary_cross_entropy_with_logits(x, t, reduction="none")
    assert_close(got, want, rtol=1e-14, atol=0)


def test_with_one_power_and_no_clip_it_is_the_focal_loss(any_xp):
    x = any_xp.asarray([-50.0, -1.0, 0.0, 2.0, 50.0], dtype=any_xp.float64)
    t = any_xp.asarray([0.0, 1.0, 1.0, 0.0, 1.0], dtype=any_xp.float64)
    got = losses(x, t, gamma_neg=1.5, gamma_pos=1.5, clip=0.0)
    want = fl.sigmoid_focal_loss(x, t, gamma=1.5, reduction="none")
    assert_close(got, want, rtol=1e-14, atol=0)


def test_negatives_up_to_the_clip_have_no_loss_and_no_gradient(derivative):
    for gamma in (0.0, 0.5, 1.0, 4.0):
        loss = of(0.0, gamma_neg=gamma, clip=0.5)
        assert_close(loss(np.asarray([0.0, -LOG3, -INF])), [0, 0, 0], atol=0)
        assert_close(derivative(loss, [0.0, -LOG3, -INF]), [0, 0, 0], atol=0)


def test_gradients_are_those_of_the_loss(derivative):
    # With p = 3/4: -q * (q + p * s) with q = 1/4 and s = -log(p); and p * q times
    # 4 * 0.7**3 * -log(0.3) + 0.7**4 / 0.3.
    on = -(1 + 3 * math.log(4 / 3)) / 16
    off = 3 / 16 * (4 * 0.7**3 * -math.log(0.3) + 0.7**4 / 0.3)
    assert_close(derivative(of(1.0), [LOG3]), [on])
    assert_close(derivative(of(0.0), [LOG3]), [off])


def test_constant_weights_are_factors_of_the_gradient(derivative):
    on, off = -1 / 16, 3 / 16 * 0.7**4 / 0.3
    assert_close(derivative(of(1.0, constant_weights=True), [LOG3]), [on])
    assert_close(derivative(of(0.0, constant_weights=True), [LOG3]), [off])


def test_constant_weights_have_no_gradient_in_the_powers():
    def loss(gamma_neg, gamma_pos):
        options = {"gamma_neg": gamma_neg, "gamma_pos": gamma_pos}
        x, t = np.asarray([1.0, 1.0]), np.asarray([0.0, 1.0])
        return fl.asymmetric_loss(x, t, constant_weights=True, **options)

    assert_close(jax.grad(loss, (0, 1))(2.5, 0.5), (0.0, 0.0), atol=0)


def test_far_logits_have_their_limits(xp):
    x = xp.asarray([100.0, 1e4, INF, -100.0, -1e4, -INF], dtype=xp.float64)
    clipped = -(0.95**4) * math.log(0.05)
    positive, negative = xp.ones_like(x), xp.zeros_like(x)
    assert_close(losses(x, positive), [0, 0, 0, 100, 1e4, INF], atol=1e-43)
    assert_close(losses(x, negative), [clipped] * 3 + [0] * 3, atol=0)
    got = losses(x, negative, clip=0.0)
    assert_close(got, [100, 1e4, INF, 0, 0, 0], atol=1e-43)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 4.0])
def test_derivatives_far_out_are_finite(derivative, gamma):
    x = [100.0, 1e4, INF, -100.0, -1e4, -INF]
    options = {"gamma_neg": gamma, "gamma_pos": gamma}
    far = {"atol": 1e-40}
    assert_close(derivative(of(1.0, **options), x), [0, 0, 0, -1, -1, -1], **far)
    assert_close(derivative(of(0.0, **options), x), [0] * 6, **far)
    unclipped = of(0.0, clip=0.0, **options)
    assert_close(derivative(unclipped, x), [1, 1, 1, 0, 0, 0], **far)


def test_curvature_at_no_preference(curvature):
    # With powers of 1 and no clip both sides are alike.
    def second(p):
        # Of f = q * s with q' = -p * q, s' = -q: f' = -q * (p * s + q).
        q, s = 1 - p, -math.log(p)
        return p * q * (p * s + q) - q * (p * q * s - p * q - p * q)

    options = {"gamma_pos": 1.0, "gamma_neg": 1.0, "clip": 0.0}
    assert_close(
        curvature(of(1.0, **options), [0.0, LOG3]), [*map(second, (0.5, 0.75))]
    )
    assert_close(
        curvature(of(0.0, **options), [0.0, -LOG3]), [*map(second, (0.5, 0.75))]
    )


def exact(x, t, gamma_neg, gamma_pos, clip):
    """Return value and gradients to fifty digits, and what an error is relative to."""
    p, q = 1 / (1 + mpmath.exp(-x)), 1 / (1 + mpmath.exp(x))
    u = max(p - clip, mpmath.mpf(0))
    s, r = -mpmath.log(p), -mpmath.log(1 - u)
    on, off = q**gamma_pos * s, u**gamma_neg * r
    d_on = -(q**gamma_pos) * (q + gamma_pos * p * s)
    d_u = u**gamma_neg * (gamma_neg * r / u + 1 / (1 - u)) if u else mpmath.mpf(0)
    derivatives = {
        0: t * d_on + (1 - t) * p * q * d_u,
        1: on - off,
        2: (1 - t) * off * (mpmath.log(u) if u else 0),
        3: t * on * mpmath.log(q),
        4: (t - 1) * d_u,
    }
    # The excess is a difference of rounded numbers, and powers err as often as they
    # multiply.
    lost = (gamma_neg + 1) * p / u if u else mpmath.mpf(0)
    value = t * on * (1 + gamma_pos / VALUE) + (1 - t) * off * (1 + lost / VALUE)
    by = {
        0: (abs(t * d_on), (1 - t) * p * q * d_u),
        1: (on, off),
        2: (0, derivatives[2] and abs(derivatives[2]) * (1 + 1 / abs(mpmath.log(u)))),
        3: (abs(derivatives[3]), 0),
        4: (0, abs(derivatives[4])),
    }
    sizes = {
        k: a * (1 + gamma_pos / GRADIENT) + b * (1 + lost / GRADIENT)
        for k, (a, b) in by.items()
    }
    return t * on + (1 - t) * off, derivatives, {None: value, **sizes}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_digits_are_kept(dtype):
    logits = (-60.0, -20.0, -2.9, -1.0, -1e-3, 0.0, 0.3, 1.0, 5.0, 20.0, 60.0)
    axes = logits, (0.0, 1.0, 0.25), (0.5, 1.0, 4.0), (0.25, 1.0), (0.0, 1e-6, 0.05)

    def each(*numbers):
        x, t, *options = numbers
        names = ("gamma_neg", "gamma_pos", "clip")
        return losses(x, t, **dict(zip(names, options, strict=True)))

    errors = largest_errors(jax.vmap(each), exact, grid(dtype, axes))
    for place, (error, point) in errors.items():
        allowed = VALUE if place is None else GRADIENT
        assert error <= allowed, (place, error, point)
