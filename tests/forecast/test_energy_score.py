"""The energy score, worked by hand and to fifty digits."""

import math

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

NAN = math.nan
# Distances from what was seen: 0, 5 and 10; of pairs: 5, 10 and 5.
MEMBERS, SEEN = [[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]], [0.0, 0.0]
BIASED, FAIR = 20 / 9, 20 / 6


def loss(*arrays, **options):
    return fl.energy_score_loss(*arrays, **{"reduction": "sum"} | options)


def many(count, features=3, forecasts=2, dtype=np.float64):
    """Make ensembles with more differences than are computed at once."""
    rng = np.random.default_rng(count)
    shape = (forecasts, count, features)
    return (
        rng.standard_normal(shape).astype(dtype),
        rng.standard_normal((forecasts, features)).astype(dtype),
    )


@pytest.mark.parametrize(
    ("fair", "spread"), [(0.0, BIASED), (1.0, FAIR), (0.5, (BIASED + FAIR) / 2)]
)
def test_values(any_xp, fair, spread):
    x, t = (any_xp.asarray(x, dtype=any_xp.float64) for x in (MEMBERS, SEEN))
    assert_close(loss(x, t, fair=fair), 5 - spread, atol=1e-15)
    assert_close(loss(x, 0.0, fair=fair), 5 - spread, atol=1e-15)


def test_one_coordinate_is_that_of_the_ranked_probability_score(any_xp):
    x, t = (any_xp.asarray(x) for x in many(9, features=1, forecasts=4))
    for fair in (0.0, 0.75):
        expected = fl.crps_ensemble_loss(x[..., 0], t[:, 0], fair=fair)
        assert_close(loss(x, t, fair=fair, reduction="mean"), expected)


def test_one_member_has_the_distance(derivative):
    def of_members(x):
        return loss(x, 0.0)

    assert_close(loss(np.asarray([[3.0, 4.0]]), np.zeros(2)), 5)
    assert_close(derivative(of_members, [[3.0, 4.0]]), [[0.6, 0.8]])


def test_gradient_adds_up_directions(derivative):
    def of_members(x):
        return loss(x, 0.0)

    # All along (0.6, 0.8): from what was seen, less those from the others over 9.
    along = np.asarray([0.6, 0.8])
    expected = [2 / 9 * along, along / 3, (1 / 3 - 2 / 9) * along]
    assert_close(derivative(of_members, MEMBERS), expected, atol=1e-16)


def test_equal_members_have_gradient_0_from_each_other(derivative):
    def of_members(x):
        return loss(x, 0.0)

    along = np.asarray([0.6, 0.8])
    # The first two each have one direction from another, the last has two.
    expected = [0 * along + along / 9, along / 9, (1 / 3 - 2 / 9) * along]
    found = derivative(of_members, [[0.0, 0.0], [0.0, 0.0], [3.0, 4.0]])
    assert_close(found, expected, atol=1e-16)
    assert_close(derivative(of_members, [[0.0, 0.0]] * 3), np.zeros((3, 2)))


@pytest.mark.parametrize("count", [2, 7, 128, 151])
def test_every_pair_is_met_once(xp, count):
    x, t = many(count, forecasts=4)
    x[1, 1] = x[1, 0]
    errors = np.linalg.norm(x - t[:, None], axis=-1).mean(1)
    spread = np.linalg.norm(x[:, :, None] - x[:, None], axis=-1).sum((1, 2))
    expected = errors - spread / (2 * count**2)
    got = loss(xp.asarray(x), xp.asarray(t), reduction="none")
    assert_close(got, expected, rtol=1e-12)


def test_gradients_of_many_members(derivative):
    x, t = many(150, forecasts=4)
    x[1, 1] = x[1, 0]

    def of_members(x):
        return loss(x, fl.array_namespace(x).asarray(t, dtype=x.dtype), fair=1.0)

    apart = x[:, :, None] - x[:, None]
    sizes = np.linalg.norm(apart, axis=-1, keepdims=True)
    spread = (apart / np.where(sizes == 0, 1, sizes)).sum(2)
    errors = x - t[:, None]
    errors /= np.linalg.norm(errors, axis=-1, keepdims=True)
    expected = errors / 150 - spread / (150 * 149)
    assert_close(derivative(of_members, x), expected, rtol=1e-11)


def test_weights_and_masks_are_of_forecasts(xp):
    x = xp.asarray([MEMBERS] * 3, dtype=xp.float64)
    t = xp.asarray([SEEN, [6.0, 8.0], [NAN, 0.0]], dtype=xp.float64)
    weight = xp.asarray([1.0, 3.0, 5.0], dtype=xp.float64)
    where = xp.asarray([True, True, False])
    got = loss(x, t, weight=weight, where=where, reduction="none")
    assert_close(got, [5 - BIASED, 3 * (5 - BIASED), 0])
    got = loss(x, t, weight=weight, where=where, reduction="mean")
    assert_close(got, 5 - BIASED)


