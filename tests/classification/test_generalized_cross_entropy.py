"""Generalized cross-entropy, worked by hand."""

import math

import jax
import jax.numpy as jnp
import pytest

import funloss as fl
from tests.assertions import assert_close

LOG4 = math.log(4)


def losses(x, t, **options):
    return fl.generalized_cross_entropy(x, t, reduction="none", **options)


def scores(xp, *shares):
    rows = [[math.log(p) for p in row] for row in shares]
    return xp.asarray(rows, dtype=xp.float64)


def test_values(any_xp):
    x, t = scores(any_xp, [0.25, 0.75], [0.25, 0.75]), any_xp.asarray([0, 1])
    assert_close(losses(x, t, q=0.5), [1.0, 2 * (1 - 0.75**0.5)])
    assert_close(losses(x, t, q=1.0), [0.75, 0.25])
    assert_close(losses(x, t), [(1 - 0.25**0.7) / 0.7, (1 - 0.75**0.7) / 0.7])
    shares = any_xp.asarray([[0.5, 0.5], [1.0, 0.0]], dtype=any_xp.float64)
    assert_close(losses(x, shares, q=1.0), [0.5, 0.75])


def test_a_small_q_is_the_cross_entropy(xp):
    x, t = scores(xp, [0.25, 0.75]), xp.asarray([0])
    # The next term is -q * log(p)**2 / 2.
    assert_close(losses(x, t, q=1e-6), [LOG4 - 1e-6 * LOG4**2 / 2], rtol=1e-11)
    assert_close(losses(x, t, q=1e-300), [LOG4])


def test_an_impossible_class_costs_its_bound_and_has_no_derivative(derivative):
    def loss(x):
        return losses(x, fl.array_namespace(x).asarray([0]), q=0.25)

    for row in ([-math.inf, 0.0], [-1e4, 1e4]):
        assert_close(derivative(loss, [row]), [[0, 0]])
    # p**q * (p - 1) is the derivative of the label's score.
    point = [math.log(0.0625), math.log(0.9375)]
    assert_close(derivative(loss, [point]), [[-0.46875, 0.46875]])


def test_the_bound(xp):
    x = xp.asarray([[-math.inf, 0.0], [-1e4, 1e4]], dtype=xp.float64)
    assert_close(losses(x, xp.asarray([0, 0]), q=0.25), [4, 4])


@pytest.mark.parametrize("q", [1e-9, 1e-4, 0.3, 0.4, 1.0])
def test_derivative_in_q(q):
    x, t = scores(jnp, [0.25, 0.75]), jnp.asarray([0])
    z = q * LOG4
    # Minus log(p)**2 times the series sum((-z)**k / (k! * (k + 2))).
    terms = [(-z) ** k / math.factorial(k) / (k + 2) for k in range(30)]
    assert_close(
        jax.grad(lambda q: losses(x, t, q=q).sum())(q),
        -(LOG4**2) * math.fsum(terms),
        rtol=1e-13,
    )
