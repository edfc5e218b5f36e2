"""Cross-entropy of class scores, worked by hand."""

import math
import re

import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
LOG2, LOG3, LOG4 = math.log(2), math.log(3), math.log(4)


def scores(xp):
    """Make scores of the probabilities (1/2, 1/2), (1/4, 3/4), (1/4, 3/4)."""
    return xp.asarray([[7.0, 7.0], [0.0, LOG3], [-LOG3, 0.0]], dtype=xp.float64)


LOSSES = [LOG2, LOG4 - LOG3, LOG4]  # of the labels 0, 1, 0


def test_values_of_labels(any_xp):
    x, t = scores(any_xp), any_xp.asarray([0, 1, 0])
    assert_close(fl.cross_entropy(x, t, reduction="none"), LOSSES)
    assert_close(fl.cross_entropy(x, t), sum(LOSSES) / 3)
    assert_close(fl.cross_entropy(x, t, reduction="sum"), sum(LOSSES))


def test_values_of_probabilities(any_xp):
    x = scores(any_xp)
    t = any_xp.asarray([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]], dtype=any_xp.float64)
    losses = [*LOSSES[:2], LOG4 - LOG3 / 2]
    assert_close(fl.cross_entropy(x, t, reduction="none"), losses)
    assert_close(fl.cross_entropy(x, t), sum(losses) / 3)


def test_class_weights(xp):
    x, weight = scores(xp), xp.asarray([3.0, 1.0], dtype=xp.float64)
    t = xp.asarray([0, 1, 0])
    weighted = [3 * LOSSES[0], LOSSES[1], 3 * LOSSES[2]]
    assert_close(fl.cross_entropy(x, t, weight, reduction="none"), weighted)
    # Labels divide by the sum of their weights, probabilities by the rows.
    assert_close(fl.cross_entropy(x, t, weight), sum(weighted) / 7)
    t = xp.asarray([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]], dtype=xp.float64)
    assert_close(fl.cross_entropy(x, t, weight), sum(weighted) / 3)


@pytest.mark.parametrize("smoothing", [0.5, 1.0])
def test_label_smoothing_spreads_its_mass_evenly(xp, smoothing):
    x, t = scores(xp), xp.asarray([0, 1, 0])
    even = [LOG2, LOG4 - LOG3 / 2, LOG4 - LOG3 / 2]
    losses = [
        (1 - smoothing) * a + smoothing * b for a, b in zip(LOSSES, even, strict=True)
    ]
    options = {"label_smoothing": smoothing, "reduction": "none"}
    assert_close(fl.cross_entropy(x, t, **options), losses)
    t = xp.asarray([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]], dtype=xp.float64)
    assert_close(fl.cross_entropy(x, t, **options), losses)


def test_smoothing_with_weights_still_divides_by_those_of_the_labels(xp):
    x, weight = scores(xp)[1:2, :], xp.asarray([3.0, 1.0], dtype=xp.float64)
    got = fl.cross_entropy(x, xp.asarray([0]), weight, label_smoothing=0.5)
    one = 3 * LOG4
    even = (3 * LOG4 + LOG4 - LOG3) / 2
    assert_close(got, (one + even) / 2 / 3)


def test_ignored_rows_do_not_count(xp):
    x = scores(xp)
    assert_close(fl.cross_entropy(x, xp.asarray([0, -100, 0])), 1.5 * LOG2)
    got = fl.cross_entropy(x, xp.asarray([0, 255, 0]), ignore_index=255)
    assert_close(got, 1.5 * LOG2)
    got = fl.cross_entropy(x, xp.asarray([0, 1, 0]), ignore_index=1)
    assert_close(got, 1.5 * LOG2)
    where = xp.asarray([True, False, True])
    got = fl.cross_entropy(x, xp.asarray([0, 9, 0]), where=where, reduction="none")
    assert_close(got, [LOG2, 0, LOG4])
    t = xp.asarray([[1.0, 0.0], [NAN, NAN], [1.0, 0.0]], dtype=xp.float64)
    assert_close(fl.cross_entropy(x, t, where=where), 1.5 * LOG2)


def test_mean_of_ignored_rows_alone_is_nan(xp):
    t = xp.asarray([-100, -100, -100])
    assert_close(fl.cross_entropy(scores(xp), t), NAN)
    assert_close(fl.cross_entropy(scores(xp), t, label_smoothing=0.1), NAN)
    assert_close(fl.cross_entropy(scores(xp), t, reduction="sum"), 0)


