"""Two-hot labels and HL-Gauss, worked by hand and to fifty digits."""

import functools
import itertools
import math
from typing import Any

import jax
import mpmath
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
SUPPORT = [-2.0, 0.0, 1.0, 5.0]
# The normal distribution function.
HALF, ONE, TWO, THREE = (
    0.6914624612740131,
    0.8413447460685429,
    0.9772498680518208,
    0.9986501019683699,
)
ONE_AND_A_HALF = 0.9331927987311419


def arrays(xp, target, support=SUPPORT):
    return [xp.asarray(x, dtype=xp.float64) for x in (target, support)]


def test_two_neighbours_share(any_xp):
    target, support = arrays(any_xp, [[-2.0, -0.5], [0.25, 4.0]])
    expected = [
        [[1, 0, 0, 0], [0.25, 0.75, 0, 0]],
        [[0, 0.75, 0.25, 0], [0, 0, 0.25, 0.75]],
    ]
    assert_close(fl.two_hot(target, support), expected)


def test_numbers_beyond_the_ends_count_as_the_ends(any_xp):
    target, support = arrays(any_xp, [-3.0, 6.0, INF, -1e300, NAN])
    first, last = [1, 0, 0, 0], [0, 0, 0, 1]
    got = fl.two_hot(target, support)
    assert_close(got, [first, last, last, first, [NAN] * 4])
    got = fl.two_hot(target, support, sigma=2.0)
    ends = fl.two_hot(*arrays(any_xp, [-2.0, 5.0]), sigma=2.0)
    assert_close(got[:4, :], [ends[k, :] for k in (0, 1, 1, 0)])
    assert_close(got[4, :], [NAN] * 4)


def test_masses_are_those_between_midpoints(xp):
    # The cells of -1, 0, 1 and 2 reach from -1.5 to 2.5.
    target, support = arrays(xp, [0.5], [-1.0, 0.0, 1.0, 2.0])
    far, near = TWO - ONE, ONE - 0.5
    expected = np.asarray([far, near, near, far]) / (2 * TWO - 1)
    assert_close(fl.two_hot(target, support, sigma=1.0), [expected])
    # Of steps that differ: from -1.5 to -0.5, 1 and 3.
    target, support = arrays(xp, [0.0], [-1.0, 0.0, 2.0])
    masses = ONE_AND_A_HALF - HALF, HALF + ONE - 1, THREE - ONE
    expected = np.asarray(masses) / (THREE + ONE_AND_A_HALF - 1)
    assert_close(fl.two_hot(target, support, sigma=1.0), [expected])


def test_a_support_of_one_point(xp):
    target, one = arrays(xp, [3.0, -7.0], [1.0])
    for sigma in (None, 1e-3, 1e3):
        assert_close(fl.two_hot(target, one, sigma=sigma), [[1], [1]])


def test_a_flat_and_a_narrow_distribution(xp):
    target, support = arrays(xp, [-0.5, 0.75, 9.0])
    # As wide as the cells: from -3 to -1, 0.5, 3 and 7.
    for sigma in (1e12, 1e300, INF):
        got = fl.two_hot(target, support, sigma=sigma)
        assert_close(got, [[0.2, 0.15, 0.25, 0.4]] * 3)
    for sigma in (1e-12, 1e-300, 5e-324):
        got = fl.two_hot(target, support, sigma=sigma)
        assert_close(got, [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])


def test_probabilities_are_constants(derivative):
    def loss(target, sigma=None):
        xp = fl.array_namespace(target)
        support = xp.asarray(SUPPORT, dtype=target.dtype) + 0 * xp.sum(target)
        return fl.two_hot(target, support, sigma=sigma) ** 2

    for sigma in (None, 1.0):
        found = derivative(functools.partial(loss, sigma=sigma), [0.25, 0.0, 9.0])
        assert_close(found, [0, 0, 0])
    assert_close(derivative(lambda s: loss(0 * s, s[0]) + 0 * s[0], [1.5]), [0])


