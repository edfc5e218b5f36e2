"""Smoothed labels, worked by hand."""

import math

import pytest

import funloss as fl
from tests.assertions import assert_close

NAN = math.nan


def test_values(any_xp):
    t = any_xp.asarray([[1.0, 0.0], [0.25, 0.75]], dtype=any_xp.float64)
    assert_close(fl.smooth_labels(t, 0.2), [[0.9, 0.1], [0.3, 0.7]])
    assert_close(fl.smooth_labels(t, 0.2, axis=0), [[0.9, 0.1], [0.3, 0.7]])
    assert_close(fl.smooth_labels(t, 0.0), [[1, 0], [0.25, 0.75]])
    assert_close(fl.smooth_labels(t, 1), [[0.5, 0.5]] * 2)


def test_a_masked_class_has_no_mass_and_the_row_still_adds_up(any_xp):
    t = any_xp.asarray([[1.0, 0.0, NAN], [0.5, 0.5, 0.0]], dtype=any_xp.float64)
    where = any_xp.asarray([[True, True, False], [True, True, True]])
    got = fl.smooth_labels(t, 0.3, where=where)
    assert_close(got, [[0.85, 0.15, 0], [0.45, 0.45, 0.1]])
    assert_close(fl.smooth_labels(t, 0.3, where=False), [[0, 0, 0]] * 2)


def test_integers_need_a_dtype(xp):
    t = xp.asarray([0, 1, 0, 0])
    message = "real floating, got target int64; dtype makes one of integers"
    with pytest.raises(TypeError, match=message):
        fl.smooth_labels(t, 0.2)
    got = fl.smooth_labels(t, 0.2, dtype=xp.float64)
    assert got.dtype == xp.float64
    assert_close(got, [0.05, 0.85, 0.05, 0.05])


def test_derivative(derivative):
    def row(t):
        xp = fl.array_namespace(t)
        keep = xp.asarray([True, False, True])
        return fl.smooth_labels(t, 0.25, where=keep)

    assert_close(derivative(row, [1.0, NAN, 0.0]), [0.75, 0, 0.75])
