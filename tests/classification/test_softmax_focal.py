"""Softmax focal loss, worked by hand."""

import math

import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF = math.inf


def scores(xp, *shares):
    rows = [[math.log(p) for p in row] for row in shares]
    return xp.asarray(rows, dtype=xp.float64)


def losses(x, t, **options):
    return fl.softmax_focal_loss(x, t, reduction="none", **options)


def test_values(any_xp):
    x, t = scores(any_xp, [0.1, 0.9], [0.1, 0.9]), any_xp.asarray([0, 1])
    rare, common = math.log(10), math.log(1 / 0.9)
    assert_close(losses(x, t), [0.81 * rare, 0.01 * common])
    assert_close(losses(x, t, gamma=0.5), [0.9**0.5 * rare, 0.1**0.5 * common])
    assert_close(losses(x, t, gamma=0.0), [rare, common])
    assert_close(losses(x, t, alpha=0.25), [0.81 * rare / 4, 0.01 * common / 4])
    q = any_xp.asarray([[0.25, 0.75], [0.0, 1.0]], dtype=any_xp.float64)
    mixed = 0.25 * 0.81 * rare + 0.75 * 0.01 * common
    assert_close(losses(x, q), [mixed, 0.01 * common])
    assert_close(losses(x, q, gamma=0.0)[1], common)


def test_alpha_of_each_class_weighs_but_does_not_divide(xp):
    x, t = scores(xp, [0.5, 0.5], [0.5, 0.5], [0.5, 0.5]), xp.asarray([0, 1, -100])
    alpha = xp.asarray([2.0, 4.0], dtype=xp.float64)
    got = fl.softmax_focal_loss(x, t, alpha=alpha)
    assert_close(got, 3 * math.log(2) / 4)
    q = xp.asarray([[1.0, 0.0]] * 3, dtype=xp.float64)
    assert_close(losses(x, q, alpha=alpha), [math.log(2) / 2] * 3)


def test_alpha_must_fit_the_classes(xp):
    x, alpha = scores(xp, [0.5, 0.5]), xp.ones(3, dtype=xp.float64)
    message = r"^alpha must be a number or have shape \(2,\), got \(3,\)"
    with pytest.raises(ValueError, match=message):
        losses(x, xp.asarray([0]), alpha=alpha)


@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.0])
def test_a_sure_row_keeps_its_digits(any_xp, gamma):
    # 1 - p is exp(-40), of which 1 less p has no digit left.
    x = any_xp.asarray([[40.0, 0.0]], dtype=any_xp.float64)
    expected = [math.exp(-40) ** gamma * math.exp(-40)]
    assert_close(losses(x, any_xp.asarray([0]), gamma=gamma), expected, rtol=1e-12)
    q = any_xp.asarray([[1.0, 0.0]], dtype=any_xp.float64)
    assert_close(losses(x, q, gamma=gamma), expected, rtol=1e-12)


def test_derivative_at_no_preference(derivative):
    # As with one logit: the derivative is r**2 * (r + 2 * p * log(1 / p)), r = 1 - p.
    expected = (0.5 + math.log(2)) / 4

    def of_label(x):
        return losses(x, fl.array_namespace(x).asarray([0]))

    def of_probabilities(x):
        return losses(x, fl.array_namespace(x).asarray([[1.0, 0.0]], dtype=x.dtype))

    assert_close(derivative(of_label, [[0.0, 0.0]]), [[-expected, expected]])
    assert_close(derivative(of_probabilities, [[0.0, 0.0]]), [[-expected, expected]])


def test_a_sure_mistake_has_its_full_derivative(derivative):
    def loss(x):
        return losses(x, fl.array_namespace(x).asarray([0]))

    assert_close(loss(np.asarray([[-100.0, 100.0]])), [200])
    assert_close(derivative(loss, [[-100.0, 100.0]]), [[-1, 1]])
    assert_close(derivative(loss, [[1e4, -1e4]]), [[0, 0]])


