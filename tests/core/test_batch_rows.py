"""The ways into losses of batches: shapes, and options out of their bounds."""

import math

import jax.numpy as jnp
import pytest

import funloss as fl
from tests.assertions import assert_close

NAN = math.nan


def test_an_option_out_of_its_bounds_makes_jax_values_nan():
    rows = jnp.asarray([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    labels = jnp.asarray([0, 0, 1])
    got = fl.ntxent_loss(rows, labels, temperature=jnp.asarray(-1.0))
    assert_close(got, NAN)


def test_labelled_rows_are_a_matrix(xp):
    rows = xp.ones((2, 2, 2), dtype=xp.float64)
    message = r"^input must have shape \(N, D\), got \(2, 2, 2\)"
    with pytest.raises(ValueError, match=message):
        fl.circle_loss(rows, xp.asarray([0, 1]))
