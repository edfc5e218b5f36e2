"""The scale-invariant ratio, worked by hand and to fifty digits."""

import functools
import math

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close, to_numpy

NAN = math.nan
# The error is at right angles to the target, whose energy is 100 times that.
TARGET, ERROR = [3.0, 4.0, 0.0], [0.4, -0.3, 0.0]


def loss(*arrays, **options):
    return fl.si_sdr_loss(*arrays, **{"reduction": "none"} | options)


def arrays(xp, *values):
    return [xp.asarray(x, dtype=xp.float64) for x in values]


def test_values(any_xp):
    t, e = arrays(any_xp, TARGET, ERROR)
    # The eps of float64 is nothing beside these energies.
    assert_close(loss(t + e, t), -20.0)
    assert_close(loss(-3 * (t + e), t), -20.0)
    assert_close(loss(t + 10 * e, t), 0.0, atol=1e-13)
    assert_close(loss(t + e, t, scaling=False), -20.0)
    # An error as long as the target.
    assert_close(loss(2 * t, t, scaling=False), 0.0, atol=1e-13)
    assert_close(
        loss(t + e + 7, t - 5, zero_mean=True, scaling=False), loss_of_centred()
    )


def loss_of_centred():
    t, e = (np.asarray(x) - np.mean(x) for x in (TARGET, ERROR))
    return -10 * math.log10((t @ t) / (e @ e))


def test_gradients(derivative):
    # Of an error e at right angles: 20 / log(10) times e over its energy, less the
    # target over its own; the latter as the louder signal is further above the error.
    t, e = np.asarray(TARGET), np.asarray(ERROR)

    def of_input(x):
        return loss(x, fl.array_namespace(x).asarray(TARGET, dtype=x.dtype))

    expected = 20 / math.log(10) * (e / (e @ e) - t / (t @ t))
    assert_close(derivative(of_input, t + e), expected, rtol=1e-11, atol=1e-13)

    def without_scale(x):
        target = fl.array_namespace(x).asarray(TARGET, dtype=x.dtype)
        return loss(x, target, scaling=False)

    expected = 20 / math.log(10) * e / (e @ e)
    assert_close(derivative(without_scale, t + e), expected, rtol=1e-11, atol=1e-13)


def test_a_perfect_input_has_a_finite_loss_and_no_gradient_of_its_error(derivative):
    t = np.asarray(TARGET)
    eps = np.finfo(float).eps
    assert_close(loss(t, t, scaling=False), -10 * math.log10((25 + eps) / eps))

    def of_both(x):
        return loss(x, x * 1.0, scaling=False)

    # Through the target alone, which grows with the input.
    expected = -20 / math.log(10) * t / 25
    assert_close(derivative(of_both, t), expected, rtol=1e-12)


def test_silence_has_a_loss_and_a_gradient(derivative):
    t, zero = np.asarray(TARGET), np.zeros(3)
    eps = np.finfo(float).eps
    assert_close(loss(t, zero), 10 * math.log10((25 + eps) / eps))
    assert_close(loss(zero, zero), 0.0)

    def of_input(x):
        return loss(x, 0 * x) + loss(0 * x, x)

    assert np.all(np.isfinite(to_numpy(derivative(of_input, t))))
    assert_close(derivative(of_input, zero), zero)


def test_weights_and_mask_are_of_signals(xp):
    (t, e), weight = (
        arrays(xp, [TARGET] * 3, [ERROR] * 3),
        xp.asarray([1.0, 3.0, 5.0], dtype=xp.float64),
    )
    gain, where = arrays(xp, [[1.0], [10.0], [NAN]])[0], xp.asarray([True, True, False])
    options = {"weight": weight, "where": where}
    got = loss(t + gain * e, t, reduction="mean", **options)
    assert_close(got, (1 * -20 + 3 * 0) / 4)
    assert_close(loss(t + gain * e, t, where=where), [-20, 0, 0], atol=1e-13)


def test_time_is_an_axis_and_arrays_broadcast(xp):
    t, e = arrays(xp, TARGET, ERROR)
    both = xp.stack([t + e, t + 10 * e])
    assert_close(loss(both, t), [-20, 0], atol=1e-13)
    column = xp.reshape(t, (3, 1))
    assert_close(loss(both.T, column, axis=0), [-20, 0], atol=1e-13)
    message = r"^signals must have samples, got shape \(2, 0\) with axis 1"
    with pytest.raises(ValueError, match=message):
        loss(xp.zeros((2, 0)), xp.zeros((2, 0)))


