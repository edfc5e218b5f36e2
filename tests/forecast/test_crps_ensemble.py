"""The score of ensembles, worked by hand and to fifty digits."""

import math

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
# The ensemble 0, 1, 4: pairs apart by 1, 3 and 4, which are 8 in all.
MEMBERS = [[4.0, 0.0, 1.0]] * 4
SEEN = [1.0, 2.0, -1.0, 6.0]
ERRORS = [4 / 3, 5 / 3, 8 / 3, 13 / 3]
BIASED, FAIR = 8 / 9, 8 / 6


def loss(*arrays, **options):
    return fl.crps_ensemble_loss(*arrays, **{"reduction": "sum"} | options)


@pytest.mark.parametrize(
    ("fair", "spread"), [(0.0, BIASED), (1.0, FAIR), (0.5, (BIASED + FAIR) / 2)]
)
def test_values(any_xp, fair, spread):
    x, t = (any_xp.asarray(x, dtype=any_xp.float64) for x in (MEMBERS, SEEN))
    expected = [error - spread for error in ERRORS]
    got = loss(x, t, fair=fair, reduction="none")
    assert_close(got, expected, atol=1e-15)
    assert_close(loss(x.T, t, fair=fair, axis=0, reduction="none"), got)
    assert_close(loss(x, t, fair=fair, reduction="mean"), sum(expected) / 4)


def test_one_member_has_the_absolute_error(derivative):
    def of_members(x):
        return loss(x, 1.0)

    assert_close(loss(np.asarray([[-2.0], [3.0], [1.0]]), 1.0), 3 + 2 + 0)
    assert_close(derivative(of_members, [[-2.0], [3.0], [1.0]]), [[-1], [1], [0]])


def test_two_fair_members_around_what_was_seen_have_loss_0(xp):
    x = xp.asarray([[-0.1, 0.7], [0.7, 1e-7]], dtype=xp.float32)
    t = xp.asarray([0.3, 1e-7], dtype=xp.float32)
    assert_close(loss(x, t, fair=1.0, reduction="none"), [0, 0], atol=0)


@pytest.mark.parametrize("fair", [0.0, 1.0])
def test_gradient_counts_members_on_both_sides(derivative, fair):
    def of_members(x):
        return loss(x, 1.0, fair=fair)

    # Of 4, 0 and 1: 2 members below less none above, and so on.
    share = 1 / 9 if fair == 0 else 1 / 6
    expected = [1 / 3 - 2 * share, -1 / 3 + 2 * share, 0]
    assert_close(derivative(of_members, MEMBERS[:1]), [expected], atol=1e-16)


def test_equal_members_share_the_derivative(derivative):
    def of_members(x):
        return loss(x, 5.0)

    # None below 2, two above; the two at 3 are no more above each other than below.
    expected = [-1 / 3 + 2 / 9, -1 / 3 - 1 / 9, -1 / 3 - 1 / 9]
    assert_close(derivative(of_members, [[2.0, 3.0, 3.0]]), [expected])
    assert_close(derivative(of_members, [[5.0, 5.0, 5.0]]), [[0, 0, 0]])


def test_gradients_in_target_and_fair(derivative):
    def of_target(t):
        xp = fl.array_namespace(t)
        return loss(xp.asarray(MEMBERS, dtype=t.dtype), t)

    def of_fair(fair):
        x = fl.array_namespace(fair).asarray(MEMBERS, dtype=fair.dtype)
        return loss(x, 0.5, fair=fair)

    assert_close(derivative(of_target, SEEN), [0, 1 / 3, -1, 1])
    assert_close(derivative(of_fair, 0.25), 4 * (BIASED - FAIR))


def test_second_derivative_in_members_and_fair(curvature):
    def of_both(x):
        return loss(x[None, :], 0.5, fair=0.25 + x[0] / 16)

    # That of fair in each member: its rank over 18, of ranks that add up to 0.
    assert_close(curvature(of_both, MEMBERS[0]), [-2 / 18 / 16, 2 / 18 / 16, 0])


def test_weights_and_masks_are_of_forecasts(xp):
    x, t = (xp.asarray(x, dtype=xp.float64) for x in (MEMBERS, [1.0, 2.0, -1.0, NAN]))
    weight = xp.asarray([1.0, 3.0, 5.0, 1.0], dtype=xp.float64)
    where = xp.asarray([True, True, False, False])
    got = loss(x, t, weight=weight, where=where, reduction="mean")
    assert_close(got, (4 / 3 + 3 * 5 / 3) / 4 - BIASED)
    got = loss(x, t, where=where, reduction="none")
    assert_close(got, [4 / 3 - BIASED, 5 / 3 - BIASED, 0, 0])


