"""SSIM and MS-SSIM, worked by hand and to fifty digits."""

import functools

import jax
import mpmath
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

# One window of three equal weights: means of 1 and 1, variances of 2 and 2, and -1.
ONE, OTHER = [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]
THREE = {"axes": -1, "window_size": 3, "sigma": 1e6, "k2": 1.0}
PIXEL = {"axes": -1, "window_size": 1, "k1": 1.0}
PADDINGS = ["valid", "reflect", "same"]


def loss(input, target, **options):
    return fl.ssim_loss(input, target, **options)


def test_values(any_xp):
    x, y = (any_xp.asarray(image, dtype=any_xp.float64) for image in (ONE, OTHER))
    assert_close(loss(x, y, **THREE), 1 - (2 * -1 + 1) / (2 + 2 + 1), rtol=1e-12)
    # Of windows of a pixel, which has no variance, the luminance is left.
    light = [1, (2 * 3 * 0 + 1) / (9 + 0 + 1), (2 * 0 * 3 + 1) / (0 + 9 + 1)]
    assert_close(loss(x, y, **PIXEL), 1 - sum(light) / 3)
    light = [1, 4 / (9 + 4), 4 / (9 + 4)]
    assert_close(loss(x, y, **PIXEL, data_range=2.0), 1 - sum(light) / 3)


def test_gradients(derivative):
    def found(x):
        y = fl.array_namespace(x).asarray(OTHER, dtype=x.dtype)
        return loss(x, y, **THREE)

    # The luminance is at its largest; of (2 * c + 1) / (v + 2 + 1) the derivatives in
    # a pixel are 2 / 3 of y - 1, over 5, and 2 / 3 of x - 1, over 25.
    assert_close(derivative(found, ONE), [0.16, 0.08, -0.24], rtol=1e-11)


def test_scales_are_multiplied_and_the_last_has_the_luminance(xp):
    x, y = (xp.asarray(image, dtype=xp.float64) for image in ([1, 3], [2, 4]))
    found = loss(x, y, **PIXEL, scales=(0.5, 2.0))
    # Halved they are 2 and 3.
    assert_close(found, 1 - ((2 * 2 * 3 + 1) / (4 + 9 + 1)) ** 2)
    # An odd pixel is left out.
    x, y = (xp.asarray(image, dtype=xp.float64) for image in ([1, 3, 9], [2, 4, -9]))
    assert_close(loss(x, y, **PIXEL, scales=(0.5, 2.0)), found)


@pytest.mark.parametrize("exponent", [0.25, 1.0, 2.0])
def test_a_mean_below_0_has_loss_1_and_gradient_0(derivative, curvature, exponent):
    def found(x):
        y = fl.array_namespace(x).asarray(OTHER, dtype=x.dtype)
        return loss(x, y, **THREE, scales=(exponent,))

    assert_close(found(np.asarray(ONE)), 1)
    assert_close(derivative(found, ONE), [0, 0, 0], atol=0)
    assert_close(curvature(found, ONE), [0, 0, 0], atol=0)


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("scales", [None, (0.25, 0.5)])
def test_equal_images_have_loss_0_and_gradient_0(derivative, padding, scales):
    rng = np.random.default_rng(0)
    images = rng.random((3, 6, 8)) + np.asarray([0, 1e4, 0])[:, None, None]
    images[2] = 0.1

    def found(x):
        y = fl.array_namespace(x).asarray(images, dtype=x.dtype)
        options = {"window_size": 3, "padding": padding, "scales": scales}
        return loss(x, y, **options, reduction="sum")

    assert found(images) == 0
    assert_close(derivative(found, images), np.zeros(images.shape), atol=0)


def test_constant_images_differ_in_luminance_alone(xp):
    x, y = (xp.full((12, 11), value, dtype=xp.float64) for value in (0.25, 0.75))
    exact = 1 - (2 * 0.25 * 0.75 + 1e-4) / (0.25**2 + 0.75**2 + 1e-4)
    for padding in ("valid", "reflect"):
        assert_close(loss(x, y, padding=padding), exact)


@pytest.mark.parametrize(
    ("padding", "mode"), [("reflect", "reflect"), ("same", "constant")]
)
def test_padding_is_that_of_a_larger_image(xp, padding, mode):
    images = np.random.default_rng(0).random((2, 2, 6, 7)) + 3
    wide = np.pad(images, ((0, 0), (0, 0), (2, 2), (2, 2)), mode=mode)
    x, y = (xp.asarray(image, dtype=xp.float64) for image in images)
    found = loss(x, y, window_size=5, padding=padding)
    x, y = (xp.asarray(image, dtype=xp.float64) for image in wide)
    assert_close(found, loss(x, y, window_size=5))