def test_numbers_that_are_traced_make_nan():
    support = np.asarray([0.0, 2.0, 1.0], np.float32)
    got = jax.jit(fl.two_hot)(np.asarray([0.5], np.float32), support)
    assert_close(got, [[NAN] * 3])
    got = jax.jit(fl.two_hot)(
        np.asarray([0.5], np.float32), np.sort(support), sigma=-1.0
    )
    assert_close(got, [[NAN] * 3])


def test_a_number_and_integers(xp):
    support = xp.asarray(SUPPORT, dtype=xp.float64)
    number: Any = 3.0
    assert_close(fl.two_hot(number, support), [0, 0, 0.5, 0.5])
    assert_close(fl.two_hot(xp.asarray([3]), support), [[0, 0, 0.5, 0.5]])
    for support in (xp.zeros((0,)), xp.zeros((2, 2)), xp.zeros(())):
        message = r"^support must have shape \(K,\) with K > 0, got \("
        with pytest.raises(ValueError, match=message):
            fl.two_hot(xp.asarray([1.0]), support)


# On points, midpoints and ends, next to them, and far from all of them.
TARGETS = [-2.0, -1.0, -1e-3, 0.0, 1e-30, 0.3, 0.5, 0.999, 1.0, 3.0, 4.99, 5.0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shares_to_fifty_digits(xp, dtype):
    target, support = np.asarray(TARGETS, dtype), np.asarray(SUPPORT, dtype)
    got = np.asarray(fl.two_hot(xp.asarray(target), xp.asarray(support)), float)
    with mpmath.workdps(50):
        exact = [[float(x) for x in shares(t, support)] for t in target.tolist()]
    tiny = float(np.finfo(dtype).smallest_normal)
    assert_close(got, exact, rtol=4 * float(np.finfo(dtype).eps), atol=tiny)


def shares(t, support):
    s = [mpmath.mpf(float(x)) for x in support]
    gaps = [b - a for a, b in itertools.pairwise(s)]
    below = [mpmath.inf, *((t - a) / gap for a, gap in zip(s, gaps, strict=False))]
    above = [(b - t) / gap for b, gap in zip(s[1:], gaps, strict=True)] + [mpmath.inf]
    return [max(0, min(1, *x)) for x in zip(below, above, strict=True)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sigma", [0.02, 0.3, 1.0, 100.0])
def test_masses_to_fifty_digits(xp, dtype, sigma):
    target, support = np.asarray(TARGETS, dtype), np.asarray(SUPPORT, dtype)
    sigma = float(dtype(sigma))
    got = fl.two_hot(xp.asarray(target), xp.asarray(support), sigma=sigma)
    exact, nearest = all_masses(dtype, sigma)
    # A rounded distance z moves the density in a tail by z**2 of its roundings, and
    # two distribution functions differ by no more than the width of the cell.
    eps, tiny = (float(getattr(np.finfo(dtype), x)) for x in ("eps", "tiny"))
    width = 0.5 * min(np.diff(SUPPORT)) / sigma
    bound = eps * (4 + 2 * np.minimum(nearest, 40) ** 2 + 2 / width)
    error = np.abs(np.asarray(got, float) - exact)
    assert np.all(error <= bound * exact + tiny)


@functools.cache
def all_masses(dtype, sigma):
    """Return the masses of all targets, and how far away in deviations cells are."""
    target, support = np.asarray(TARGETS, dtype), np.asarray(SUPPORT, dtype)
    # Differences of numbers near 1 cancel.
    with mpmath.workdps(350):
        rows = [masses(t, support, sigma) for t in target.tolist()]
        return [np.asarray(x, float) for x in zip(*rows, strict=True)]


def masses(t, support, sigma):
    s = [mpmath.mpf(float(x)) for x in support]
    middles = [(a + b) / 2 for a, b in itertools.pairwise(s)]
    edges = [2 * s[0] - middles[0], *middles, 2 * s[-1] - middles[-1]]
    z = [(edge - t) / mpmath.mpf(sigma) for edge in edges]
    pairs = list(itertools.pairwise(z))
    whole = [mpmath.ncdf(b) - mpmath.ncdf(a) for a, b in pairs]
    total = mpmath.fsum(whole)
    return [m / total for m in whole], [min(abs(a), abs(b)) for a, b in pairs]
