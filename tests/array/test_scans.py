"""Primitives that take one step after the other: where they end."""

import math

import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

X, MASS = [[0.0, math.log(4), 0.0]], [[1.0, 2.0, 4.0]]


def test_running_mass_is_apart_from_its_maximum(any_xp):
    x, mass = (any_xp.asarray(rows, dtype=any_xp.float64) for rows in (X, MASS))
    xp, top = fl.array_namespace(x), math.log(4)
    largest, sums = xp.cumulative_sumexp(x, mass, -1)
    assert_close(largest, [[0, top, top]])
    assert_close(sums, [[1, 2.25, 3.25]])
    largest, sums = xp.cumulative_sumexp(x, mass, 1, reverse=True)
    assert_close(largest, [[top, top, 0]])
    assert_close(sums, [[3.25, 3, 4]])


def test_running_mass_keeps_the_digits_of_a_sum_far_from_1(any_xp):
    x = any_xp.asarray([[1e4], [0.0], [-1e4]], dtype=any_xp.float64)
    one = any_xp.ones_like(x)
    largest, sums = fl.array_namespace(x).cumulative_sumexp(x, one, 0, reverse=True)
    assert_close(largest, [[1e4], [0], [-1e4]])
    assert_close(sums, [[1], [1], [1]])


def test_running_mass_falls_and_grows_with_what_is_in_it(derivative):
    def function(x):
        xp = fl.array_namespace(x)
        return xp.cumulative_sumexp(x, xp.asarray([1.0, 2.0, 4.0]), 0)[1]

    assert_close(derivative(function, X[0]), [1.5, 4, 1])


def test_descend_falls_to_the_root_and_no_further(any_xp):
    x = any_xp.asarray([2.0, 5.0, 1.0], dtype=any_xp.float64)
    # Newton's steps to the root of 2 fall from above, and rise from 1 at once.
    got = fl.array_namespace(x).iterate_decreasing(lambda x: 0.5 * (x + 2 / x), x, 40)
    assert_close(got, [math.sqrt(2), math.sqrt(2), 1])


def test_descend_stops_at_its_limit(any_xp):
    x = any_xp.asarray([1.0, 8.0], dtype=any_xp.float64)
    for limit in (1, 3):
        got = fl.array_namespace(x).iterate_decreasing(lambda x: 0.5 * x, x, limit)
        assert_close(got, [2.0**-limit, 8 * 2.0**-limit])


def test_descend_takes_no_step_in_vain():
    taken = []

    def halved_once(x):
        taken.append(x)
        return np.maximum(0.5 * x, 1.0)

    x = np.asarray([2.0])
    assert_close(fl.array_namespace(x).iterate_decreasing(halved_once, x, 100), [1])
    assert len(taken) == 2


def test_descend_of_rows_that_end_apart_under_vmap():
    xp = fl.array_namespace(jnp.ones(1))
    x = jnp.asarray([2.0, 16.0])

    def root(x):
        return xp.iterate_decreasing(lambda x: 0.5 * (x + 4 / x), x, 60)

    assert_close(xp.standard.vectorize(root)(x), [2, 2])


@pytest.mark.parametrize("length", [64, 71, 100])
@pytest.mark.parametrize("reverse", [False, True])
def test_running_mass_of_many_rows_is_joined_in_blocks(xp, length, reverse):
    rng = np.random.default_rng(length)
    x, mass = 8 * rng.standard_normal((3, length)), rng.random((3, length))
    turn = -1 if reverse else 1
    expected = np.exp(np.logaddexp.accumulate((x + np.log(mass))[:, ::turn], axis=1))
    arrays = (xp.asarray(values.T, dtype=xp.float64) for values in (x, mass))
    of = fl.array_namespace(xp.asarray(0.0))
    top, total = of.cumulative_sumexp(*arrays, 0, reverse=reverse)
    assert_close(total * of.exp(top), expected[:, ::turn].T)
    assert_close(top, np.maximum.accumulate(x[:, ::turn], axis=1)[:, ::turn].T)


def test_running_mass_of_many_rows_has_the_derivative_of_few(derivative):
    def function(x):
        xp = fl.array_namespace(x)
        return xp.cumulative_sumexp(x, xp.ones_like(x), 0)[1]

    # Equal numbers: each is once in its own sum and in all after it.
    assert_close(derivative(function, [0.5] * 70), list(range(70, 0, -1)))


def test_cond_chooses_a_function(any_xp):
    xp = fl.array_namespace(any_xp.asarray([1.0]))
    x = any_xp.asarray([1.0, 2.0], dtype=any_xp.float64)
    # Where it is not read, the second has to be right always.
    is_read = xp.name == "jax" or xp.concrete(x)
    for limit, wanted in ((2, 3.0 if is_read else -3.0), (4, -3.0)):
        functions = (lambda x, y: x + y, lambda x, y: -x - y)
        assert_close(xp.cond(xp.sum(x) > limit, *functions, x[0], x[1]), wanted)


def test_cond_is_differentiated_where_it_went(derivative):
    def of(x):
        xp = fl.array_namespace(x)
        return xp.cond(xp.asarray(True), lambda x: x * x, lambda x: x * x, x)

    assert_close(derivative(of, 3.0), 6.0)
