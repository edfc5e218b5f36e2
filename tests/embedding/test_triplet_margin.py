"""Triplet margin, worked by hand."""

import math
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan


def triplets(xp):
    """Make triplets of distances (5, 1), (0, 0), (0, 10), (nan, 1)."""
    return [
        xp.asarray(x, dtype=xp.float64)
        for x in (
            [[3.0, 4.0], [1.0, 1.0], [0.0, 0.0], [NAN, 0.0]],
            [[0.0, 0.0], [1.0, 1.0], [0.0, 0.0], [0.0, 0.0]],
            [[3.0, 5.0], [1.0, 1.0], [6.0, 8.0], [1.0, 0.0]],
        )
    ]


def test_values(any_xp):
    got = fl.triplet_margin_loss(*triplets(any_xp), eps=0.0, reduction="none")
    assert_close(got, [5, 1, 0, NAN])
    got = fl.triplet_margin_loss(
        *triplets(any_xp), eps=0.0, margin=10.5, p=1, reduction="none"
    )
    assert_close(got, [10.5 + 7 - 1, 10.5, 0, NAN])
    assert_close(
        fl.triplet_margin_loss(*(x[:3, :] for x in triplets(any_xp)), eps=0.0), 2
    )


@pytest.mark.parametrize(
    ("p", "far"), [(1, 7), (1.5, (3**1.5 + 8) ** (2 / 3)), (3, 91 ** (1 / 3)), (INF, 4)]
)
def test_orders_of_the_norm(xp, p, far):
    a = xp.asarray([[3.0, -4.0]], dtype=xp.float64)
    got = fl.triplet_margin_loss(a, 0 * a, a, p=p, eps=0.0)
    assert_close(got, 1 + far)


def test_eps_is_added_to_every_coordinate(xp):
    a = xp.zeros((1, 4), dtype=xp.float64)
    n = xp.ones((1, 4), dtype=xp.float64)
    # Distances: 4 * 0.25 and 4 * |-1 + 0.25|.
    assert_close(fl.triplet_margin_loss(a, a, n, margin=5.0, p=1, eps=0.25), 3)


def test_swap_takes_the_smaller_distance_to_the_negative(xp):
    a, p, n = (xp.asarray([[x]], dtype=xp.float64) for x in (0.0, 4.0, 5.0))
    assert_close(fl.triplet_margin_loss(a, p, n, eps=0.0), 0)
    assert_close(fl.triplet_margin_loss(a, p, n, eps=0.0, swap=True), 4)


def test_triplets_of_a_grid_broadcast(xp):
    a = xp.zeros((2, 1, 3), dtype=xp.float64)
    p = xp.zeros((1, 4, 3), dtype=xp.float64)
    got = fl.triplet_margin_loss(a, p, p, reduction="none")
    assert_close(got, np.ones((2, 4)))


def test_masked_triplets_do_not_count(xp):
    where = xp.asarray([True, True, False, False])
    got = fl.triplet_margin_loss(*triplets(xp), eps=0.0, where=where)
    assert_close(got, 3)


def derivatives(derivative, anchor, positive, negative, **options):
    """Return the derivatives of the sum in each argument."""
    point = [anchor, positive, negative]

    def function(stacked):
        return fl.triplet_margin_loss(
            *(stacked[k, ...] for k in range(3)), reduction="sum", **options
        )

    return derivative(function, point)


def test_a_triplet_exactly_at_the_margin_is_active(derivative):
    got = derivatives(derivative, [[0.0]], [[1.0]], [[2.0]], eps=0.0)
    assert_close(got, [[[0]], [[1]], [[-1]]])
    got = derivatives(derivative, [[0.0]], [[1.0]], [[2.5]], eps=0.0)
    assert_close(got, np.zeros((3, 1, 1)))


@pytest.mark.parametrize("p", [0.5, 1, 1.5, 2, 3, INF])
def test_equal_rows_without_eps_have_no_derivative(derivative, p):
    same = [[1.0, 1.0]]
    got = derivatives(derivative, same, same, same, eps=0.0, p=p)
    assert_close(got, np.zeros((3, 1, 2)))


def test_distances_that_tie_in_a_swap_share_the_derivative(derivative):
    # a = 0 and p = 2 are as far from n = 1; each distance gets half.
    got = derivatives(derivative, [[0.0]], [[2.0]], [[1.0]], eps=0.0, swap=True)
    assert_close(got, [[[-1 + 0.5]], [[1 - 0.5]], [[-0.5 + 0.5]]])


@pytest.mark.parametrize(("margin", "got"), [(0, "0.0"), (-1.0, "-1.0"), (NAN, "nan")])
def test_a_margin_that_is_not_positive_is_refused(xp, margin, got):
    with pytest.raises(ValueError, match=re.escape(f"margin must be > 0, got {got}")):
        fl.triplet_margin_loss(*triplets(xp), margin=margin)


@pytest.mark.parametrize("margin", [0.0, -1.0])
def test_on_jax_a_margin_array_that_is_not_positive_makes_value_and_derivative_nan(
    margin,
):
    a, p, n = (x[:1] for x in triplets(jnp))
    value, derivative = jax.value_and_grad(fl.triplet_margin_loss)(
        a, p, n, margin=jnp.asarray(margin)
    )
    assert_close(value, NAN)
    assert_close(derivative, [[NAN, NAN]])


def test_ranks_must_be_equal(xp):
    a, p, n = triplets(xp)
    message = "numbers of dimensions must be equal, got anchor (4, 2), positive (2,)"
    with pytest.raises(ValueError, match=re.escape(message)):
        fl.triplet_margin_loss(a, p[0, :], n)