def test_weights_and_mask_are_of_images(xp):
    image = np.random.default_rng(0).random((5, 6))
    x = xp.asarray(np.stack([image, 1 - image, np.nan * image]), dtype=xp.float64)
    y = xp.asarray(np.stack([image, image, image]), dtype=xp.float64)
    weight = xp.asarray([1.0, 3.0, 5.0], dtype=xp.float64)
    where = xp.asarray([True, True, False])
    options = {"window_size": 3, "where": where}
    each = loss(x, y, **options, reduction="none")
    assert_close(each[0, ...], 0)
    assert_close(each[2, ...], 0)
    assert_close(loss(x, y, **options, weight=weight), each[1, ...] * 3 / 4)


@pytest.mark.parametrize("xp", ["numpy", "jax", "torch"], indirect=True)
def test_16_bit_images_are_computed_in_float32(xp):
    images = np.random.default_rng(0).random((2, 12, 12)).astype(np.float16)
    x, y = (xp.asarray(image) for image in images)
    wide = loss(*(xp.asarray(image) for image in images.astype(np.float32)))
    assert_close(loss(x, y, dtype=xp.float32), wide, rtol=1e-6)
    assert loss(x, y).dtype == xp.float16


def test_integers_are_compared_with_floating_images_alone(xp):
    x = xp.asarray(np.arange(144).reshape(12, 12), dtype=xp.uint8)
    y = xp.asarray(np.arange(144).reshape(12, 12), dtype=xp.float32)
    assert_close(loss(y, x, data_range=255), 0)
    with pytest.raises(TypeError, match="at least one array must be real floating"):
        loss(x, x, data_range=255)


# Brightness, and how far the two are apart, of images whose contrast is about 1.
APART = [(0.0, 1.0), (0.0, 1e-5), (1.0, 1e-2), (1000.0, 1.0), (1000.0, 0.01)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("offset", "gap"), APART)
def test_to_fifty_digits(dtype, offset, gap):
    rng = np.random.default_rng(0)
    x = (offset + rng.random((7, 8))).astype(dtype)
    y = (x + gap * rng.random((7, 8))).astype(dtype)
    options = {"window_size": 5, "sigma": 1.5}
    found, gradient = jax.value_and_grad(functools.partial(loss, **options))(x, y)
    with mpmath.workdps(50):
        exact, rate, size = _by_windows(_digits(x), _digits(y), 5, 1.5)
    eps = float(np.finfo(dtype).eps)
    assert_close(found, float(exact), rtol=4 * eps)
    # A pixel's gradient is a sum over windows, of parts of both signs, whose sizes add
    # up to `size`.
    error = np.abs(np.asarray(gradient, float) - rate.astype(float))
    assert np.all(error <= 8 * eps * size.astype(float))


_digits = np.vectorize(mpmath.mpf, otypes=[object])


def _by_windows(x, y, width, sigma):
    """Return the loss, its gradient in `x`, and what the parts of that add up to."""
    places = [mpmath.mpf(k - width // 2) / mpmath.mpf(sigma) for k in range(width)]
    taps = [mpmath.exp(-(place**2) / 2) for place in places]
    weights = np.outer(taps, taps) / sum(taps) ** 2
    c1, c2 = mpmath.mpf(0.01) ** 2, mpmath.mpf(0.03) ** 2
    rows, columns = (size - width + 1 for size in x.shape)
    total, rate, size = mpmath.mpf(0), 0 * x, 0 * x
    for place in np.ndindex(rows, columns):
        window = tuple(slice(k, k + width) for k in place)
        a, b = x[window], y[window]
        a_mean, b_mean = (weights * a).sum(), (weights * b).sum()
        a, b = a - a_mean, b - b_mean
        light_whole = a_mean**2 + b_mean**2 + c1
        light = (2 * a_mean * b_mean + c1) / light_whole
        whole = (weights * (a**2 + b**2)).sum() + c2
        rest = (2 * (weights * a * b).sum() + c2) / whole
        total += 1 - light * rest
        parts = [
            rest * 2 * (light * a_mean - b_mean) / light_whole + 0 * a,
            light * 2 * (rest - 1) * a / whole,
            light * 2 * (a - b) / whole,
        ]
        rate[window] += weights * sum(parts)
        size[window] += weights * sum(abs(part) for part in parts)
    return total / (rows * columns), rate / (rows * columns), size / (rows * columns)
