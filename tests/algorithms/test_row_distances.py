"""Distances of all pairs of rows."""

import jax
import jax.numpy as jnp
import numpy as np

import funloss as fl
from funloss._algorithms import row_distances
from tests.assertions import assert_close

ROWS = jnp.asarray([[1.0, 2.0], [1.0, 2.0], [4.0, -2.0]])


def total(x):
    return row_distances(fl.array_namespace(x), x, x).sum()


def test_equal_rows_have_no_direction():
    assert_close(total(ROWS), 20)
    toward = [[-0.6, 0.8]] * 2 + [[1.2, -1.6]]
    assert_close(jax.grad(total)(ROWS), 2 * np.asarray(toward))


def test_equal_rows_have_no_curvature():
    along = jnp.asarray([[0.0, 0.0], [0.0, 0.0], [3.0, -4.0]])
    # Straight away from both, nothing turns.
    flat = np.zeros((3, 2))
    assert_close(jax.jvp(jax.grad(total), (ROWS,), (along,))[1], flat, atol=1e-15)
    change = jax.grad(lambda x: jnp.vdot(jax.grad(total)(x), along))(ROWS)
    assert_close(change, flat, atol=1e-15)
