"""Total variation, worked by hand and to fifty digits."""

import functools
import math

import jax
import mpmath
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

# Across 3 and 0, down 4 and 1; the first pixel alone has a next one both ways.
IMAGE = [[0.0, 3.0], [4.0, 4.0]]
FORMS = [(1.0, False), (2.0, False), (1.0, True), (2.0, True)]


def loss(input, **options):
    return fl.total_variation_loss(input, **{"reduction": "sum"} | options)


def form(p, isotropic):
    return functools.partial(loss, p=p, isotropic=isotropic)


def test_values(any_xp):
    x = any_xp.asarray(IMAGE, dtype=any_xp.float64)
    expected = [3 + 0 + 4 + 1, 9 + 0 + 16 + 1, 5, 25]
    for each, value in zip(FORMS, expected, strict=True):
        assert_close(form(*each)(x), value)
    assert_close(loss(x, p=0.5), math.sqrt(3) + 2 + 1)
    assert_close(loss(x, p=0.5, isotropic=True), math.sqrt(5))


def test_gradients(derivative):
    expected = [
        [[-2, 1 - 1], [1, 1]],
        [[-14, 6 - 2], [8, 2]],
        [[-1.4, 0.6], [0.8, 0]],
        [[-14, 6], [8, 0]],
    ]
    for each, gradient in zip(FORMS, expected, strict=True):
        assert_close(derivative(form(*each), IMAGE), gradient, atol=1e-15)


def test_curvature(curvature):
    # Of one pixel: norm**2 is 2 t**2 - 14 t + 25, so norm'' is (2 - 1.4**2) / 5.
    expected = [0, 4, 0.008, 4]
    for each, second in zip(FORMS, expected, strict=True):
        found = curvature(lambda t, each=each: form(*each)(_with_first(t)), [0.0])
        assert_close(found, [second], atol=1e-15)


def _with_first(t):
    xp = fl.array_namespace(t)
    return xp.reshape(xp.concat([t, 0 * t + 3, 0 * t + 4, 0 * t + 4]), (2, 2))


@pytest.mark.parametrize("isotropic", [False, True])
@pytest.mark.parametrize("p", [0.5, 1.0, 1.5])
def test_equal_neighbours_have_gradient_0(derivative, curvature, p, isotropic):
    flat = [[7.0, 7.0], [7.0, 7.0]]
    assert_close(derivative(form(p, isotropic), flat), np.zeros((2, 2)), atol=0)
    assert_close(curvature(form(p, isotropic), flat), np.zeros((2, 2)), atol=0)


def test_axes_of_signals_images_and_volumes(xp):
    # Along the axes: differences of 1, 2 and 4 at each of 2 x 2 pairs.
    x = xp.reshape(xp.arange(8, dtype=xp.float64), (2, 2, 2))
    assert_close(loss(x, axes=-1, reduction="none"), [[1, 1], [1, 1]])
    assert_close(loss(x, axes=(0,), reduction="none"), [[4, 4], [4, 4]])
    assert_close(loss(x, axes=(2, 0), reduction="none"), [2 + 8, 2 + 8])
    assert_close(loss(x, axes=(0, 1, 2)), 4 * (1 + 2 + 4))
    assert_close(loss(x, axes=(0, 1, 2), isotropic=True), math.sqrt(1 + 4 + 16))
    assert_close(loss(x, axes=1, isotropic=True, p=2.0), 4 * 4)


def test_an_axis_of_one_pixel_has_no_differences(xp):
    x = xp.asarray([[1.0, 3.0]], dtype=xp.float64)
    assert_close(loss(x), 2.0)
    # No pixel has a next one both ways.
    assert_close(loss(x, isotropic=True), 0.0)
    assert_close(loss(xp.zeros((0, 3), dtype=xp.float64)), 0.0)


def test_weights_and_mask_are_of_images(xp):
    image = np.asarray(IMAGE)
    x = xp.asarray(np.stack([image, 2 * image, np.nan * image]), dtype=xp.float64)
    weight = xp.asarray([1.0, 3.0, 5.0], dtype=xp.float64)
    where = xp.asarray([True, True, False])
    found = loss(x, weight=weight, where=where, reduction="mean")
    assert_close(found, (8 + 3 * 16) / 4)
    assert_close(loss(x, where=where, reduction="none"), [8, 16, 0])


def test_the_power_is_a_number():
    with pytest.raises(TypeError, match="p must be a Python number"):
        loss(np.asarray(IMAGE), p=np.asarray([1.0])[0, ...])


def test_an_infinite_step_has_an_infinite_norm(xp):
    x = xp.asarray([[0.0, math.inf], [1.0, 0.0]], dtype=xp.float64)
    assert_close(loss(x, isotropic=True), math.inf)


# Steps across and down whose squares overflow, vanish, or nearly do.
STEPS = [1.0, 0.3, 1e-7, 3e-10, 2e-13, 7e-19, 1e-22, 1e-34, 1e10, 3e18, 2e19, 1e38]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("p", [1.0, 1.5])
def test_norms_to_fifty_digits(dtype, p):
    power = {"float32": 1.0, "float64": 8.0}[dtype]
    steps = (np.asarray(STEPS) ** power).astype(dtype)
    steps = steps if p == 1 else steps[:7]
    across, down = (x.ravel() for x in np.meshgrid(steps, steps / 3))
    zero = np.zeros_like(across)
    images = np.stack([zero, across, down, zero], -1).reshape(-1, 2, 2)
    value, gradient = jax.vmap(jax.value_and_grad(form(p, isotropic=True)))(images)
    with mpmath.workdps(50):
        a, b = np.vectorize(mpmath.mpf, otypes=[object])([across, down])
        norm = np.vectorize(mpmath.hypot, otypes=[object])(a, b)
        exact = norm**p
        rate = p * norm ** (p - 2)
        rows = [-(a + b) * rate, a * rate, b * rate]
    eps = float(np.finfo(dtype).eps)
    assert_close(value, exact.astype(float), rtol=4 * eps)
    for found, expected in zip(gradient.reshape(-1, 4).T, rows, strict=False):
        tiny = float(np.finfo(dtype).smallest_normal)
        assert_close(found, expected.astype(float), rtol=8 * eps, atol=tiny)
