"""Primitives that take one step after the other: where they end."""

import math

import jax.numpy as jnp
import numpy as np

import funloss as fl
from tests.assertions import assert_close


def test_descend_falls_to_the_root_and_no_further(any_xp):
    x = any_xp.asarray([2.0, 5.0, 1.0], dtype=any_xp.float64)
    # Newton's steps to the root of 2 fall from above, and rise from 1 at once.
    got = fl.array_namespace(x).descend(lambda x: 0.5 * (x + 2 / x), x, 40)
    assert_close(got, [math.sqrt(2), math.sqrt(2), 1])


def test_descend_stops_at_its_limit(any_xp):
    x = any_xp.asarray([1.0, 8.0], dtype=any_xp.float64)
    for limit in (1, 3):
        got = fl.array_namespace(x).descend(lambda x: 0.5 * x, x, limit)
        assert_close(got, [2.0**-limit, 8 * 2.0**-limit])


def test_descend_takes_no_step_in_vain():
    taken = []

    def halved_once(x):
        taken.append(x)
        return np.maximum(0.5 * x, 1.0)

    x = np.asarray([2.0])
    assert_close(fl.array_namespace(x).descend(halved_once, x, 100), [1])
    assert len(taken) == 2


def test_descend_of_rows_that_end_apart_under_vmap():
    xp = fl.array_namespace(jnp.ones(1))
    x = jnp.asarray([2.0, 16.0])

    def root(x):
        return xp.descend(lambda x: 0.5 * (x + 4 / x), x, 60)

    assert_close(xp.standard.vectorize(root)(x), [2, 2])
