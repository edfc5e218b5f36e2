"""Distances of all pairs of rows: worked by hand, and pair by pair."""

import itertools
import math
import tracemalloc

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF = math.inf
ORDERS = [0, 0.5, 1, 2, 3, INF]

# The differences: (3, -4) | (0, 0) | (-3, 4), each up to its sign.
ROWS = [[0.0, 4.0], [3.0, 0.0], [0.0, 4.0]]
LENGTHS = [2, (math.sqrt(3) + 2) ** 2, 7, 5, 91 ** (1 / 3), 4]


@pytest.mark.parametrize(("p", "length"), list(zip(ORDERS, LENGTHS, strict=True)))
def test_distances(any_xp, p, length):
    x = any_xp.asarray(ROWS, dtype=any_xp.float64)
    assert_close(fl.pdist(x, p=p), [length, 0, length])


@pytest.mark.parametrize(
    ("p", "expected"),
    [
        (0, [[0, 0], [0, 0], [0, 0]]),
        (1, [[-1, 1], [2, -2], [-1, 1]]),
        (2, [[-0.6, 0.8], [1.2, -1.6], [-0.6, 0.8]]),
        (INF, [[0, 1], [0, -2], [0, 1]]),
    ],
)
def test_derivatives(derivative, p, expected):
    assert_close(derivative(lambda x: fl.pdist(x, p=p), ROWS), expected)


def test_largest_coordinates_that_tie_have_the_full_derivative(derivative):
    got = derivative(lambda x: fl.pdist(x, p=INF), [[0.0, 0.0], [2.0, -2.0]])
    assert_close(got, [[-1, 1], [1, -1]])


def one_by_one(x, p):
    """Return the distances of the pairs in order, as NumPy has them."""
    pairs = itertools.combinations(x, 2)
    return np.asarray([np.linalg.norm(a - b, p) for a, b in pairs])


@pytest.mark.parametrize("p", ORDERS)
@pytest.mark.parametrize("count", [2, 3, 6, 7])
def test_pairs_are_in_order(any_xp, count, p):
    x = np.random.default_rng(count).standard_normal((count, 3))
    assert_close(fl.pdist(any_xp.asarray(x), p=p), one_by_one(x, p), rtol=1e-13)


@pytest.mark.parametrize("p", ORDERS)
@pytest.mark.parametrize("count", [40, 41])
def test_pairs_of_long_rows_are_in_order(xp, count, p):
    x = np.random.default_rng(count).standard_normal((count, 1500))
    assert_close(fl.pdist(xp.asarray(x), p=p), one_by_one(x, p), rtol=1e-12)


@pytest.mark.parametrize("count", [6, 7])
def test_derivative_of_each_pair(derivative, count):
    rng = np.random.default_rng(count)
    x, scale = rng.standard_normal((count, 3)), rng.random(count * (count - 1) // 2)
    expected = np.zeros((count, 3))
    pairs = itertools.combinations(range(count), 2)
    for (i, j), factor in zip(pairs, scale, strict=True):
        unit = (x[i] - x[j]) / np.linalg.norm(x[i] - x[j])
        expected[i] += factor * unit
        expected[j] -= factor * unit

    def function(x):
        return fl.pdist(x) * fl.array_namespace(x).asarray(scale)

    assert_close(derivative(function, x), expected, rtol=1e-12)


def test_curvature(curvature):
    # Of sqrt(a**4 + b**4) = 5: 18 / 5 - 108 / 125 and 24 / 5 - 256 / 125 along the
    # two, -96 * sqrt(3) / 125 across; and the gradient of the norm, twice, at (0, 0).
    across = -96 * math.sqrt(3) / 125
    expected = [[-1.2, -1.6], [2.736 + across, 2.752 + across]]
    got = curvature(lambda x: fl.pdist(x * x), [[0.0, 0.0], [math.sqrt(3), 2.0]])
    assert_close(got, expected, rtol=1e-12)


def test_rows_may_be_mapped():
    x = jnp.asarray(np.random.default_rng(0).standard_normal((2, 5, 3)))
    expected = jnp.stack([jax.hessian(fl.pdist)(a) for a in x])
    assert_close(jax.vmap(jax.hessian(fl.pdist))(x), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("p", ORDERS)
@pytest.mark.parametrize("count", [128, 512])
def test_memory_on_jax(count, p):
    """Value and gradient need arrays as large as the result, not as the differences."""
    x = jax.ShapeDtypeStruct((count, 64), "float32")
    run = jax.jit(jax.value_and_grad(lambda x: fl.pdist(x, p=p).sum()))
    memory = run.lower(x).compile().memory_analysis()
    assert memory.temp_size_in_bytes <= 4 * (4 * count**2 // 2 + 10 * count * 64)


@pytest.mark.parametrize("p", ORDERS)
def test_memory_on_numpy(p):
    x = np.random.default_rng(0).standard_normal((256, 64))
    tracemalloc.start()
    try:
        fl.pdist(x, p=p)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak <= 8 * (10 * 256**2 // 2 + 10 * 256 * 64)