def test_an_offset_leaves_no_trace_of_the_mean():
    rng = np.random.default_rng(0)
    t = (rng.standard_normal(4000) / 100 + 1000).astype(np.float32)
    x = (t + rng.standard_normal(4000) / 1000).astype(np.float32)
    expected = loss(x.astype(float), t.astype(float), zero_mean=True)
    for library in (np, jnp):
        got = loss(library.asarray(x), library.asarray(t), zero_mean=True)
        assert_close(float(got), expected, rtol=1e-5)


def exact(x, t, eps, *, zero_mean, scaling):
    """Return value and gradients to fifty digits, and the sizes of what they add up."""
    x, t = ([mpmath.mpf(float(a)) for a in v] for v in (x, t))
    if zero_mean:
        x, t = ([a - mpmath.fsum(v) / len(v) for a in v] for v in (x, t))
    dot = mpmath.fdot
    q, a = dot(t, t) + eps, mpmath.mpf(1)
    if scaling:
        a = (dot(x, t) + eps) / q
    e = [b - a * c for b, c in zip(x, t, strict=True)]
    error, signal = dot(e, e) + eps, a**2 * dot(t, t) + eps
    k = 20 / mpmath.log(10)
    w = dot(e, t) / error + a * dot(t, t) / signal if scaling else mpmath.mpf(0)
    d_x = [k * (b / error - w * c / q) for b, c in zip(e, t, strict=True)]
    d_t = [
        -k * (a * b / error + a**2 * c / signal + w * (d - 2 * a * c) / q)
        for b, c, d in zip(e, t, x, strict=True)
    ]
    if zero_mean:
        d_x, d_t = ([g - mpmath.fsum(v) / len(v) for g in v] for v in (d_x, d_t))
    # Each sample of the error has the roundings of the signals that it is left of.
    length = mpmath.sqrt(dot(t, t))
    rounding = mpmath.sqrt(dot(x, x)) + abs(a) * length
    # And the scale has those of a product that may be small beside the signals.
    loss_of_product = 1 + mpmath.sqrt(dot(x, x)) * length / (abs(dot(x, t)) + eps)
    w *= loss_of_product
    of_x = k * (rounding / error + abs(w) * length / q)
    of_t = k * (a**2 * length / signal + abs(w) * 2 * rounding / q) + abs(a) * of_x
    sizes = k * (loss_of_product + rounding / mpmath.sqrt(error)), of_x, of_t
    return (k / 2 * mpmath.log(error / signal), d_x, d_t), sizes


CLEAN = np.asarray([0.75, -1.25, 2.0, 0.5, -0.375])
NOISE = np.asarray([0.5, 0.25, -0.125, 1.0, 0.75])
# Gain, noise and size of the target.
SIGNALS = [
    *((1.0, noise, 1.0) for noise in (0.0, 1e-6, 1e-2, 1.0, 100.0)),
    *((gain, 0.1, 1.0) for gain in (-1.0, 0.0, 1e-3, 50.0, 1e9)),
    *((1.0, 0.1, size) for size in (1e-30, 1e-5, 1e-2, 1e5, 1e12, 1e19, 1e30)),
    *((1.0, 0.0, size) for size in (1e12, 1e30)),
    *((0.0, 1.0, size) for size in (1e-20, 1e20)),
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scaling", [True, False])
@pytest.mark.parametrize("zero_mean", [False, True])
def test_exact_to_fifty_digits(dtype, scaling, zero_mean):
    options = {"zero_mean": zero_mean, "scaling": scaling}
    x, t = (np.asarray(v, dtype) for v in zip(*map(pair, SIGNALS), strict=True))
    call = functools.partial(loss, **options)
    value = call(x, t)
    gradients = jax.grad(lambda *v: call(*v).sum(), (0, 1))(x, t)
    eps, tiny = (float(getattr(np.finfo(dtype), name)) for name in ("eps", "tiny"))
    for k in range(len(x)):
        with mpmath.workdps(50):
            (wanted, *derivatives), sizes = exact(x[k], t[k], eps, **options)
        error = abs(float(value[k]) - float(wanted))
        assert error <= eps * (4 * abs(wanted) + 2 * sizes[0]), SIGNALS[k]
        for got, derivative, size in zip(
            gradients, derivatives, sizes[1:], strict=True
        ):
            error = np.abs(np.asarray(got[k], float) - np.asarray(derivative, float))
            assert error.max() <= 8 * eps * size + tiny, SIGNALS[k]


def pair(numbers):
    gain, noise, size = numbers
    return size * (gain * CLEAN + noise * NOISE), size * CLEAN
