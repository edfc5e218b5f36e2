"""Primitives that sort: what comes first."""

import pytest

import funloss as fl
from tests.assertions import to_numpy


@pytest.mark.parametrize("kind", ["float64", "int32"])
def test_lexsort_takes_ties_by_the_next_key_and_then_by_index(any_xp, kind):
    first = any_xp.asarray([[1, 3, 1, 3, 1]], dtype=getattr(any_xp, kind))
    then = any_xp.asarray([[0, 0, 1, 1, 1]], dtype=any_xp.int8)
    order = fl.array_namespace(first).lexsort_descending([first, then], 1)
    assert to_numpy(order).tolist() == [[3, 1, 2, 4, 0]]


def test_the_lowest_integer_is_sorted_last(any_xp):
    x = any_xp.asarray([-(2**31), 5, -7], dtype=any_xp.int32)
    order = fl.array_namespace(x).argsort_descending(x, 0)
    assert to_numpy(order).tolist() == [1, 2, 0]
