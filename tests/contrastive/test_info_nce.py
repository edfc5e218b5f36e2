"""InfoNCE loss, worked by hand."""

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INFO_NCE = fl.info_nce_loss
NAN = math.nan


def sides(xp):
    """Return rows along (1, 0), (0, 1), and their partners along (1, 0), (-1, 0)."""
    pairs = [[[2.0, 0.0], [0.0, 0.5]], [[3.0, 0.0], [-1.0, 0.0]]]
    return tuple(xp.asarray(rows, dtype=xp.float64) for rows in pairs)


def test_each_row_finds_its_partner_among_all(any_xp):
    x, y = sides(any_xp)
    # Cosines: 1 and -1 of the first row; 0 and 0 of the second.
    first, second = math.log1p(math.exp(-4)), math.log(2)
    got = INFO_NCE(x, y, temperature=0.5, reduction="none")
    assert_close(got, [first, second])
    assert_close(INFO_NCE(x, y, temperature=0.5), (first + second) / 2)


def test_symmetric_is_the_mean_of_both_directions(any_xp):
    x, y = sides(any_xp)
    # Cosines of the columns: 1 beside 0, and 0 beside -1.
    there, back = [math.log1p(math.exp(-4)), math.log(2)], math.log1p(math.exp(-2))
    got = INFO_NCE(x, y, temperature=0.5, symmetric=True, reduction="none")
    assert_close(got, [(loss + back) / 2 for loss in there])


def test_more_negatives_join_those_in_the_batch(any_xp):
    x, y = sides(any_xp)
    more = any_xp.asarray([[0.0, 4.0]], dtype=any_xp.float64)
    # Cosines of 0 and 1 to the rows.
    got = INFO_NCE(x, y, more, temperature=1.0, reduction="none")
    joined = [math.exp(-2) + math.exp(-1), 1 + math.e]
    assert_close(got, [math.log1p(mass) for mass in joined])
    alone = INFO_NCE(x, y, more, temperature=1.0, in_batch=False, reduction="none")
    assert_close(alone, [math.log1p(math.exp(-1)), math.log1p(math.e)])
    own = any_xp.stack([more, -more], axis=0)
    got = INFO_NCE(x, y, own, temperature=1.0, reduction="none")
    joined = [math.exp(-2) + math.exp(-1), 1 + math.exp(-1)]
    assert_close(got, [math.log1p(mass) for mass in joined])


def test_products_of_rows_as_they_are(any_xp):
    x, y = sides(any_xp)
    # Products: 6 and -2 of the first row, 0 and 0 of the second.
    got = INFO_NCE(x, y, normalize=False, temperature=2.0, reduction="none")
    assert_close(got, [math.log1p(math.exp(-4)), math.log(2)])


def test_gradient_by_hand(derivative):
    def function(y):
        xp = fl.array_namespace(y)
        x = xp.asarray([[1.0, 0.0]] * 2, dtype=y.dtype)
        return INFO_NCE(x, y, normalize=False, temperature=0.5, reduction="none")[:1]

    # Scores of 2 and 0 with a half each way: 1 / (1 + e**2) of the probability is lost,
    # at twice the first coordinate.
    lost = 2 / (1 + math.exp(2))
    got = derivative(function, [[1.0, 0.0], [0.0, 1.0]])
    assert_close(got, [[-lost, 0], [lost, 0]])


def test_a_loss_near_0_keeps_its_digits():
    x = np.asarray([[1.0, 0.0], [-1.0, 0.0]], np.float32)
    # log(1 + exp(-40)) of both; the probability itself rounds to 1.
    assert_close(INFO_NCE(x, x, temperature=0.05), math.exp(-40), rtol=1e-5)


@pytest.mark.parametrize("symmetric", [False, True])
def test_rows_without_negatives_have_no_loss_and_no_gradient(symmetric):
    x, y = sides(jnp)

    def function(x, y):
        where = jnp.asarray([True, False])
        one = INFO_NCE(x[:1], y[:1], symmetric=symmetric)
        return one + INFO_NCE(x, y, symmetric=symmetric, where=where)

    value, gradients = jax.value_and_grad(function, (0, 1))(x, y)
    assert_close(value, 0)
    assert_close(gradients[0], np.zeros((2, 2)))
    assert_close(gradients[1], np.zeros((2, 2)))
    assert_close(INFO_NCE(x[:0], y[:0], symmetric=symmetric), NAN)
    none = INFO_NCE(x, y, x[:0], in_batch=False, reduction="none")
    assert_close(none, [0, 0])


@pytest.mark.parametrize("symmetric", [False, True])
def test_many_rows_come_in_blocks_that_change_nothing(symmetric):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, 1100, 3))
    keep = rng.random(1100) < 0.75
    options: dict[str, Any] = {"symmetric": symmetric, "where": keep}
    program = jax.value_and_grad(lambda *a: INFO_NCE(*a, **options), (0, 1))
    value, gradients = jax.jit(program)(x, y)
    u, v = (a[keep] / np.linalg.norm(a[keep], axis=1, keepdims=True) for a in (x, y))
    powers = np.exp(u @ v.T / 0.07)
    shares = [powers / powers.sum(1, keepdims=True), powers / powers.sum(0)]
    shares = shares if symmetric else shares[:1]
    assert_close(value, -np.mean([np.log(np.diag(p)) for p in shares]), rtol=1e-11)
    # A gradient of a direction is that of the row, over its length and across it.
    d_scores = (np.mean(shares, 0) - np.eye(len(u))) / (0.07 * len(u))
    for got, a, unit, d_unit in (
        (gradients[0], x, u, d_scores @ v),
        (gradients[1], y, v, d_scores.T @ u),
    ):
        across = d_unit - (d_unit * unit).sum(1, keepdims=True) * unit
        size = np.linalg.norm(a[keep], axis=1, keepdims=True)
        assert_close(np.asarray(got)[keep], across / size, rtol=1e-9, atol=1e-13)
        assert not np.asarray(got)[~keep].any()


def test_wrong_calls_are_told():
    x, y = sides(np)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"in_batch": False}, r"^in_batch=False needs negatives"),
        ({"negatives": x, "symmetric": True}, r"^symmetric=True excludes negatives"),
        ({"negatives": x[:, :1]}, r"^negatives must have shape \(M, 2\) or \(2, M, 2"),
        ({"negatives": x[0]}, r"^negatives must have shape .*, got \(2,\)$"),
        ({"negatives": np.zeros((3, 1, 2))}, r"^negatives must .*, got \(3, 1, 2\)$"),
    ]
    for options, message in wrong:
        with pytest.raises(ValueError, match=message):
            INFO_NCE(x, y, **options)
    message = r"^input must have shape \(N, D\), got \(2,\)"
    with pytest.raises(ValueError, match=message):
        INFO_NCE(x[0], y[0])