def test_nan_and_infinity():
    x = jax.numpy.asarray([[0.0, NAN, 1.0], [0.0, 2.0, 1.0], [0.0, 2.0, 1.0]])
    t = jax.numpy.asarray([0.0, NAN, INF])
    assert_close(loss(x, t, reduction="none"), [NAN, NAN, INF])
    assert_close(jax.grad(loss)(x, t)[2], [-1 / 3 + 2 / 9, -1 / 3 - 2 / 9, -1 / 3])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("offset", [0.0, 1e6])
@pytest.mark.parametrize("fair", [0.0, 0.95, 1.0])
def test_exact_wherever_the_members_are(xp, dtype, offset, fair):
    rng = np.random.default_rng(0)
    x = np.asarray(offset + rng.standard_normal((6, 50)), dtype)
    t = np.asarray(offset + np.asarray([-9.0, -1, 0, 0.1, 1, 9]), dtype)
    fair = float(dtype(fair))
    got = loss(xp.asarray(x), xp.asarray(t), fair=fair, reduction="none")
    with mpmath.workdps(50):
        expected = [score(row, seen, fair) for row, seen in zip(x, t, strict=True)]
    # Of gaps without errors, of which a row has fifty.
    assert_close(got, expected, rtol=4 * float(np.finfo(dtype).eps))


def score(x, seen, fair):
    """Return the score by its definition, to fifty digits."""
    x, seen, size = [mpmath.mpf(float(a)) for a in x], float(seen), len(x)
    share = (1 - mpmath.mpf(fair)) / size**2 + mpmath.mpf(fair) / (size * (size - 1))
    spread = sum(abs(a - b) for k, a in enumerate(x) for b in x[:k])
    return float(sum(abs(a - seen) for a in x) / size - share * spread)


@pytest.mark.parametrize("offset", [0.0, 1e6])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradients_to_fifty_digits(dtype, offset):
    rng = np.random.default_rng(1)
    x = np.asarray(offset + rng.integers(-8, 8, (6, 50)) / 4, dtype)  # some equal
    t = np.asarray(offset + np.asarray([-9.0, -1, 0, 0.1, 1, 9]), dtype)
    with jax.enable_x64(dtype is np.float64):
        for fair in (0.0, 0.95, 1.0):
            found = jax.grad(lambda x, fair=fair: loss(x, t, fair=fair))(jnp.asarray(x))
            share = float(np.asarray(fair, dtype))
            expected = [gradient(*row, share) for row in zip(x, t, strict=True)]
            # Of the share that all pairs of a member have.
            atol = 8 * float(np.finfo(dtype).eps) / x.shape[1]
            assert_close(found, expected, atol=atol, rtol=0)


def test_members_are_counted_on_the_last_axis(xp):
    members = xp.asarray([[[0.0, 2.0]], [[1.0, 5.0]]], dtype=xp.float64)
    target = xp.asarray([[1.0], [1.0]], dtype=xp.float64)
    # The mean error, less half the mean of all differences.
    assert_close(loss(members, target, reduction="none"), [[0.5], [1.0]])


def gradient(x, seen, fair):
    """Return the gradient in the members by its definition, to fifty digits."""
    with mpmath.workdps(50):
        size, fair = len(x), mpmath.mpf(fair)
        share = (1 - fair) / size**2 + fair / (size * (size - 1))
        signs = [sum(np.sign(float(a) - float(b)) for b in x) for a in x]
        errors = [np.sign(float(a) - float(seen)) for a in x]
        pairs = zip(errors, signs, strict=True)
        return [float(error / mpmath.mpf(size) - share * sign) for error, sign in pairs]


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        ((2, 0), {}, r"input must have at least one member an ensemble, got shape"),
        ((2, 1), {"fair": 1.0}, "fair must be 0 for ensembles of one member"),
        ((3, 2), {}, r"target must have shape \(3,\), got \(2,\)"),
        ((2, 3), {"axis": 2}, r"axis must be an integer in -2\.\.1, got 2"),
    ],
)
def test_shapes_that_do_not_fit_raise(shape, options, message):
    with pytest.raises(ValueError, match=message):
        loss(np.zeros(shape), np.zeros(2), **options)
