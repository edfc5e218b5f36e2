"""Hinge and sparsemax of binary labels, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
HINGE, SPARSE = fl.hinge_loss, fl.binary_sparsemax_loss


def test_a_score_is_charged_what_it_lacks(any_xp):
    x = any_xp.asarray([2.0, 0.25, -1.0, 0.5, -INF], dtype=any_xp.float64)
    t = any_xp.asarray([1, 1, 1, -1, 1])
    assert_close(HINGE(x, t, reduction="none"), [0, 0.75, 2, 1.5, INF])
    assert_close(HINGE(x[:4], t[:4]), (0.75 + 2 + 1.5) / 4)
    squares = HINGE(x, t, p=2, reduction="none")
    assert_close(squares, [0, 0.5625, 4, 2.25, INF])
    # Without a margin, only the wrong side costs anything.
    assert_close(HINGE(x[:4], t[:4], margin=0.0, reduction="none"), [0, 0, 1, 0.5])


def test_labels_are_what_the_argument_says(xp):
    x = xp.asarray([0.5, 0.5], dtype=xp.float64)
    for bits in ([1, 0], [1.0, 0.0], [True, False]):
        got = HINGE(x, xp.asarray(bits), labels="binary", reduction="none")
        assert_close(got, [0.5, 1.5])


@pytest.mark.parametrize("loss", [HINGE, SPARSE])
def test_a_batch_does_not_decide_what_zero_means(loss):
    x = np.asarray([0.5, 0.5])
    for labels, wrong in (("signed", 0), ("binary", -1)):
        rule = "-1 or 1" if labels == "signed" else "0 or 1"
        for other in (1, wrong):
            with pytest.raises(ValueError, match=rf"target must be {rule}, got"):
                loss(x, np.asarray([other, wrong]), labels=labels)
    value, derivative = jax.value_and_grad(loss)(
        jnp.asarray(x), jnp.asarray([1, 0.5]), labels="signed"
    )
    assert_close(value, NAN)
    assert bool(jnp.isnan(derivative[1]))


def test_derivative_at_the_margin_is_that_of_the_inside(derivative):
    def loss(x, **options):
        return HINGE(x, fl.array_namespace(x).ones_like(x), reduction="sum", **options)

    assert_close(derivative(loss, [1.0, 0.0, 2.0, -3.0]), [-1, -1, 0, -1])
    point = [0.0, 1.0, -1.0]
    assert_close(derivative(lambda x: loss(x, margin=0.0), point), [-1, 0, -1])
    # 2 * (margin - x): 2, 0 at the margin, 4.
    assert_close(derivative(lambda x: loss(x, p=2), point), [-2, 0, -4])


def test_weighted_mean_divides_by_the_sum_of_weights(xp):
    x = xp.asarray([0.0, -1.0, NAN], dtype=xp.float64)
    weight = xp.asarray([1.0, 3.0, 5.0], dtype=xp.float64)
    where = xp.asarray([True, True, False])
    assert_close(HINGE(x, 1, weight=weight, where=where), (1 + 3 * 2) / 4)


def test_sparsemax_is_a_parabola_between_zero_and_a_line(any_xp):
    x = any_xp.asarray([1.0, 3.0, 0.0, 0.5, -1.0, -3.0, INF], dtype=any_xp.float64)
    # (1 - x)**2 / 4 within -1..1, -x before and 0 after, for a label of 1.
    losses = [0, 0, 0.25, 0.0625, 1, 3, 0]
    assert_close(SPARSE(x, any_xp.ones_like(x), reduction="none"), losses)
    assert_close(SPARSE(-x, -any_xp.ones_like(x), labels="signed"), sum(losses) / 7)


def test_derivative_of_sparsemax_is_the_probability_that_is_wrong(derivative):
    def loss(x):
        return SPARSE(x, 0, reduction="sum")

    point = [-2.0, -1.0, 0.0, 0.5, 1.0, 2.0]
    assert_close(derivative(loss, point), [0, 0, 0.5, 0.75, 1, 1])


def test_half_precision_does_not_overflow():
    x = np.asarray([-6e4, 6e4], np.float16)
    assert_close(HINGE(x, 1, reduction="none"), np.asarray([60000, 0], np.float16))
    assert_close(SPARSE(x, 1, reduction="none"), np.asarray([60000, 0], np.float16))
