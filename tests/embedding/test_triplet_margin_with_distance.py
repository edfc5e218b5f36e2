"""Triplet margin loss with a distance function, worked by hand."""

import math

import numpy as np

import funloss as fl
from tests.assertions import assert_close

NAN = math.nan


def manhattan(x, y):
    xp = fl.array_namespace(x)
    return xp.total(xp.absolute(x - y), -1)


def triplets(xp):
    """Make triplets of Manhattan distances (7, 8, 1) and (0, 5, 5)."""
    return [
        xp.asarray(x, dtype=xp.float64)
        for x in (
            [[3.0, 4.0], [1.0, 1.0]],
            [[0.0, 0.0], [1.0, 1.0]],
            [[-1.0, 0.0], [4.0, 3.0]],
        )
    ]


def test_values(xp):
    loss, rows = fl.triplet_margin_with_distance_loss, triplets(xp)
    got = loss(*rows, distance_function=manhattan, margin=5.5, reduction="none")
    assert_close(got, [4.5, 0.5])
    got = loss(*rows, distance_function=manhattan, swap=True, reduction="none")
    assert_close(got, [1 + 7 - 1, 0])


def test_without_a_function_it_is_the_triplet_margin_loss(any_xp):
    rows = triplets(any_xp)
    got = fl.triplet_margin_with_distance_loss(*rows, margin=4.0)
    assert_close(got, fl.triplet_margin_loss(*rows, margin=4.0), rtol=1e-14)


def test_gradient(derivative):
    def loss(anchor):
        xp = fl.array_namespace(anchor)
        zeros, where = xp.zeros_like(anchor), xp.asarray([True, True, False])
        return fl.triplet_margin_with_distance_loss(
            anchor,
            zeros,
            zeros + 3,
            distance_function=manhattan,
            margin=2.0,
            where=where,
            reduction="sum",
        )

    # Distances 2 and 4, exactly at the margin, and 1 and 5, beyond it.
    got = derivative(loss, [[1.0, 1.0], [0.5, 0.5], [NAN, NAN]])
    assert_close(got, [[2, 2], [0, 0], [0, 0]])


ANCHOR = [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]


POSITIVE = [[1.0, 2.0], [1.0, 1.0], [0.0, 0.0]]


NEGATIVE = [[2.0, -2.0], [3.0, 0.0], [5.0, 4.0]]


def city_blocks(x, y):
    """Return the sum of the absolute differences of coordinates."""
    xp = fl.array_namespace(x)
    return xp.total(xp.absolute(x - y), -1)


def loss_of(xp, **options):
    rows = (xp.asarray(x, dtype=xp.float64) for x in (ANCHOR, POSITIVE, NEGATIVE))
    return fl.triplet_margin_with_distance_loss(
        *rows, distance_function=city_blocks, **options
    )


def test_values_worked_by_hand(any_xp):
    # margin + d(a, p) - d(a, n)
    got = loss_of(any_xp, reduction="none")
    assert_close(got, [1 + 3 - 4, 1 + 2 - 3, 0])
    got = loss_of(any_xp, margin=2.5, reduction="none")
    assert_close(got, [2.5 + 3 - 4, 2.5 + 2 - 3, 0])
    assert_close(loss_of(any_xp, margin=2.5, reduction="sum"), 3)
    assert_close(loss_of(any_xp, margin=2.5), 1)


def test_swap_takes_the_smaller_distance_to_the_negative(xp):
    # d(p, n) = 5, 3, 9: nothing is smaller; beside another negative it is.
    assert_close(loss_of(xp, swap=True, margin=2.5, reduction="none"), [1.5, 1.5, 0])
    a, p, n = (xp.asarray([[x]], dtype=xp.float64) for x in (0.0, 4.0, 5.0))
    options = {"distance_function": city_blocks}
    got = fl.triplet_margin_with_distance_loss(a, p, n, **options)
    assert_close(got, 1 + 4 - 5)
    got = fl.triplet_margin_with_distance_loss(a, p, n, swap=True, **options)
    assert_close(got, 1 + 4 - 1)


def test_by_default_the_distance_is_that_of_euclid(xp):
    # With 1e-6 added to differences, which cancel here: 4 + 2 - 5.
    a, p, n = (xp.asarray([[x]], dtype=xp.float64) for x in (0.0, -2.0, -5.0))
    assert_close(fl.triplet_margin_with_distance_loss(a, p, n, margin=4.0), 1)


def test_gradient_of_a_triplet_exactly_at_the_margin_is_the_active_one(derivative):
    def loss(rows):
        return fl.triplet_margin_with_distance_loss(
            *(rows[k, ...] for k in range(3)),
            distance_function=city_blocks,
            reduction="sum",
        )

    # The signs of a - p and of a - n; the third triplet lies beyond the margin.
    near = np.asarray([[-1, -1], [-1, -1], [0, 0]])
    far = np.asarray([[-1, 1], [-1, 0], [0, 0]])
    got = derivative(loss, [ANCHOR, POSITIVE, NEGATIVE])
    assert_close(got, [near - far, -near, far])


def test_masked_triplets_do_not_count(xp):
    a, p, n = (
        xp.asarray(x, dtype=xp.float64)
        for x in ([[0.0], [NAN]], [[2.0], [0.0]], [[1.0], [0.0]])
    )
    got = fl.triplet_margin_with_distance_loss(
        a,
        p,
        n,
        distance_function=city_blocks,
        where=xp.asarray([True, False]),
    )
    assert_close(got, 1 + 2 - 1)