@pytest.mark.parametrize("gamma", [0.5, 2.0])
@pytest.mark.parametrize("labelled", [True, False], ids=["labels", "probabilities"])
def test_an_impossible_class_is_as_none(derivative, gamma, labelled):
    def loss(x):
        xp = fl.array_namespace(x)
        target = [1] if labelled else [[0.0] * (x.shape[1] - 2) + [1.0, 0.0]]
        target = xp.asarray(target) if labelled else xp.asarray(target, dtype=x.dtype)
        return losses(x, target, gamma=gamma)

    def fewer(x):
        xp = fl.array_namespace(x)
        return losses(x, xp.asarray([0]), gamma=gamma)

    expected = derivative(fewer, [[1.0, 3.0]])
    got = derivative(loss, [[-INF, 1.0, 3.0]])
    assert_close(got[:, 0], [0])
    assert_close(got[:, 1:], expected)


def test_one_class_costs_nothing(derivative):
    def loss(x):
        return losses(x, fl.array_namespace(x).asarray([0]), gamma=0.5)

    assert_close(derivative(loss, [[3.0]]), [[0]])
    assert_close(loss(np.asarray([[3.0]])), [0])


def test_large_scores_keep_the_digits_of_small_ones(xp):
    x = xp.asarray([[1e4, 1e4 - 1.0]], dtype=xp.float64)
    p = 1 / (1 + math.exp(-1))
    expected = [(1 - p) ** 2 * -math.log(p)]
    assert_close(losses(x, xp.asarray([0])), expected)


def test_rows_along_other_axes(xp):
    x = scores(xp, [0.1, 0.9], [0.5, 0.5])
    t = xp.asarray([0, 1])
    turned = xp.permute_dims(x, (1, 0)) if hasattr(xp, "permute_dims") else x.T
    assert_close(losses(turned, t, axis=0), losses(x, t, axis=-1))
    assert_close(losses(x[0, ...], xp.asarray(0)), 0.81 * math.log(10))


@pytest.mark.parametrize("labelled", [True, False], ids=["labels", "probabilities"])
def test_what_is_masked_has_no_curvature_even_at_nan(curvature, labelled):
    def loss(x, rows=2):
        xp = fl.array_namespace(x)
        target = xp.asarray([[0.5, 0.25, 0.25]] * rows, dtype=x.dtype)
        target = xp.asarray([1] * rows) if labelled else target
        where = xp.asarray([True, False][:rows])
        # Weighted, since the derivatives of a row add up to 0.
        place = xp.asarray([[1.0, 2.0, 4.0]], dtype=x.dtype)
        return losses(x * place, target, where=where)

    got = curvature(loss, [[0.5, 1.0, -1.0], [math.nan, INF, 0.0]])
    assert_close(got[1], [0, 0, 0])
    assert_close(got[:1], curvature(lambda x: loss(x, 1), [[0.5, 1.0, -1.0]]))


@pytest.mark.parametrize("labelled", [True, False], ids=["labels", "probabilities"])
def test_curvature_in_the_tail_keeps_its_digits(curvature, labelled):
    def loss(x):
        xp = fl.array_namespace(x)
        target = (
            xp.asarray([0]) if labelled else xp.asarray([[1.0, 0.0]], dtype=x.dtype)
        )
        # Weighted, since the derivatives of a row add up to 0.
        return losses(x * xp.asarray([[1.0, 2.0]], dtype=x.dtype), target)

    # As with one logit: 9 * exp(-3 * x) times (1, -2) and its transpose.
    for x in (50.0, 400.0):
        tail = 9 * math.exp(-3 * x)
        got = curvature(loss, [[x, 0.0]])
        # A sum over classes keeps none of the digits of its least.
        atol = 0 if labelled else 1e-40
        assert_close(got, [[-tail, 2 * tail]], atol=atol)
