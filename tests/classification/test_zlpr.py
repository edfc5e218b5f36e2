"""The ZLPR loss, worked by hand and beside fifty digits."""

import math

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, LOG2, LOG3 = math.inf, math.log(2), math.log(3)


def total(x, labels):
    xp = fl.array_namespace(x)
    target = xp.asarray(labels, **xp.device_kw(x))
    return fl.zlpr_loss(x, target, reduction="sum")


def test_rows_are_two_logs_of_sums_beside_a_1(any_xp):
    x = any_xp.asarray([[LOG2, 0.0, LOG3], [-LOG3, LOG2, 0.0]], dtype=any_xp.float64)
    t = any_xp.asarray([[True, False, False], [True, True, False]])
    # 1 + 1 + 3 of the false ones and 1 + 1/2 of the true one; 1 + 1 and 1 + 3 + 1/2.
    rows = [math.log(5 * 1.5), math.log(2 * 4.5)]
    assert_close(fl.zlpr_loss(x, t, reduction="none"), rows)
    assert_close(fl.zlpr_loss(x, t), sum(rows) / 2)


def test_rows_of_one_kind_have_one_part(any_xp):
    x = any_xp.asarray([[LOG3, -LOG2], [LOG3, -LOG2]], dtype=any_xp.float64)
    t = any_xp.asarray([[1, 1], [0, 0]])
    rows = [math.log(1 + 1 / 3 + 2), math.log(1 + 3 + 1 / 2)]
    assert_close(fl.zlpr_loss(x, t, reduction="none"), rows)


def test_gradient_is_each_share_of_its_sum(derivative):
    x, t = [[LOG2, 0.0, LOG3], [-LOG3, LOG2, 0.0]], [[1, 0, 0], [1, 1, 0]]
    expected = [[-1 / 3, 1 / 5, 3 / 5], [-6 / 9, -1 / 9, 1 / 2]]
    assert_close(derivative(lambda x: total(x, t), x), expected)


def test_curvature_of_a_single_class_is_that_of_softplus(curvature):
    x = [[0.0], [LOG3], [-LOG3]]
    got = curvature(lambda x: total(x, [[1], [0], [1]]), x)
    assert_close(got, [[1 / 4], [3 / 16], [3 / 16]])


def test_an_impossible_class_has_no_part(any_xp):
    x = any_xp.asarray([[LOG2, -INF, 0.0]], dtype=any_xp.float64)
    t = any_xp.asarray([[1, 0, 0]])
    assert_close(fl.zlpr_loss(x, t), math.log(2 * 1.5))


def test_infinite_scores_have_their_limits(xp):
    x = xp.asarray([[INF, 0.0], [-INF, 0.0], [0.0, INF]], dtype=xp.float64)
    t = xp.asarray([[True, False]] * 3)
    assert_close(fl.zlpr_loss(x, t, reduction="none"), [LOG2, INF, INF])


def test_gradients_at_infinite_scores_are_finite(derivative):
    x, t = [[INF, 0.0], [-INF, 0.0], [0.0, INF]], [[1, 0]] * 3
    expected = [[0.0, 0.5], [-1.0, 0.5], [-0.5, 1.0]]
    assert_close(derivative(lambda x: total(x, t), x), expected)


def test_weights_and_mask_are_of_rows(xp):
    x = xp.asarray([[0.0, -INF], [0.0, 0.0], [math.nan, 0.0]], dtype=xp.float64)
    t = xp.asarray([[1, 0], [0, 0], [0, 1]])
    weight = xp.asarray([2.0, 1.0, 5.0], dtype=xp.float64)
    loss = fl.zlpr_loss(x, t, weight=weight, where=xp.asarray([True, True, False]))
    assert_close(loss, (2 * LOG2 + LOG3) / 3)


def test_a_bad_target_makes_its_row_nan_where_it_is_not_read():
    @jax.jit
    def both(x, t):
        def rows(x):
            return fl.zlpr_loss(x, t, reduction="none")

        return rows(x), jax.grad(lambda x: rows(x).sum())(x)

    x, t = jnp.zeros((3, 2)), jnp.asarray([[1.0, 0.5], [1.0, 0.0], [2.0, 1.0]])
    losses, gradient = both(x, t)
    assert_close(losses, [math.nan, 2 * LOG2, math.nan])
    assert_close(gradient, [[math.nan] * 2, [-0.5, 0.5], [math.nan] * 2])


def exact(x, t):
    """Return value and gradient of a row to fifty digits."""
    sign = [1 - 2 * int(k) for k in t]
    powers = [
        mpmath.exp(s * mpmath.mpf(float(v))) for s, v in zip(sign, x, strict=True)
    ]
    sums = {
        k: sum(p for p, s in zip(powers, sign, strict=True) if s == k) for k in sign
    }
    value = sum(mpmath.log1p(each) for each in sums.values())
    return value, [s * p / (1 + sums[s]) for p, s in zip(powers, sign, strict=True)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_digits_are_kept_in_both_tails(dtype):
    # Both kinds near 0, one far from it, ties at the top, and one kind alone.
    rows = np.asarray(
        [[40, -40, 35, -50], [1e-8, 3, -2, 0.5], [-20, 30, -3, 5], [60, -2, 60, -60],
         [-0.25, -1e-4, 2, -7], [12, 8, 9, 30]], dtype)  # fmt: skip
    t = np.asarray([[1, 0, 1, 0], [1, 0, 1, 0], [1, 0, 0, 1], [1, 0, 0, 1],
                    [0, 0, 0, 0], [1, 1, 1, 1]])  # fmt: skip
    eps = float(np.finfo(dtype).eps)
    x = jnp.asarray(rows)
    got = fl.zlpr_loss(x, t, reduction="none")
    gradient = jax.grad(lambda x: fl.zlpr_loss(x, t, reduction="sum"))(x)
    with mpmath.workdps(50):
        expected = [exact(*row) for row in zip(rows, t, strict=True)]
    assert_close(got, [float(value) for value, _ in expected], rtol=4 * eps, atol=0)
    want = np.asarray([[float(g) for g in row] for _, row in expected])
    # A score less the largest one is rounded, and its exponential errs by as much.
    bound = (8 + np.abs(rows).max(1, keepdims=True)) * eps * np.abs(want)
    bound = bound + np.finfo(dtype).smallest_normal
    assert np.all(np.abs(np.asarray(gradient, np.float64) - want) <= bound)
