"""The sum of cheap losses on a CPU: chains of additions in one loop."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType

import funloss as fl
from benchmarks.compiler import AS_BY_DEFAULT
from funloss._array.jax_sums import sum_arithmetic

SHAPES = [(1 << 20,), (128, 96), (3, 5, 4096)]


@pytest.fixture(autouse=True)
def one_device():
    # Arrays that may lie on several devices are added up in one chain.
    mesh = jax.make_mesh((1,), ("device",), axis_types=(AxisType.Auto,))
    with jax.set_mesh(mesh):
        yield


def _losses(shape):
    return np.random.default_rng(0).random(shape, np.float32)


@pytest.mark.parametrize("shape", SHAPES)
def test_sums_are_exact_to_rounding(shape):
    losses = _losses(shape)
    expected = losses.sum(dtype=np.float64)
    got = float(jax.jit(sum_arithmetic)(losses))
    assert abs(got / expected - 1) < 4 * np.finfo(np.float32).eps


def test_the_loop_has_several_chains():
    text = jax.jit(sum_arithmetic).lower(_losses((128, 96))).as_text()
    assert text.count("stablehlo.reduce") == 2
    odd = jax.jit(sum_arithmetic).lower(_losses((127, 97))).as_text()
    assert odd.count("stablehlo.reduce") == 1


@pytest.mark.parametrize("place", [0, 5000])
def test_nan_and_infinity_stay(place):
    for value in (np.nan, np.inf):
        losses = _losses((1 << 13,))
        losses[place] = value
        np.testing.assert_equal(float(jax.jit(sum_arithmetic)(losses)), value)


def test_derivatives_and_batches_are_those_of_a_sum():
    losses = jnp.asarray(_losses((2, 1 << 13)))

    def squared(x):
        return sum_arithmetic(x) ** 2

    sums = jnp.sum(losses, 1, keepdims=True)
    got = jax.jit(jax.vmap(jax.grad(squared)))(losses)
    np.testing.assert_allclose(got, jnp.broadcast_to(2 * sums, got.shape), rtol=1e-6)
    ones = jnp.ones_like(losses[0])
    curvature = jax.jvp(jax.grad(squared), (losses[0],), (ones,))[1]
    np.testing.assert_allclose(curvature, 2.0 * ones.size)


def test_an_exponential_before_the_loss_has_a_loop_of_its_own():
    def value(x):
        return fl.huber_loss(jnp.exp(x), 0.0)

    lowered = jax.jit(value).lower(jnp.asarray(_losses((1 << 14,))))
    computations = lowered.compile(AS_BY_DEFAULT).as_text().split("\n\n")
    with_reduction = [text for text in computations if " reduce(" in text]
    assert with_reduction
    assert not any(" exponential(" in text for text in with_reduction)
