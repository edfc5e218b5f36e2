"""Gaussian negative log-likelihood, worked by hand."""

import math

import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

LOG2 = math.log(2)


def costs(xp, shape, var, **options):
    x = xp.zeros(shape, dtype=xp.float64)
    var = xp.asarray(var, dtype=xp.float64)
    return fl.gaussian_nll_loss(x, x + 2, var, reduction="none", **options)


def test_values(any_xp):
    # An error of 2 costs 2 / v + log(v) / 2.
    assert_close(costs(any_xp, (2,), [1.0, 4.0]), [2, 0.5 + LOG2])


@pytest.mark.parametrize("shape", [(2,), (1, 2), (1, 1, 2)])
def test_a_variance_of_each_channel(xp, shape):
    expected = np.broadcast_to([2, 0.5 + LOG2], (2, 3, 2))
    var = np.reshape([1.0, 4.0], shape).tolist()
    assert_close(costs(xp, (2, 3, 2), var), expected)


def test_a_variance_of_each_channel_of_images(xp):
    expected = np.reshape([2, 0.5 + LOG2], (1, 2, 1, 1))
    for var in ([[[1.0]], [[4.0]]], [[[[1.0]], [[4.0]]]]):
        got = costs(xp, (3, 2, 2, 2), var)
        assert_close(got, np.broadcast_to(expected, got.shape))


@pytest.mark.parametrize("var", [4.0, [4.0], [[4.0]]])
def test_one_variance_for_all(xp, var):
    assert_close(costs(xp, (3, 2), var), np.full((3, 2), 0.5 + LOG2))


def test_what_has_all_axes_but_the_last_is_a_variance_of_each_row(xp):
    assert_close(costs(xp, (2, 2), [1.0, 4.0]), [[2, 2], [0.5 + LOG2] * 2])


def test_a_variance_that_fits_neither_way_is_named(xp):
    message = r"^var must broadcast to the shape of input \(3, 2\), .* got \(4,\)"
    with pytest.raises(ValueError, match=message):
        costs(xp, (3, 2), [1.0] * 4)
    with pytest.raises(ValueError, match=r"^var must broadcast to the shape of"):
        costs(xp, (2,), [[1.0, 1.0]])


def test_masked_variances_of_channels_may_be_negative(xp):
    where = xp.asarray([[True, False]])
    got = costs(xp, (3, 2), [1.0, -4.0], where=where)
    assert_close(got, [[2, 0]] * 3)
