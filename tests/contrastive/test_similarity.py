"""What the losses of all pairs of rows have in common."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

NAN = math.nan
PAIRED = [fl.ntxent_loss, fl.circle_loss, fl.supcon_loss, fl.batch_triplet_loss]
LOSSES = [*PAIRED, fl.multi_similarity_loss]
EACH = pytest.mark.parametrize("loss", LOSSES)


def square(xp):
    """Return rows along (1, 0), (1, 0), (0, 1) and (0, -1), of any length."""
    rows = [[2.0, 0.0], [0.5, 0.0], [0.0, 3.0], [0.0, -1.0]]
    return xp.asarray(rows, dtype=xp.float64)


@pytest.mark.parametrize("loss", PAIRED)
def test_rows_without_pairs_have_no_loss_and_no_gradient(loss):
    x = square(jnp)
    alike = [] if loss is fl.supcon_loss else [[5, 5, 5, 5]]
    for labels in ([0, 1, 2, 3], *alike):
        value, derivative = jax.value_and_grad(loss)(x, jnp.asarray(labels))
        assert_close(value, 0)
        assert_close(derivative, jnp.zeros_like(x))
    assert_close(loss(x[:0], jnp.asarray([], int)), NAN)


@EACH
def test_a_row_of_zeros_has_an_ordinary_derivative(loss):
    x = square(jnp).at[0].set(0.0)
    value, derivative = jax.value_and_grad(loss)(x, jnp.asarray([0, 0, 1, 1]))
    assert math.isfinite(value)
    # At most the scale of the scores for each of its pairs.
    assert float(jnp.abs(derivative).max()) < 500


@EACH
def test_masked_rows_are_in_no_pair(loss):
    x = jnp.concat([square(jnp), jnp.full((1, 2), NAN)])
    where = jnp.asarray([True, True, True, True, False])
    labels = jnp.asarray([0, 0, 1, 1, 0])
    value, derivative = jax.value_and_grad(loss)(x, labels, where=where)
    expected = jax.value_and_grad(loss)(x[:4], labels[:4])
    assert_close(value, expected[0])
    assert_close(derivative[:4], expected[1])
    assert_close(derivative[4], [0, 0])


@EACH
def test_lengths_do_not_matter(loss):
    x, t = square(np), np.asarray([0, 0, 1, 1])
    scale = np.asarray([[1e150], [1e-150], [1.0], [1e20]])
    assert_close(loss(x * scale, t), loss(x, t), rtol=1e-11)


# That of batch_triplet_loss, which sorts, is in its own tests.
@pytest.mark.parametrize("loss", LOSSES[:3])
def test_many_rows_come_in_blocks_that_change_nothing(loss):
    rng = np.random.default_rng(0)
    x, t = rng.standard_normal((1100, 3)), rng.integers(0, 40, 1100)
    whole = jax.jit(jax.value_and_grad(loss))(jnp.asarray(x), jnp.asarray(t))
    assert_close(whole[0], loss(x, t), rtol=1e-11)
    # A row's loss is that of the row alone against all others.
    losses = loss(x, t, reduction="none")
    chosen = np.r_[0:40, 1060:1100]
    for k in chosen[::16]:
        order = np.r_[k, np.delete(np.arange(1100), k)]
        first = loss(x[order], t[order], reduction="none")[0]
        assert_close(first, losses[k], rtol=1e-10)
