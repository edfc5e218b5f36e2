"""VICReg loss, worked by hand."""

import math
from typing import Any

import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close
from tests.contrastive.test_barlow_twins import NAN, ODD, PAIRED, columns

LOSS = fl.vicreg_loss
NONE: dict[str, Any] = {
    "invariance": 0.0,
    "variance": 0.0,
    "covariance": 0.0,
    "eps": 1e-14,
}


def alone(name: str, factor: float = 1.0) -> dict[str, Any]:
    """Return the options with which one term alone is not 0."""
    return NONE | {name: factor}


def test_each_term_by_hand(any_xp):
    x = columns(any_xp, [0.5, -0.5, 0.5, -0.5], PAIRED)
    y = columns(any_xp, [1.5, -0.5, 0.5, -0.5], PAIRED)
    # One difference of 1 among eight.
    assert_close(LOSS(x, y, **alone("invariance", 3.0)), 3 / 8)
    # Variances 1 / 3 and 4 / 3 of x, 11 / 12 and 4 / 3 of y; half of each side's mean.
    lacking = 2 - math.sqrt(1 / 3) - math.sqrt(11 / 12)
    assert_close(LOSS(x, y, **alone("variance", 8.0)), 2 * lacking)
    # Covariances 0 of x and 1 / 3 of y, twice, over two columns.
    assert_close(LOSS(x, y, **alone("covariance", 9.0)), 1, rtol=1e-9)
    factors = {"invariance": 3.0, "variance": 8.0, "covariance": 9.0, "eps": 1e-14}
    assert_close(LOSS(x, y, **factors), 3 / 8 + 2 * lacking + 1)


def test_epsilon_is_added_to_the_variance(any_xp):
    x = columns(any_xp, [0.5, -0.5, 0.5, -0.5])
    got = LOSS(x, x, **alone("variance") | {"eps": 0.25})
    assert_close(got, 1 - math.sqrt(1 / 3 + 1 / 4))


def test_gradients_by_hand(derivative):
    def function(name, x):
        xp = fl.array_namespace(x)
        other = xp.asarray(PAIRED, dtype=x.dtype)
        rows = xp.stack([x, other], axis=1)
        fixed = xp.stack([0.5 * xp.asarray(ODD, dtype=x.dtype), other], axis=1)
        return LOSS(rows, fixed, **alone(name))

    at = [1.0, 0.0, 0.0, -1.0]
    # Differences from the fixed column, over the eight entries, twice.
    wanted = [2 / 8 * 0.5, 2 / 8 * 0.5, -2 / 8 * 0.5, -2 / 8 * 0.5]
    assert_close(derivative(lambda x: function("invariance", x), at), wanted)
    # Its deviation is sqrt(2 / 3), whose derivative is x over three times it; half of
    # a mean over two columns.
    each = 1 / 4 / (3 * math.sqrt(2 / 3))
    wanted = [-each, 0, 0, each]
    assert_close(derivative(lambda x: function("variance", x), at), wanted)
    # Covariance 2 / 3 with the other, twice over two columns: 2 * 2 / 3 times its
    # derivative.
    each = 2 * 2 / 3 / 3
    wanted = [each, each, -each, -each]
    assert_close(derivative(lambda x: function("covariance", x), at), wanted)


def test_columns_that_vary_enough_have_no_gradient(derivative):
    def function(x):
        xp = fl.array_namespace(x)
        rows = xp.stack([x], axis=1)
        return LOSS(rows, rows, **alone("variance"))

    assert_close(derivative(function, [1.0, -1.0, 1.0, -1.0]), [0, 0, 0, 0])


def test_a_constant_column_lacks_all_but_the_root_of_epsilon(any_xp):
    x = columns(any_xp, [0.1] * 5)
    assert_close(LOSS(x, x), 25 * (1 - 0.01))


def test_a_constant_column_has_a_finite_gradient(derivative):
    def function(x):
        rows = fl.array_namespace(x).stack([x], axis=1)
        return LOSS(rows, rows)

    assert_close(derivative(function, [0.1] * 5), [0] * 5, atol=1e-12)


def test_one_row_has_no_variance_and_none_has_no_mean(any_xp):
    x = columns(any_xp, [5.0, 1.0], [2.0, 3.0])
    assert_close(LOSS(x[:1, ...], x[:1, ...]), NAN)
    assert_close(LOSS(x[:0, ...], x[:0, ...]), NAN)
    for keep in ([True, False], [False, False]):
        assert_close(LOSS(x, x, where=any_xp.asarray(keep)), NAN)


@pytest.mark.parametrize(("kept", "wanted"), [(True, NAN), (False, 0)])
def test_the_gradient_of_one_row_is_nan_and_of_none_0(kept, wanted, derivative):
    def function(x):
        xp = fl.array_namespace(x)
        rows = xp.stack([x, 2 * x], axis=1)
        return LOSS(rows, rows, where=xp.asarray([kept]))

    assert_close(derivative(function, [1.0]), [wanted])


def test_masked_rows_are_in_no_sum(any_xp):
    x = columns(any_xp, [NAN, 1, -1, 3, 5], [4, 0.5, 0.5, 0, 0])
    y = columns(any_xp, [0, 1, -1, 3, 7], [2, 0.5, 1.5, 0, 0])
    keep = any_xp.asarray([False, True, True, False, False])
    options = {"invariance": 2.0, "variance": 6.0, "covariance": 3.0, "eps": 1e-14}
    # Of two rows: variances 2, 0 and 2, 1 / 2; covariance -1 of y.
    wanted = 2 / 4 + 3 / 2 * (2 - math.sqrt(1 / 2)) + 3
    got = LOSS(x, y, **options, where=keep)
    assert_close(got, wanted, rtol=1e-6)


@pytest.mark.parametrize("offset", [0.0, 1000.0, 1e6])
def test_large_numbers_keep_their_variance(any_xp, offset):
    x = columns(any_xp, ODD, [0.5, -0.5, 0.5, -0.5], dtype="float32") + offset
    got = LOSS(x, x, **alone("covariance", 9.0) | {"variance": 2.0})
    # Covariance 2 / 3, and the variance 1 / 3 of the second column.
    assert_close(got, 2 * 9 * 4 / 9 + 1 - math.sqrt(1 / 3), rtol=1e-6)


def test_columns_in_blocks_are_the_same(derivative):
    # 1100 columns are more than a block of products: two at a time are alike.
    rng = np.random.default_rng(0)
    half = rng.standard_normal((4, 550))
    x = np.concatenate([half, half], axis=1)
    options = alone("covariance")
    centred = half - half.mean(0)
    table = centred.T @ centred / 3
    wanted = 2 * ((4 * (table**2).sum()) - 2 * (np.diag(table) ** 2).sum()) / 1100
    assert_close(LOSS(x, x, **options), wanted, rtol=1e-9)

    def function(first):
        xp = fl.array_namespace(first)
        rest = xp.asarray(x[:, 1:], dtype=first.dtype)
        rows = xp.concat([first[:, None], rest], axis=1)
        return LOSS(rows, xp.asarray(x, dtype=first.dtype), **options)

    centred = x - x.mean(0)
    table = centred.T @ centred / 3
    np.fill_diagonal(table, 0)
    wanted = 4 / 3 * centred @ table[0] / 1100
    assert_close(derivative(function, x[:, 0].tolist()), wanted, rtol=1e-9)
