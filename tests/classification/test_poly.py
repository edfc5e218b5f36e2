"""Poly-1 loss, worked by hand."""

import math

import pytest

import funloss as fl
from tests.assertions import assert_close


def losses(x, t, **options):
    return fl.poly_loss(x, t, reduction="none", **options)


def scores(xp, *shares):
    rows = [[math.log(p) for p in row] for row in shares]
    return xp.asarray(rows, dtype=xp.float64)


def test_values(any_xp):
    x, t = scores(any_xp, [0.1, 0.9], [0.1, 0.9]), any_xp.asarray([0, 1])
    rare, common = math.log(10), math.log(1 / 0.9)
    assert_close(losses(x, t), [rare + 1.8, common + 0.2])
    assert_close(losses(x, t, epsilon=-1.0), [rare - 0.9, common - 0.1])
    assert_close(losses(x, t, epsilon=0.0), [rare, common])
    # Probabilities need not add up to 1: each misses what it lacks.
    q = any_xp.asarray([[0.5, 0.0], [1.0, 1.0]], dtype=any_xp.float64)
    assert_close(losses(x, q), [(rare + 1.8) / 2, rare + common + 2.0])


def test_weighted_mean_divides_by_the_weights_of_labels(xp):
    x, t = scores(xp, [0.1, 0.9], [0.1, 0.9], [0.1, 0.9]), xp.asarray([0, 1, -100])
    weight = xp.asarray([3.0, 1.0], dtype=xp.float64)
    parts = 3 * (math.log(10) + 1.8), math.log(1 / 0.9) + 0.2
    assert_close(fl.poly_loss(x, t, weight=weight), sum(parts) / 4)
    q = xp.asarray([[1.0, 0.0], [0.0, 1.0]], dtype=xp.float64)
    assert_close(fl.poly_loss(x[:2, ...], q, weight=weight), sum(parts) / 2)


@pytest.mark.parametrize("epsilon", [-1.0, 2.0])
def test_a_sure_row_keeps_its_digits(xp, epsilon):
    x = xp.asarray([[20.0, 0.0]], dtype=xp.float64)
    tail = math.exp(-20)
    expected = [math.log1p(tail) + epsilon * tail / (1 + tail)]
    # At epsilon -1 the first terms cancel, by the definition of the loss.
    slack = 1e-15 * tail if epsilon == 2 else 1e-14 * tail
    assert_close(losses(x, xp.asarray([0]), epsilon=epsilon), expected, atol=slack)


def test_derivative(derivative):
    # (1 + epsilon * p) times that of the cross-entropy, which is (p - 1, 1 - p).
    def loss(x):
        return losses(x, fl.array_namespace(x).asarray([0]), epsilon=2.0)

    point = [[math.log(0.25), math.log(0.75)], [0.0, -math.inf], [-1e4, 1e4]]
    expected = [[-1.125, 1.125], [0, 0], [-1, 1]]
    for row, wanted in zip(point, expected, strict=True):
        assert_close(derivative(loss, [row]), [wanted])
