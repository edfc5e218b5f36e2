"""Cosine embedding loss, worked by hand."""

import math
import re

import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

NAN = math.nan


def pairs(xp):
    """Return pairs of cosines 24/25, 24/25, 0 and -1."""
    x1 = [[3.0, 4.0], [3.0, 4.0], [1.0, 0.0], [2.0, 2.0]]
    x2 = [[4.0, 3.0], [4.0, 3.0], [0.0, 5.0], [-1.0, -1.0]]
    return xp.asarray(x1, dtype=xp.float64), xp.asarray(x2, dtype=xp.float64)


def test_values(any_xp):
    x1, x2 = pairs(any_xp)
    t = any_xp.asarray([1, -1, 1, -1])
    got = fl.cosine_embedding_loss(x1, x2, t, reduction="none")
    assert_close(got, [0.04, 0.96, 1, 0])
    got = fl.cosine_embedding_loss(x1, x2, t, margin=0.5)
    assert_close(got, (0.04 + 0.46 + 1) / 4)


def test_another_target_has_no_loss(xp):
    x1, x2 = pairs(xp)
    got = fl.cosine_embedding_loss(x1, x2, xp.asarray([0, 2, 0, 1]), reduction="none")
    assert_close(got, [0, 0, 0, 2])


def test_one_target_stands_for_all_pairs(xp):
    x1, x2 = pairs(xp)
    got = fl.cosine_embedding_loss(x1, x2, 1, reduction="none")
    assert_close(got, [0.04, 0.04, 1, 2])
    assert_close(fl.cosine_embedding_loss(x1[0, :], x2[0, :], xp.asarray(1)), 0.04)


def test_gradient(derivative):
    def loss(x):
        xp = fl.array_namespace(x)
        other = xp.asarray([[0.0, 2.0]] * 3, dtype=x.dtype)
        where = xp.asarray([True, True, False])
        t = xp.asarray([1, -1, 1])
        return fl.cosine_embedding_loss(x, other, t, where=where, reduction="sum")

    # At cosine 0, the margin, the hinge is active; across a vector of length 4.
    got = derivative(loss, [[4.0, 0.0], [4.0, 0.0], [NAN, NAN]])
    assert_close(got, [[0, -1 / 4], [0, 1 / 4], [0, 0]])


def test_shapes_that_do_not_fit_are_named(xp):
    x1, x2 = pairs(xp)
    message = "or (N, D) with target (N), got input1 (4, 2), input2 (4, 2), target ()"
    with pytest.raises(ValueError, match=re.escape(message[:-2])):
        fl.cosine_embedding_loss(x1, x2, x1)


# Pairs of cosine 24/25 and 0. Long ones: their squares hide the 1e-12 added to them.
FIRST, SECOND = [[30.0, 40.0], [30.0, 0.0]], [[40.0, 30.0], [0.0, 40.0]]


def loss_of(xp, target, **options):
    a, b = (xp.asarray(x, dtype=xp.float64) for x in (FIRST, SECOND))
    return fl.cosine_embedding_loss(a, b, xp.asarray(target), **options)


def test_values_worked_by_hand(any_xp):
    got = loss_of(any_xp, [1, 1], reduction="none")
    assert_close(got, [1 - 24 / 25, 1])
    got = loss_of(any_xp, [-1, -1], reduction="none")
    assert_close(got, [24 / 25, 0])
    assert_close(loss_of(any_xp, [1, 1], reduction="sum"), 1.04)
    assert_close(loss_of(any_xp, [1, -1]), 0.04 / 2)


def test_dissimilar_pairs_may_have_a_cosine_up_to_the_margin(xp):
    got = loss_of(xp, [-1, -1], margin=0.5, reduction="none")
    assert_close(got, [0.96 - 0.5, 0])
    got = loss_of(xp, [-1, -1], margin=-0.5, reduction="none")
    assert_close(got, [0.96 + 0.5, 0.5])


def test_another_target_costs_nothing(xp):
    assert_close(loss_of(xp, [0, 2], reduction="none"), [0, 0])


def gradient(derivative, target, **options):
    """Return the gradient in the first vectors."""

    def loss(x):
        xp = fl.array_namespace(x)
        other = xp.asarray(SECOND, dtype=x.dtype)
        return fl.cosine_embedding_loss(
            x, other, xp.asarray(target), reduction="sum", **options
        )

    return derivative(loss, FIRST)


def test_gradient_at_the_margin_is_that_of_the_active_side(derivative):
    # b / (n * m) - cosine * a / n**2, where n and m are the lengths
    cosine = np.asarray(
        [
            [(40 - 0.96 * 30) / 2500, (30 - 0.96 * 40) / 2500],
            [0, 40 / (30 * 40)],
        ]
    )
    assert_close(gradient(derivative, [1, 1]), -cosine)
    # The second pair has exactly the cosine of the margin.
    assert_close(gradient(derivative, [-1, -1]), cosine)
    assert_close(gradient(derivative, [-1, -1], margin=0.5), [cosine[0], [0, 0]])


def test_gradient_in_the_margin_counts_the_active_pairs(derivative):
    def loss(margin):
        xp = fl.array_namespace(margin)
        a, b = (xp.asarray(x, dtype=margin.dtype) for x in (FIRST, SECOND))
        return fl.cosine_embedding_loss(a, b, xp.asarray([-1, -1]), margin=margin)

    assert_close(derivative(loss, np.asarray(0.5)), -1 / 2)


def test_masked_pairs_do_not_count(xp):
    a = xp.asarray([FIRST[0], [NAN, 1.0]], dtype=xp.float64)
    b = xp.asarray(SECOND, dtype=xp.float64)
    where = xp.asarray([True, False])
    got = fl.cosine_embedding_loss(a, b, xp.asarray([1, 1]), where=where)
    assert_close(got, 0.04)


@pytest.mark.parametrize("size", [1e9, 1e10, 1e12, 1e20])
def test_the_product_of_two_norms_does_not_overflow(any_xp, size):
    x = any_xp.asarray([[3.0 * size, 4.0 * size]], dtype=any_xp.float32)
    got = fl.cosine_embedding_loss(x, any_xp.flip(x, axis=1), any_xp.asarray([1]))
    assert_close(got, 0.04, rtol=1e-5)
