"""The Dice loss, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close
from tests.segmentation.arrays import regions

INF, NAN = math.inf, math.nan
DICE = fl.dice_loss


def test_overlap_of_each_class(any_xp):
    p, t = regions(any_xp)
    # I = 1.5, P = 2.5, T = 2; I = 1, P = 1.5, T = 2.
    losses = [1 - 3 / 4.5, 1 - 2 / 3.5]
    assert_close(DICE(p, t, reduction="none"), [losses])
    assert_close(DICE(p, t), sum(losses) / 2)
    smoothed = [1 - 4 / 5.5, 1 - 3 / 4.5]
    assert_close(DICE(p, t, smooth=1.0, reduction="none"), [smoothed])
    # Without classes: I = 2.5, P = 4, T = 4.
    assert_close(DICE(p, t, axis=None), 1 - 5 / 8)


def test_an_absent_class_counts_or_is_skipped(xp):
    p = xp.asarray([[[0.5, 0.5], [0.5, 0.5]]], dtype=xp.float64)
    labels = xp.asarray([[0, 0]])
    # Class 0: I = 1, P = 1, T = 2; class 1 has no target.
    assert_close(DICE(p, labels, reduction="none"), [[1 / 3, 1]])
    assert_close(DICE(p, labels, absent="skip"), 1 / 3)


def test_a_batch_is_one_region_on_request(xp):
    p = xp.asarray([[[1.0, 0.0]], [[0.0, 1.0]]], dtype=xp.float64)
    t = xp.asarray([[[1.0, 1.0]], [[0.0, 1.0]]], dtype=xp.float64)
    assert_close(DICE(p, t, reduction="none"), [[1 / 3], [0]])
    assert_close(DICE(p, t, batch=True, reduction="none"), [1 / 5])


def test_weights_of_classes_are_those_of_the_mean(xp):
    p, t = regions(xp)
    weight = xp.asarray([3.0, 1.0], dtype=xp.float64)
    got = DICE(p, t, weight=weight)
    assert_close(got, (3 * (1 - 3 / 4.5) + (1 - 2 / 3.5)) / 4)


def test_scores_become_probabilities(xp):
    x = xp.asarray([[[0.0, 800.0], [0.0, -800.0]]], dtype=xp.float64)
    t = xp.asarray([[0, 0]])
    # softmax and sigmoid: (1/2, 1) and (1/2, 0).
    for activation in ("softmax", "sigmoid"):
        got = DICE(x, t, activation=activation, reduction="none")
        assert_close(got, [[1 - 3 / 3.5, 1]])


def test_masked_pixels_are_in_no_region(xp):
    p = xp.asarray([[[1.0, NAN, 0.0]]], dtype=xp.float64)
    t = xp.asarray([[[1.0, INF, 1.0]]], dtype=xp.float64)
    where = xp.asarray([True, False, True])
    assert_close(DICE(p, t, where=where), 1 / 3)


@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
def test_scores_of_masked_pixels_are_no_false_positives(activation, xp):
    x = xp.asarray([[[0.0, NAN], [0.0, NAN]]], dtype=xp.float64)
    where, labels = xp.asarray([True, False]), xp.asarray([[1, 7]])
    got = DICE(x, labels, activation=activation, where=where, reduction="none")
    # p is 1/2 at the one pixel: I = 0; and I = 1/2, P = 1/2, T = 1.
    assert_close(got, [[1, 1 / 3]])


@pytest.mark.parametrize("transform", [lambda f: f, jax.jit], ids=["eager", "jit"])
def test_real_probabilities_need_not_add_up_to_one(transform):
    p, t = jnp.asarray([[0.9, 0.1, 0.8]]), jnp.asarray([[1, 0, 1]])
    # I = 1.7, P = 1.8, T = 2.
    loss = transform(lambda p, t: DICE(p, t, axis=None))
    assert_close(loss(p, t), 1 - 3.4 / 3.8, rtol=1e-12)


def test_values_out_of_range_are_named_or_nan():
    p, t = np.asarray([[0.5, 2.0]]), np.asarray([[1.0, 0.0]])
    with pytest.raises(ValueError, match=r"input must be in 0..1, got 2.0 at \(0, 1\)"):
        DICE(p, t, axis=None)
    with pytest.raises(ValueError, match=r"target must be in 0..1, got 2 at"):
        DICE(np.zeros((1, 2, 1)), np.asarray([[2]]))
    value, derivative = jax.value_and_grad(DICE)(
        jnp.asarray(p), jnp.asarray(t), axis=None
    )
    assert_close(value, NAN)
    assert bool(jnp.isnan(derivative).all())


def test_gradient_is_that_of_the_fraction(derivative):
    def loss(p):
        t = fl.array_namespace(p).asarray([[1.0, 0.0]], dtype=p.dtype)
        return DICE(fl.array_namespace(p).reshape(p, (1, 2)), t, axis=None)

    # 1 - 2 * p0 / (p0 + p1 + 1) at (1/2, 1/2).
    assert_close(derivative(loss, [0.5, 0.5]), [-2 / 2 + 1 / 4, 1 / 4])


def test_half_precision_adds_up_in_single():
    p = np.ones((1, 1, 5000), np.float16)
    p[..., 2500:] = 0
    loss = DICE(p, np.ones_like(p))
    assert_close(loss, np.float16(1 / 3))


def test_a_good_fit_keeps_its_digits(xp):
    x = xp.asarray([[20.0, 20.0]], dtype=xp.float32)
    loss = DICE(x, xp.ones_like(x), axis=None, activation="sigmoid")
    # With q = 1 / (1 + exp(20)) it is q / (2 - q).
    assert_close(loss, 1.0305768e-9, rtol=1e-6)
