"""The Lovász-softmax loss, worked by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close, to_numpy
from tests.segmentation.arrays import regions

INF, NAN = math.inf, math.nan
LOSS = fl.lovasz_softmax_loss


def f64(xp, values):
    return xp.asarray(values, dtype=xp.float64)


def test_errors_of_each_class(any_xp):
    p, t = regions(any_xp)
    # Errors 0, 1, 0, 1/2 with 2 of them positive, the first and the last; 0, 1, 0, 1/2
    # with the second and the third.
    losses = [1 / 3 + 1 / 2 / 3, 1 / 2 + 1 / 2 / (2 * 3)]
    assert_close(LOSS(p, t, reduction="none"), [losses])
    assert_close(LOSS(p, t), sum(losses) / 2)
    assert_close(LOSS(p, any_xp.astype(t, any_xp.bool)), sum(losses) / 2)


def test_of_certain_pixels_it_is_the_jaccard_loss(xp):
    p = f64(xp, [[1.0, 1.0, 0.0, 0.0], [0.0, 1.0, 1.0, 0.0]])
    t = xp.asarray([[1, 0, 1, 0], [0, 1, 1, 0]])
    assert_close(LOSS(p, t, axis=None, reduction="none"), [1 - 1 / 3, 0.0])


def test_an_absent_class_is_skipped_or_has_its_largest_probability(xp):
    p = f64(xp, [[[0.5, 0.75], [0.5, 0.25]]])
    labels = xp.asarray([[0, 0]])
    assert_close(LOSS(p, labels, reduction="none"), [[0.375, 0.0]])
    assert_close(LOSS(p, labels), 0.375)
    assert_close(LOSS(p, labels, absent="count"), (0.375 + 0.5) / 2)


def test_a_batch_is_one_region_on_request(xp):
    p = f64(xp, [[[1.0, 0.5]], [[0.25, 1.0]]])
    t = f64(xp, [[[1.0, 1.0]], [[0.0, 1.0]]])
    # Errors 1/2 of a positive and 1/4 of a negative, with 3 positives.
    both = [1 / 2 / 3 + 1 / 4 * 2 / (3 * 4)]
    assert_close(LOSS(p, t, batch=True, reduction="none"), both)
    assert_close(LOSS(p, t, reduction="none"), [[1 / 4], [1 / 4 * 1 / 2]])


def test_weights_of_classes_are_those_of_the_mean(xp):
    p, t = regions(xp)
    weight = f64(xp, [3.0, 1.0])
    assert_close(LOSS(p, t, weight=weight), (3 * 1 / 2 + 7 / 12) / 4)


def test_scores_become_probabilities(xp):
    x, t = f64(xp, [[[0.0, 800.0], [0.0, -800.0]]]), xp.asarray([[0, 0]])
    for activation in ("softmax", "sigmoid"):
        got = LOSS(x, t, activation=activation, absent="count", reduction="none")
        assert_close(got, [[1 / 4, 1 / 2]])


@pytest.mark.parametrize("activation", [None, "sigmoid", "softmax"])
def test_masked_pixels_are_in_no_region(activation, xp):
    # In every case p is 1/2 at the pixels that count.
    number = 0.5 if activation is None else 0.0
    x = f64(xp, [[[number, NAN, number], [number, INF, number]]])
    where, labels = xp.asarray([True, False, True]), xp.asarray([[1, 7, 1]])
    options = {"activation": activation, "where": where, "absent": "count"}
    assert_close(LOSS(x, labels, **options, reduction="none"), [[1 / 2, 1 / 2]])


def test_gradient_by_hand(derivative):
    def loss(p):
        xp = fl.array_namespace(p)
        return LOSS(xp.reshape(p, (1, 5)), xp.asarray([[1, 0, 1, 0, 0]]), axis=None)

    # Errors 3/4, 1/4, 1/4, 0 and 1/2: the second comes before its tie, and at an
    # error of 0 the distance has none.
    steps = [-1 / 2, 1 / (3 * 4), -1 / 4, 0, 1 / (2 * 3)]
    assert_close(derivative(loss, [0.25, 0.25, 0.75, 0.0, 0.5]), steps)


def test_a_good_fit_keeps_its_digits(xp):
    x = xp.asarray([[20.0, 20.0]], dtype=xp.float32)
    loss = LOSS(x, xp.ones_like(x), axis=None, activation="sigmoid")
    assert_close(loss, 2.0611536e-9, rtol=1e-6)


def test_half_precision_adds_up_in_single():
    p = np.ones((1, 1, 5000), np.float16)
    p[..., 2500:] = 0
    assert_close(LOSS(p, np.ones_like(p)), np.float16(0.5))


def test_values_out_of_range_are_named_or_nan():
    p, t = np.asarray([[0.5, 2.0]]), np.asarray([[1.0, 0.0]])
    with pytest.raises(ValueError, match=r"input must be in 0..1, got 2.0 at \(0, 1\)"):
        LOSS(p, t, axis=None)
    with pytest.raises(ValueError, match=r"target must be 0 or 1, got 0.5 at \(0, 0\)"):
        LOSS(t, p, axis=None)
    for arrays in ((p, t), (t, p)):
        value, gradient = jax.value_and_grad(LOSS)(*map(jnp.asarray, arrays), axis=None)
        assert_close(value, NAN)
        assert np.isnan(to_numpy(gradient)).all()
