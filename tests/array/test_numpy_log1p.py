"""Logarithms near 1 in vector instructions, held against those of float64."""

import numpy as np
import pytest

from funloss._array.numpy import NUMPY
from funloss._array.numpy_log1p import log1p, log1p_exp_minus

RNG = np.random.default_rng(0)
TINY = np.exp(-103 * RNG.random(2**14)).astype(np.float32)
UNIT = RNG.random(2**14, np.float32)


def ulps(got, exact):
    """Return the largest error in units of the last place of float32."""
    unit = np.spacing(np.abs(exact.astype(np.float32))).astype(np.float64)
    return np.max(np.abs(got - exact) / unit)


@pytest.mark.parametrize(
    "x",
    [UNIT, -UNIT, TINY, -TINY, TINY - 1, np.exp(80 * UNIT)],
    ids=["unit", "-unit", "tiny", "-tiny", "near -1", "large"],
)
def test_log1p_is_within_one_unit_of_the_last_place(x):
    x = x[x > -1]
    assert ulps(log1p(x), np.log1p(x.astype(np.float64))) < 1


@np.errstate(all="ignore")
def test_log1p_at_the_ends_of_its_range():
    x = np.float32([-1, np.inf, np.nan, 0, 1e-45, -2, -np.inf, 3.4e38])
    assert np.array_equal(log1p(np.tile(x, 2**10))[:8], np.log1p(x), equal_nan=True)


def test_log1p_exp_minus_has_the_error_of_its_exponential():
    x = np.concatenate([20 * UNIT, 80 * UNIT, TINY])
    exact = np.log1p(np.exp(-x.astype(np.float64)))
    usual = np.log1p(np.exp(-x))
    assert ulps(log1p_exp_minus(x), exact) <= max(ulps(usual, exact), 2.8)


def test_bounds_of_long_arrays_keep_nan():
    x = np.float32([np.nan, -np.inf, -1, 0.5, 2, np.inf] * 2**10)
    for got, expected in (
        (NUMPY.clamp_min(x, 0.0), [np.nan, 0, 0, 0.5, 2, np.inf]),
        (NUMPY.clamp_max(x, 1.0), [np.nan, -np.inf, -1, 0.5, 1, 1]),
        (NUMPY.clamp(x, 0.0, 1.0), [np.nan, 0, 0, 0.5, 1, 1]),
    ):
        assert got.dtype == np.float32
        assert np.array_equal(got[:6], np.float32(expected), equal_nan=True)


def test_a_selection_of_nothing_is_a_copy():
    x = np.ones(2**13, np.float32)
    got = NUMPY.where(x > 1, 0.0, x)
    assert np.array_equal(got, x)
    assert not np.shares_memory(got, x)
