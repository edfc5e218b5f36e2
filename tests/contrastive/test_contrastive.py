"""NT-Xent and the circle loss, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

NAN = math.nan
NTXENT, CIRCLE = fl.ntxent_loss, fl.circle_loss
BOTH = pytest.mark.parametrize("loss", [NTXENT, CIRCLE])


def square(xp):
    """Return rows along (1, 0), (1, 0), (0, 1) and (0, -1), of any length."""
    rows = [[2.0, 0.0], [0.5, 0.0], [0.0, 3.0], [0.0, -1.0]]
    return xp.asarray(rows, dtype=xp.float64)


def test_each_pair_of_a_label_against_all_of_others(any_xp):
    x, t = square(any_xp), any_xp.asarray([0, 0, 1, 1])
    # Cosines of a label: 1 and -1; all others are 0, two of them a row.
    near, far = math.log1p(2 * math.exp(-2)), math.log1p(2 * math.exp(2))
    got = NTXENT(x, t, temperature=0.5, reduction="none")
    assert_close(got, [near, near, far, far])
    assert_close(NTXENT(x, t, temperature=0.5), (near + far) / 2)


def test_the_mean_is_over_pairs_not_rows(xp):
    x, t = square(xp), xp.asarray([0, 0, 0, 1])
    # Rows 0 and 1: cosines 1 and 0 to their own, 0 to the other; row 2: 0, 0 and -1.
    each = math.log1p(math.exp(-1)) + math.log(2)
    last = 2 * math.log1p(math.exp(-1))
    got = NTXENT(x, t, temperature=1.0, reduction="none")
    assert_close(got, [each, each, last, 0])
    assert_close(NTXENT(x, t, temperature=1.0), (2 * each + last) / 6)


@BOTH
def test_without_pairs_nothing_is_charged_and_nothing_is_nan(loss):
    x = square(jnp)
    for labels in ([0, 1, 2, 3], [5, 5, 5, 5]):
        value, slope = jax.value_and_grad(loss)(x, jnp.asarray(labels))
        assert_close(value, 0)
        assert_close(slope, jnp.zeros_like(x))
    assert_close(loss(x[:0], jnp.asarray([], int)), NAN)


@BOTH
def test_a_row_of_zeros_has_an_ordinary_slope(loss):
    x = square(jnp).at[0].set(0.0)
    value, slope = jax.value_and_grad(loss)(x, jnp.asarray([0, 0, 1, 1]))
    assert math.isfinite(value)
    # At most the scale of the scores for each of its pairs.
    assert float(jnp.abs(slope).max()) < 500


@BOTH
def test_masked_rows_are_in_no_pair(loss):
    x = jnp.concat([square(jnp), jnp.full((1, 2), NAN)])
    where = jnp.asarray([True, True, True, True, False])
    labels = jnp.asarray([0, 0, 1, 1, 0])
    value, slope = jax.value_and_grad(loss)(x, labels, where=where)
    expected = jax.value_and_grad(loss)(x[:4], labels[:4])
    assert_close(value, expected[0])
    assert_close(slope[:4], expected[1])
    assert_close(slope[4], [0, 0])


@BOTH
def test_lengths_do_not_matter(loss):
    x, t = square(np), np.asarray([0, 0, 1, 1])
    scale = np.asarray([[1e150], [1e-150], [1.0], [1e20]])
    assert_close(loss(x * scale, t), loss(x, t), rtol=1e-11)


@BOTH
def test_many_rows_come_in_blocks_that_change_nothing(loss):
    rng = np.random.default_rng(0)
    x, t = rng.standard_normal((1100, 3)), rng.integers(0, 40, 1100)
    whole = jax.jit(jax.value_and_grad(loss))(jnp.asarray(x), jnp.asarray(t))
    assert_close(whole[0], loss(x, t), rtol=1e-11)
    # A row's cost is that of the row alone against all others.
    costs = loss(x, t, reduction="none")
    chosen = np.r_[0:40, 1060:1100]
    for k in chosen[::16]:
        order = np.r_[k, np.delete(np.arange(1100), k)]
        first = loss(x[order], t[order], reduction="none")[0]
        assert_close(first, costs[k], rtol=1e-10)


def test_circle_weighs_pairs_by_how_far_they_are(any_xp):
    x, t = square(any_xp), any_xp.asarray([0, 0, 1, 1])
    # margin 1/2, gamma 2. Rows 0 and 1: v = 0 to their own, so z = 2 * 1/2 * -1/2; to
    # the two others v = 0 likewise. Rows 2 and 3: v = 2, z = 2 * 5/2 * 3/2.
    near = math.log1p(math.exp(-0.5) * 2 * math.exp(-0.5))
    far = math.log1p(math.exp(7.5) * 2 * math.exp(-0.5))
    got = CIRCLE(x, t, margin=0.5, gamma=2.0, reduction="none")
    assert_close(got, [near, near, far, far])
    # A row without a pair of its label does not count.
    got = CIRCLE(x[:3, ...], t[:3], margin=0.5, gamma=2.0)
    assert_close(got, math.log1p(math.exp(-1)))


def test_weights_of_the_circle_loss_are_constant_unless_asked(slope):
    def cost(x, *, constant):
        xp = fl.array_namespace(x)
        # (1, 0) and (x, 1) of one label, and (0, -1) of another.
        ones, nothing = xp.ones_like(x), xp.zeros_like(x)
        columns = [xp.concat([ones, x, nothing]), xp.concat([nothing, ones, -ones])]
        rows, labels = xp.stack(columns, axis=1), xp.asarray([0, 0, 1])
        return CIRCLE(rows, labels, gamma=1.0, constant_weights=constant)

    fixed = slope(lambda x: cost(x, constant=True), [0.5])
    free = slope(lambda x: cost(x, constant=False), [0.5])
    assert abs(float(free[0]) - float(fixed[0])) > 1e-3
    step = 1e-6
    points = (np.asarray([0.5 + s * step]) for s in (1, -1))
    sides = [float(cost(x, constant=True)) for x in points]
    assert_close(free, [(sides[0] - sides[1]) / (2 * step)], rtol=1e-6)
