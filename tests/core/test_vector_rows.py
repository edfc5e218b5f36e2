"""The way into losses of vectors: axes, shapes and masks."""

import math

import pytest

import funloss as fl
from tests.assertions import assert_close

NAN = math.nan


def test_0d_arrays_are_vectors_of_one_coordinate(xp):
    one, two = (xp.asarray(x, dtype=xp.float64) for x in (1.0, 2.0))
    assert_close(fl.cosine_similarity(one, two, dim=0), 1)
    assert_close(fl.cosine_similarity(one, -two, dim=-1), -1)
    assert_close(fl.cosine_distance(one, two), 0)
    with pytest.raises(ValueError, match=r"^dim must be an integer in -1\.\.0, got 1"):
        fl.cosine_similarity(one, two)


def test_masked_vectors_change_neither_value_nor_gradient(derivative):
    def distances(x):
        xp = fl.array_namespace(x)
        where = xp.asarray([True, False])
        return fl.cosine_distance(x, xp.ones_like(x), where=where, reduction="none")

    # A quarter turn has the derivative 1 across it, here over the length 2.
    got = derivative(distances, [[2.0, -2.0], [NAN, NAN]])
    assert_close(got, [[-1 / 4, -1 / 4], [0, 0]])


def test_arrays_broadcast_and_a_mask_lacks_the_axis(xp):
    x1 = xp.ones((2, 1, 3), dtype=xp.float64)
    x2 = xp.ones((4, 3), dtype=xp.float64)
    where = xp.asarray([[True], [False]])
    got = fl.cosine_similarity(x1, x2, dim=-1, where=where)
    assert_close(got, [[1] * 4, [0] * 4])
