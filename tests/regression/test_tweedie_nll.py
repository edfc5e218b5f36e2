"""Tweedie loss, worked by hand and to fifty digits."""

import math

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

LOG = math.log


def loss(x, y, **options):
    return fl.tweedie_nll_loss(x, y, **{"reduction": "none"} | options)


def test_values(any_xp):
    x, y = (any_xp.asarray(v, dtype=any_xp.float64) for v in ([1, 4, 4], [0, 4, 1]))
    # 2 sqrt(m) + 2 y / sqrt(m), and that less 4 sqrt(y).
    assert_close(loss(x, y), [2, 8, 5])
    assert_close(loss(x, y, full=True), [2, 0, 1])
    assert_close(loss(x, y, power=1), [1, 4 - 4 * LOG(4), 4 - LOG(4)])
    assert_close(loss(x, y, power=1, full=True), [1, 0, 3 - LOG(4)])
    assert_close(loss(x, y, power=0), [0.5, -8, 4])
    assert_close(loss(x, y, power=0, full=True), [0.5, 0, 4.5])
    x, y = x[1:], y[1:]
    assert_close(loss(x, y, power=2), [LOG(4) + 1, LOG(4) + 0.25])
    assert_close(loss(x, y, power=2, full=True), [0, LOG(4) - 0.75])
    # -1 / m + y / (2 m**2), and that plus 1 / (2 y).
    assert_close(loss(x, y, power=3), [-0.125, -0.25 + 1 / 32])
    assert_close(loss(x, y, power=3, full=True), [0, 0.25 + 1 / 32])


@pytest.mark.parametrize("power", [0, 1, 1.5, 2, 3])
@pytest.mark.parametrize("log_input", [False, True])
def test_an_exact_fit_has_deviance_and_gradient_0(derivative, power, log_input):
    def of_both(x):
        # Of 1 the logarithm is exact.
        mean = fl.array_namespace(x).exp(x) if log_input else x
        return loss(x, mean, power=power, full=True, log_input=log_input)

    x = [0.0] if log_input else [0.1, 1.0, 7.0]
    assert_close(derivative(of_both, x), [0.0] * len(x))


def test_a_mean_below_the_floor_can_leave_it(derivative):
    found = derivative(lambda x: loss(x, 1.0, eps=0.25), [0.0, 0.125, 0.25])
    # (m - y) / m**1.5 at the floor.
    assert_close(found, [-6, -6, -6])


def of_zero_claims(x):
    return loss(x, 0.0, log_input=True)


def test_a_target_of_0_beside_a_mean_of_almost_0(xp):
    x = xp.asarray([-1e4, -math.inf, 0.0], dtype=xp.float64)
    assert_close(of_zero_claims(x), [0, 0, 2])


def test_its_gradient_is_0(derivative):
    assert_close(derivative(of_zero_claims, [-1e4, -math.inf, 0.0]), [0, 0, 1])


def test_a_range_for_each_power(xp):
    one, zero = (xp.asarray([v], dtype=xp.float64) for v in (1.0, 0.0))
    message = r"target must be > 0, got 0.0 at \(0,\)"
    with fl.debug_values():
        for power in (2, 2.5):
            with pytest.raises(ValueError, match=message):
                loss(one, zero, power=power)
        assert_close(loss(-one, -2 * one, power=0, full=True), [0.5])
        for power in (1.0, 2.0, 0.5):
            with pytest.raises(ValueError, match="power must be > 1 and < 2, got"):
                loss(one, one, power=xp.asarray(power, dtype=xp.float64))


def test_a_power_that_is_no_number():
    with pytest.raises(TypeError, match="power must be a real number, got 'gamma'"):
        loss(np.ones(1), np.ones(1), power="gamma")  # pyright: ignore[reportArgumentType]


def exact(m, y, p, *, full):
    """Return the loss to as many digits as mpmath is set to."""
    a, b = 1 - p, 2 - p

    def part(m):
        first = mpmath.log(m) if b == 0 else m**b / b
        return first - (y * (mpmath.log(m) if a == 0 else m**a / a) if y else 0)

    return part(m) - (part(y) if full and y else 0)


POWERS = [0, 1, 1 + 1e-6, 1 + 1e-3, 1.5, 2 - 1e-3, 2 - 1e-6, 2, 3]
# Exact, nearly exact, and far.
MEANS = [1e-3, 0.7, 0.9999, 1.0, 1.0001, 1.5, 3.0, 1e3]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("target", [0.3, 1.0, 40.0])
@pytest.mark.parametrize("power", POWERS)
@pytest.mark.parametrize("full", [False, True])
def test_fifty_digits(dtype, target, power, full):
    y = np.asarray(target, dtype)
    means = (target * np.asarray(MEANS)).astype(dtype)
    eps = float(np.finfo(dtype).eps)
    with mpmath.workdps(50):
        p, t = mpmath.mpf(power), mpmath.mpf(float(y))
        exactly = [mpmath.mpf(float(m)) for m in means]
        values = [exact(m, t, p, full=full) for m in exactly]
        pairs = list(zip(exactly, values, strict=True))
        steps = [m ** (1 - p) - t * m ** (-p) for m in exactly]
        # Without `full`, the terms that may nearly cancel.
        sizes = [max(abs(v), abs(exact(m, -t, p, full=False) - v)) for m, v in pairs]
    allowed = [0.0 if full else 4 * eps * float(x) for x in sizes]
    values, steps = ([float(x) for x in each] for each in (values, steps))

    def summed(x):
        return loss(x, y, power=power, full=full, reduction="sum")

    for xp in (np, jnp):
        got = loss(xp.asarray(means), xp.asarray(y), power=power, full=full)
        # XLA's log1p errs by up to 2 ulps, which count twice.
        ulps = 4 if xp is np else 6
        got = [float(x) for x in got]
        for g, v, more in zip(got, values, allowed, strict=False):
            assert_close(g, v, rtol=ulps * eps, atol=more + 1e-40)
    found = jax.grad(summed)(jnp.asarray(means))
    assert_close(found, steps, rtol=8 * eps, atol=1e-40)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("power", [1.001, 1.25, 1.5, 1.999])
def test_derivative_in_the_power(derivative, power, full):
    # By central differences of the formula in fifty digits.
    means, targets = [0.5, 2.0, 3.0, 1e3], [0.0, 2.0, 40.0, 1.0]

    def total(p):
        pairs = zip(map(mpmath.mpf, means), map(mpmath.mpf, targets), strict=True)
        return sum(exact(m, y, p, full=full) for m, y in pairs)

    def of_power(p):
        x, y = (
            fl.array_namespace(p).asarray(v, dtype=p.dtype) for v in (means, targets)
        )
        return loss(x, y, power=p, full=full, reduction="sum")

    with mpmath.workdps(50):
        expected = mpmath.diff(total, mpmath.mpf(power))
    assert_close(derivative(of_power, power), float(expected), rtol=1e-11)
