"""Anti-diagonals of a lattice, and back."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import funloss as fl
from funloss._algorithms._diagonals import from_diagonals, shifted, to_diagonals
from tests.assertions import assert_close, to_numpy

SHAPES = [(1, 1), (1, 3), (3, 1), (2, 3), (4, 2), (2, 3, 3), (2, 1, 5, 4)]


def draw(*shape):
    return np.random.default_rng(0).standard_normal(shape)


def test_each_diagonal_is_a_row(any_xp):
    x = any_xp.asarray([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], dtype=any_xp.float64)
    got = to_diagonals(fl.array_namespace(x), x, 9.0)
    expected = [[1.0, 9.0, 9.0], [4.0, 2.0, 9.0], [9.0, 5.0, 3.0], [9.0, 9.0, 6.0]]
    assert_close(got, expected)


@pytest.mark.parametrize("shape", SHAPES)
def test_both_ways_by_their_definition(xp, shape):
    x = draw(*shape)
    array = xp.asarray(x.tolist(), dtype=xp.float64)
    library = fl.array_namespace(array)
    diagonals = to_diagonals(library, array, -math.inf)
    count, width = shape[-2:]
    expected = np.full((count + width - 1, *shape[:-2], width), -math.inf)
    for t in range(count):
        for s in range(width):
            expected[t + s, ..., s] = x[..., t, s]
    assert_close(diagonals, expected)
    assert np.array_equal(to_numpy(from_diagonals(library, diagonals, count)), x)


def test_shift_fills_the_front(any_xp):
    x = any_xp.asarray([[1.0, 2.0, 3.0]], dtype=any_xp.float64)
    assert_close(shifted(fl.array_namespace(x), x, -7.0), [[-7.0, 1.0, 2.0]])


def test_border_has_no_gradient(derivative):
    def loss(x):
        kind = torch if isinstance(x, torch.Tensor) else jnp
        rows = to_diagonals(fl.array_namespace(x), x, 1e30)
        return (rows * kind.where(rows > 1e20, 0.0, rows)).sum() / 2

    x = draw(2, 3, 4)
    assert_close(derivative(loss, x), x)


def test_maps_over_a_batch():
    x = jnp.asarray(draw(3, 4, 2))
    xp = fl.array_namespace(x)
    each = jax.vmap(lambda x: to_diagonals(xp, x, 0.0), 0, 1)
    assert_close(each(x), to_diagonals(xp, x, 0.0))