@pytest.mark.parametrize("size", [1e-30, 1e30])
def test_no_distance_over_or_underflows(xp, size):
    # Differences whose squares float32 does not have, beside others that it has.
    x = xp.asarray(size * np.asarray([MEMBERS]), dtype=xp.float32)
    assert_close(loss(x, 0.0, fair=1.0) / size, 5 - FAIR, rtol=1e-6)
    x = xp.asarray([[[0.0, 0.0], [3 * size, 4 * size], [1.0, 0.0]]], dtype=xp.float32)
    expected = (1 + 5 * size) / 3 - (1 + 5 * size + max(1, 5 * size)) / 9
    assert_close(loss(x, 0.0), expected, rtol=1e-6)


@pytest.mark.parametrize("size", [1e-30, 1e30])
def test_nor_does_a_direction(size):
    x = size * jnp.asarray([[0.0, 0.0], [3.0, 4.0], [1 / size, 0.0]], jnp.float32)
    found = jax.grad(loss)(x, jnp.full(2, 2.0, jnp.float32))
    if size < 1:
        # That between the first two, less that from what was seen and the third.
        first = -np.ones(2) / math.sqrt(2) / 3 + np.asarray([1.6, 0.8]) / 9
        second = -np.ones(2) / math.sqrt(2) / 3 + np.asarray([0.4, -0.8]) / 9
    else:
        first = -np.ones(2) / math.sqrt(2) / 3 + np.asarray([1.6, 0.8]) / 9
        second = np.asarray([0.6, 0.8]) / 3 - 2 * np.asarray([0.6, 0.8]) / 9
    assert_close(found[:2], [first, second], rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_exact_to_the_digits_of_both_sums(xp, dtype, offset):
    x, t = many(50, features=4, forecasts=3)
    x, t = (np.asarray(a + offset, dtype) for a in (x, t))
    eps = float(np.finfo(dtype).eps)
    for fair in (0.0, 1.0):
        got = loss(xp.asarray(x), xp.asarray(t), fair=fair, reduction="none")
        with mpmath.workdps(50):
            rows = [score(*pair, fair) for pair in zip(x, t, strict=True)]
        # The difference of two sums, each to four ulps.
        for found, (errors, spread) in zip(np.asarray(got), rows, strict=True):
            expected, condition = errors - spread, errors + spread
            assert_close(found, float(expected), atol=4 * eps * float(condition))


def score(x, seen, fair):
    """Return the two sums of the score to fifty digits."""
    x = [[mpmath.mpf(float(a)) for a in row] for row in x]
    seen, size = [mpmath.mpf(float(a)) for a in seen], len(x)
    share = 1 / mpmath.mpf(size * (size - 1) if fair else size**2)
    spread = sum(distance(a, b) for k, a in enumerate(x) for b in x[:k])
    return sum(distance(a, seen) for a in x) / size, share * spread


def distance(a, b):
    return mpmath.sqrt(sum((x - y) ** 2 for x, y in zip(a, b, strict=True)))


@pytest.mark.parametrize("offset", [0.0, 1e6])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradients_to_fifty_digits(dtype, offset):
    x, t = many(20, features=4, forecasts=2)
    x, t = (np.asarray(a + offset, dtype) for a in (x, t))
    x[0, 3] = x[0, 5]
    with jax.enable_x64(dtype is np.float64):
        for fair in (0.0, 1.0):
            found = jax.grad(lambda x, fair=fair: loss(x, t, fair=fair))(jnp.asarray(x))
            expected = [gradient(*row, fair) for row in zip(x, t, strict=True)]
            # Of a sum of as many directions as there are members, each at most 1.
            atol = 8 * float(np.finfo(dtype).eps) / x.shape[1]
            assert_close(found, expected, atol=atol, rtol=0)


def gradient(x, seen, fair):
    """Return the gradient in the members by its definition, to fifty digits."""
    with mpmath.workdps(50):
        x = [[mpmath.mpf(float(a)) for a in row] for row in x]
        seen, size = [mpmath.mpf(float(a)) for a in seen], len(x)
        share = 1 / mpmath.mpf(size * (size - 1) if fair else size**2)
        rows = []
        for a in x:
            of_pairs = [sum(z) for z in zip(*(direction(a, b) for b in x), strict=True)]
            pairs = zip(direction(a, seen), of_pairs, strict=True)
            rows.append([float(one / size - share * other) for one, other in pairs])
        return rows


def direction(a, b):
    """Return the unit vector from b to a, 0 between equal ones."""
    size = distance(a, b)
    return [(x - y) / size if size else size for x, y in zip(a, b, strict=True)]


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        ((2,), {}, r"input must have shape \(\*, M, D\), got \(2,\)"),
        ((0, 2), {}, "input must have at least one member an ensemble, got shape"),
        ((1, 2), {"fair": 0.5}, "fair must be 0 for ensembles of one member"),
        ((2, 3), {}, r"target must have shape \(3,\), got \(2,\)"),
    ],
)
def test_shapes_that_do_not_fit_raise(shape, options, message):
    with pytest.raises(ValueError, match=message):
        loss(np.zeros(shape), np.zeros(2), **options)
