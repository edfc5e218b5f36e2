"""Distances between rows, worked by hand."""

import math
import re

import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan

# The difference is (3, -4) in the first row and 0 in the second.
DISTANCES = [
    (0, 2),
    (0.5, (math.sqrt(3) + 2) ** 2),
    (1, 7),
    (1.5, (3**1.5 + 8) ** (2 / 3)),
    (2, 5),
    (3, 91 ** (1 / 3)),
    (INF, 4),
    (-1, 12 / 7),
]


def rows(xp):
    x1 = xp.asarray([[4.0, -2.0], [1.0, 2.0]], dtype=xp.float64)
    return x1, xp.asarray([1.0, 2.0], dtype=xp.float64)


@pytest.mark.parametrize(("p", "expected"), DISTANCES)
def test_values(any_xp, p, expected):
    x1, x2 = rows(any_xp)
    assert_close(fl.pairwise_distance(x1, x2, p=p, eps=0.0), [expected, 0])
    got = fl.pairwise_distance(x1, x2, p=p, eps=0.0, keepdim=True)
    assert_close(got, [[expected], [0]])


def test_eps_is_added_with_its_sign(xp):
    x = xp.asarray([[0.0], [1.0]], dtype=xp.float64)
    got = fl.pairwise_distance(x, 1 - x, p=1, eps=0.1)
    assert_close(got, [0.9, 1.1])
    assert_close(fl.pairwise_distance(x, x), [1e-6, 1e-6])


def test_shapes_broadcast_and_single_rows_have_one_distance(xp):
    x1 = xp.ones((2, 1, 3), dtype=xp.float64)
    assert fl.pairwise_distance(x1, xp.zeros((4, 1), dtype=xp.float64)).shape == (2, 4)
    assert_close(fl.pairwise_distance(x1[0, 0, :], 0 * x1[0, 0, :], p=1, eps=0.0), 3)
    assert_close(fl.pairwise_distance(x1[0, 0, 0], 0.0, eps=0.0), 1)


@pytest.mark.parametrize("p", [0, 1, 2, 3])
def test_rows_without_coordinates_have_no_distance(xp, p):
    x = xp.zeros((2, 0), dtype=xp.float64)
    assert_close(fl.pairwise_distance(x, x, p=p), [0, 0])


def test_masked_rows_have_no_distance(xp):
    x1, x2 = rows(xp)
    x1 = xp.where(xp.asarray([[True], [False]]), x1, NAN)
    where = xp.asarray([True, False])
    assert_close(fl.pairwise_distance(x1, x2, eps=0.0, where=where), [5, 0])


@pytest.mark.parametrize(
    ("p", "expected"), [(0.5, 0), (1, 0), (1.5, 0), (2, 0), (3, 0), (INF, 0), (0, 0)]
)
def test_derivative_of_no_distance_is_zero(derivative, p, expected):
    def distance(x):
        return fl.pairwise_distance(x, 0 * x, p=p, eps=0.0)

    assert_close(derivative(distance, [[0.0, 0.0]]), [[expected, expected]])


@pytest.mark.parametrize(
    ("p", "expected"),
    [(1, [1, -1]), (2, [0.6, -0.8]), (INF, [0, -1]), (-INF, [1, 0]), (0, [0, 0])],
)
def test_derivative(derivative, p, expected):
    def distance(x):
        return fl.pairwise_distance(x, 0 * x, p=p, eps=0.0)

    assert_close(derivative(distance, [[3.0, -4.0]]), [expected])
    assert_close(
        derivative(
            lambda x: fl.pairwise_distance(0 * x, -x, p=p, eps=0.0), [[3.0, -4.0]]
        ),
        [expected],
    )


def test_largest_coordinates_that_tie_share_the_derivative(derivative):
    def distance(x):
        return fl.pairwise_distance(x, 0 * x, p=INF, eps=0.0)

    assert_close(derivative(distance, [[2.0, -2.0, 1.0]]), [[0.5, -0.5, 0]])


@pytest.mark.parametrize(
    ("option", "error", "message"),
    [
        ({"p": NAN}, ValueError, "p must be a number, got nan"),
        ({"p": "2"}, TypeError, "p must be a real number, got '2'"),
        ({"eps": NAN}, ValueError, "eps must be a number, got nan"),
        (
            {"p": np.asarray(2.0)},
            TypeError,
            "p must be a Python number, got ndarray: pass p.item()",
        ),
    ],
)
def test_faults_of_options_are_named(option, error, message):
    x = np.zeros((1, 2))
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        fl.pairwise_distance(x, x, **option)