def test_class_axis(xp):
    x, t = scores(xp), xp.asarray([0, 1, 0])
    assert_close(fl.cross_entropy(x, t, axis=-1, reduction="none"), LOSSES)
    x = xp.permute_dims(x, (1, 0))
    assert_close(fl.cross_entropy(x, t, axis=0, reduction="none"), LOSSES)
    deep = xp.reshape(x, (1, 2, 3))
    assert_close(fl.cross_entropy(deep, t[None, :], reduction="none"), [LOSSES])
    one = xp.asarray(0)
    assert_close(fl.cross_entropy(x[:, 2], one, reduction="none"), LOSSES[2])
    assert_close(fl.cross_entropy(x[:, 2], t[2:], reduction="none"), LOSSES[2])


def test_a_numpy_scalar_is_a_label():
    x = scores(np)
    assert_close(fl.cross_entropy(x[0], np.int64(0)), LOG2)
    assert_close(fl.nll_loss(x[1], np.uint8(1)), -LOG3)


def test_extremes(xp):
    x = [[1e4, -1e4], [-INF, 0], [-INF, 0], [INF, 0], [-INF, -INF]]
    x = xp.asarray(x, dtype=xp.float64)
    got = fl.cross_entropy(x, xp.asarray([1, 0, 1, 0, 0]), reduction="none")
    assert_close(got, [2e4, INF, 0, NAN, NAN])


def test_derivative_is_softmax_minus_truth(derivative):
    def loss(x):
        t = fl.array_namespace(x).asarray([0, 1, -100])
        return fl.cross_entropy(x, t, reduction="sum")

    x = [[0.0, 0.0], [0.0, LOG3], [NAN, INF]]
    expected = [[-0.5, 0.5], [0.25, -0.25], [0, 0]]
    assert_close(derivative(loss, x), expected, rtol=1e-15, atol=1e-15)
    x = [[-INF, 0.0], [1e4, -1e4], [-INF, -INF]]
    assert_close(derivative(loss, x), [[-1, 1], [1, -1], [0, 0]])


def test_derivative_with_probabilities_is_finite_beside_impossible_classes(derivative):
    def loss(x):
        t = fl.array_namespace(x).asarray([[0.0, 1.0, 0.0]], dtype=x.dtype)
        return fl.cross_entropy(x, t, reduction="sum")

    assert_close(derivative(loss, [[-INF, 0.0, 0.0]]), [[0, -0.5, 0.5]])


def test_derivative_in_the_probabilities_is_the_loss_of_each_class(derivative):
    def loss(t):
        x = fl.array_namespace(t).asarray([[0.0, LOG3]], dtype=t.dtype)
        return fl.cross_entropy(x, t, reduction="sum")

    assert_close(derivative(loss, [[0.5, 0.5]]), [[LOG4, LOG4 - LOG3]])


def test_derivative_in_the_smoothing(derivative):
    def loss(smoothing):
        x = fl.array_namespace(smoothing).asarray([[0.0, LOG3]], dtype=smoothing.dtype)
        t = fl.array_namespace(smoothing).asarray([0])
        return fl.cross_entropy(x, t, label_smoothing=smoothing)

    assert_close(derivative(loss, np.asarray(0.25)), -LOG3 / 2)


def test_curvature_along_ones_is_zero(curvature):
    def loss(x):
        return fl.cross_entropy(x, fl.array_namespace(x).asarray([0]))

    # Adding a constant to all scores changes nothing.
    assert_close(curvature(loss, [[0.0, LOG3]]), [[0, 0]], atol=1e-15)


@pytest.mark.parametrize(
    ("option", "error", "message"),
    [
        (
            {"label_smoothing": -0.1},
            ValueError,
            "label_smoothing must be >= 0 and <= 1",
        ),
        ({"label_smoothing": 1.5}, ValueError, "label_smoothing must be >= 0 and <= 1"),
        ({"ignore_index": 1.0}, TypeError, "ignore_index must be a Python integer"),
        ({"axis": 2}, ValueError, "axis must be an integer in -2..1, got 2"),
        ({"weight": np.ones(3)}, ValueError, "weight must have shape (2,), got (3,)"),
        (
            {"input": np.zeros(())},
            ValueError,
            "input must have a class axis, got shape",
        ),
        (
            {"input": np.zeros((3, 2), int)},
            TypeError,
            "at least one array must be real",
        ),
        ({"target": np.zeros(3, bool)}, TypeError, "target must be integer, got bool"),
        ({"target": np.zeros((3, 3))}, ValueError, "shapes must be equal, got input"),
    ],
    ids=[*map(str, range(9))],
)
def test_static_faults_are_named(option, error, message):
    given = {"input": np.zeros((3, 2)), "target": np.zeros(3, int)} | option
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        fl.cross_entropy(**given)


def test_probabilities_ignore_no_index():
    x = np.zeros((1, 2))
    message = "ignore_index must be negative with probabilities, got 0"
    with pytest.raises(ValueError, match=message):
        fl.cross_entropy(x, x, ignore_index=0)
