"""SigLIP loss, worked by hand."""

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

SIGLIP = fl.siglip_loss


def softplus(x):
    return math.log1p(math.exp(x))


def sides(xp):
    """Return rows along (1, 0), (0, 1), and their partners along (1, 0), (-1, 0)."""
    pairs = [[[2.0, 0.0], [0.0, 0.5]], [[3.0, 0.0], [-1.0, 0.0]]]
    return tuple(xp.asarray(rows, dtype=xp.float64) for rows in pairs)


def test_each_pair_by_itself(any_xp):
    x, y = sides(any_xp)
    # Cosines: 1 to its own and -1 of the first row; 0 and 0 of the second.
    first, second = softplus(-1) + softplus(-3), softplus(1) + softplus(-1)
    options: dict[str, Any] = {"temperature": 0.5, "bias": -1.0}
    assert_close(SIGLIP(x, y, **options, reduction="none"), [first, second])
    # The mean is that of rows, not of pairs.
    assert_close(SIGLIP(x, y, **options), (first + second) / 2)


def test_products_of_rows_as_they_are(any_xp):
    x, y = sides(any_xp)
    # Products: 6 and -2 of the first row, 0 and 0 of the second.
    got = SIGLIP(x, y, normalize=False, temperature=2.0, bias=0.0, reduction="none")
    assert_close(got, [softplus(-3) + softplus(-1), 2 * math.log(2)])


def test_one_pair_and_masked_pairs(any_xp):
    x, y = sides(any_xp)
    alone = softplus(-1)
    options: dict[str, Any] = {"temperature": 0.5, "bias": -1.0, "reduction": "none"}
    assert_close(SIGLIP(x[:1, ...], y[:1, ...], **options), [alone])
    where = any_xp.asarray([True, False])
    assert_close(SIGLIP(x, y, where=where, **options), [alone, 0])
    assert_close(SIGLIP(x[:0, ...], y[:0, ...]), math.nan)


def test_gradient_by_hand(derivative):
    def function(y):
        xp = fl.array_namespace(y)
        x = xp.asarray([[1.0, 0.0]] * 2, dtype=y.dtype)
        more: dict[str, Any] = {"normalize": False, "temperature": 0.5, "bias": -1.0}
        return SIGLIP(x, y, **more, reduction="none")[:1]

    # Scores of 1 and -1, at two for each of the first coordinate.
    wrong = 2 / (1 + math.e)
    got = derivative(function, [[1.0, 0.0], [0.0, 1.0]])
    assert_close(got, [[-wrong, 0], [wrong, 0]])


def test_options_are_learnt():
    x, y = sides(jnp)

    def function(temperature, bias):
        return SIGLIP(x, y, temperature=temperature, bias=bias, reduction="sum")

    # Scores 1 and -3, -1 and -1: wrong by 1 / (1 + e), and so on; the cosines 1 and -1
    # over the square of the temperature are what a score changes by.
    odds = [1 / (1 + math.exp(z)) for z in (1, 3, -1, 1)]
    got = jax.grad(function, (0, 1))(jnp.asarray(0.5), jnp.asarray(-1.0))
    assert_close(got[1], -odds[0] + odds[1] - odds[2] + odds[3])
    assert_close(got[0], (odds[0] + odds[1]) / 0.25)


def test_a_certain_pair_keeps_its_digits():
    x = np.asarray([[1.0]], np.float32)
    # log(1 + exp(-30)), where softplus(30) - 30 would be 0.
    got = SIGLIP(x, x, temperature=0.025, bias=-10.0)
    assert_close(got, math.exp(-30), rtol=1e-5)


@pytest.mark.parametrize("rows", [1100, 1150])
def test_many_rows_come_in_blocks_that_change_nothing(rows):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, rows, 3))
    keep = rng.random(rows) < 0.75

    def program(x, y, bias):
        return SIGLIP(x, y, bias=bias, where=keep)

    program = jax.jit(jax.value_and_grad(program, (0, 1, 2)))
    value, gradients = program(x, y, jnp.asarray(-10.0))
    u, v = (a[keep] / np.linalg.norm(a[keep], axis=1, keepdims=True) for a in (x, y))
    labels = 2 * np.eye(len(u)) - 1
    wrong = -labels * (10 * u @ v.T - 10)
    assert_close(value, np.logaddexp(0, wrong).sum() / len(u), rtol=1e-11)
    d_scores = -labels / (1 + np.exp(-wrong)) / len(u)
    assert_close(gradients[2], d_scores.sum(), rtol=1e-9)
    # A gradient of a direction is that of the row, over its length and across it.
    for got, a, unit, d_unit in (
        (gradients[0], x, u, 10 * d_scores @ v),
        (gradients[1], y, v, 10 * d_scores.T @ u),
    ):
        across = d_unit - (d_unit * unit).sum(1, keepdims=True) * unit
        size = np.linalg.norm(a[keep], axis=1, keepdims=True)
        assert_close(np.asarray(got)[keep], across / size, rtol=1e-9, atol=1e-13)
        assert not np.asarray(got)[~keep].any()
