"""The norm along an axis: its value on each library, its derivative on two."""

import math

import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close, to_numpy

INF, NAN = math.inf, math.nan


def norm(xp, x, p, axis):
    """Return the norm of float64 arrays, computed before warnings are back."""
    x = xp.asarray(x, dtype=xp.float64)
    space = fl.array_namespace(x)
    with space.quiet():
        return to_numpy(space.norm(x, p, axis))


# p, vector, norm, derivatives
NORMS = [
    (0, [0, -2, 5], 2, [0, 0, 0]),
    (0.5, [1, 4], 9, [3, 1.5]),
    (0.5, [0, -4], 4, [0, -1]),
    (1, [-1, 0, 4], 5, [-1, 0, 1]),
    (1.5, [1, -4], 9 ** (2 / 3), [9 ** (-1 / 3), -2 * 9 ** (-1 / 3)]),
    (2, [3, -4], 5, [0.6, -0.8]),
    (2, [3e200, -4e200], 5e200, [0.6, -0.8]),
    (2, [3e-200, 4e-200], 5e-200, [0.6, 0.8]),
    (3, [1, -2], 9 ** (1 / 3), [9 ** (-2 / 3), -4 * 9 ** (-2 / 3)]),
    (3, [1e200, 0], 1e200, [1, 0]),
    (INF, [1, -3], 3, [0, -1]),
    (INF, [3, -3, 1], 3, [0.5, -0.5, 0]),
    (-1, [1, -4], 0.8, [0.64, -0.04]),
    (-1, [0, 4], 0, [0, 0]),
    (-INF, [3, -1], 1, [0, -1]),
    *((p, [0, 0], 0, [0, 0]) for p in (0, 0.5, 1, 1.5, 2, 3, INF, -1)),
]
NORM_IDS = [f"{k}-p={row[0]}" for k, row in enumerate(NORMS)]


@pytest.mark.parametrize(("p", "x", "expected", "d"), NORMS, ids=NORM_IDS)
def test_norm(any_xp, p, x, expected, d):
    for axis in (1, -1):
        assert_close(norm(any_xp, [x, x], p, axis), [expected, expected])


@pytest.mark.parametrize(("p", "x", "expected", "d"), NORMS, ids=NORM_IDS)
def test_derivative_of_the_norm(derivative, p, x, expected, d):
    assert_close(derivative(lambda x: fl.array_namespace(x).norm(x, p, 0), x), d)


@pytest.mark.parametrize("p", [1.5, 3, 10, -3])
@pytest.mark.parametrize("size", [2.0**-20, 2.0**20])
def test_size_costs_no_digits_of_the_derivative_of_a_norm(derivative, size, p):
    x, inverse = np.asarray([1.0, 2.0]), (1 + 2.0**p) ** (1 / p - 1)
    got = derivative(lambda x: fl.array_namespace(x).norm(x, p, 0), size * x, "float32")
    np.testing.assert_allclose(to_numpy(got), x ** (p - 1) * inverse, rtol=2.5e-7)


@pytest.mark.parametrize("p", [0.5, 1, 1.5, 2, 3, INF])
def test_norm_of_an_infinite_vector_is_infinite_and_of_nan_is_nan(any_xp, p):
    assert_close(norm(any_xp, [[INF, 1], [NAN, 1]], p, 1), [INF, NAN])


@pytest.mark.parametrize("p", [0, 0.5, 1, 2, 3])
def test_norm_of_no_coordinates_is_zero(xp, p):
    x = xp.zeros((2, 0), dtype=xp.float64)
    assert_close(fl.array_namespace(x).norm(x, p, 1), [0, 0])


def test_norm_keeps_its_axis_on_request(xp):
    x = xp.asarray([[3.0, 4.0], [0.0, 0.0]], dtype=xp.float64)
    for p, expected in [(0, 2), (1, 7), (2, 5), (INF, 4)]:
        result = fl.array_namespace(x).norm(x, p, 1, keepdims=True)
        assert_close(result, [[expected], [0]])
