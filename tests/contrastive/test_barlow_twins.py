"""Barlow Twins loss, worked by hand."""

import math

import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

LOSS = fl.barlow_twins_loss
NAN = math.nan
# Columns of mean 0, variance 1 and correlation 0.
ODD, PAIRED, OUTER = [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]
TINY = 1e-13


def columns(xp, *values, dtype="float64"):
    each = [xp.asarray(x, dtype=getattr(xp, dtype)) for x in values]
    return xp.stack(each, axis=1)


def test_values(any_xp):
    x = columns(any_xp, [3, 1, 3, 1], [7, 7, 3, 3])
    # Correlations 1 and 0, then of one column with both.
    y = columns(any_xp, ODD, PAIRED)
    assert_close(LOSS(x, y, eps=TINY), 0, atol=1e-15)
    y = columns(any_xp, ODD, ODD)
    assert_close(LOSS(x, y, redundancy_weight=0.25, eps=TINY), 1.25)
    # Turned round: -1 of each with itself.
    assert_close(LOSS(x, -x, eps=TINY), 8)


def test_epsilon_is_added_to_the_variance(any_xp):
    x = columns(any_xp, ODD)
    # Correlation 1 / (1 + 3) with itself.
    assert_close(LOSS(x, x, eps=3.0), 0.75**2)


def test_few_rows_of_many_columns(any_xp):
    # Columns 0, 1, ... of signs: each correlates with all, by 1 or by -1.
    signs = [[1, -1], [-1, 1], [1, -1], [1, -1], [-1, 1]]
    x = columns(any_xp, *signs)
    got = LOSS(x, x, redundancy_weight=0.25, eps=TINY)
    assert_close(got, 0.25 * 20)
    # The same of constant columns in place of three: two products are left.
    y = columns(any_xp, *signs[:2], [4, 4], [0, 0], [0.1, 0.1])
    assert_close(LOSS(y, y, redundancy_weight=0.25, eps=TINY), 3 + 0.25 * 2)


def test_a_constant_column_correlates_with_nothing(any_xp):
    x, y = columns(any_xp, ODD, [0.1] * 4), columns(any_xp, ODD, ODD)
    # Correlations 1 and 0 with itself, 1 and 0 with the other.
    assert_close(LOSS(x, y, redundancy_weight=0.25, eps=TINY), 1 + 0.25)


def test_a_constant_column_has_a_finite_gradient(derivative):
    def function(x):
        xp = fl.array_namespace(x)
        other = xp.asarray(ODD, dtype=x.dtype)
        return LOSS(xp.stack([x], axis=1), xp.stack([other], axis=1), eps=0.25)

    # -2 * (1 - 0) of the correlation, whose derivative is 1 / 4 of each entry over
    # sqrt(eps) and sqrt(1 + eps).
    each = -2 / 4 / 0.5 / math.sqrt(1.25)
    assert_close(derivative(function, [5.0] * 4), [each, -each, each, -each])


def test_gradient_by_hand(derivative):
    def function(x):
        xp = fl.array_namespace(x)
        other = xp.asarray(OUTER, dtype=x.dtype)
        rows = xp.stack([xp.asarray(ODD, dtype=x.dtype) + x, other], axis=1)
        fixed = xp.stack([xp.asarray(PAIRED, dtype=x.dtype), other], axis=1)
        return LOSS(rows, fixed, redundancy_weight=0.25, eps=TINY)

    # Only the correlation 0 of the first columns misses its aim: -2 times its
    # derivative, which is that of the mean product.
    assert_close(derivative(function, [0.0] * 4), [-0.5, -0.5, 0.5, 0.5], rtol=1e-9)


def test_masked_rows_are_in_no_sum(any_xp):
    x = columns(any_xp, [3, NAN, 1, 3, 1, 9], [7, 1, 7, 3, 3, -8])
    y = columns(any_xp, [1, 5, -1, 1, -1, 0], [1, 5, -1, 1, -1, NAN])
    keep = any_xp.asarray([True, False, True, True, True, False])
    got = LOSS(x, y, redundancy_weight=0.25, eps=TINY, where=keep)
    assert_close(got, 1.25)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_batches_of_one_row_and_of_none(any_xp, count):
    x = columns(any_xp, [5.0] * count, [2.0] * count)
    # Rows that are all the same have no variance, as one has not: two columns miss 1.
    assert_close(LOSS(x, x), 2 if count else NAN)
    if count:
        keep = any_xp.asarray([True] + [False] * (count - 1))
        assert_close(LOSS(x, x, where=keep), 2)
        assert_close(LOSS(x, x, where=any_xp.zeros(count, dtype=any_xp.bool)), NAN)


@pytest.mark.parametrize("offset", [0.0, 1000.0, 1e6])
def test_large_numbers_keep_their_variance(any_xp, offset):
    wide = columns(any_xp, ODD, PAIRED, dtype="float32")
    y = columns(any_xp, ODD, ODD, dtype="float32")
    got = LOSS(wide + offset, y - offset, redundancy_weight=0.25, eps=1e-12)
    assert_close(got, 1.25, rtol=1e-6)


def test_constant_columns_of_any_number_are_zeros():
    x = np.full((23, 3), 123456.7, np.float32)
    # The mean of so many such numbers is rounded, to another number.
    assert (x - x.sum(0) / np.float32(23)).any()
    assert_close(LOSS(x, x, redundancy_weight=100.0), 3.0, rtol=1e-6)
