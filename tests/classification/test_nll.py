"""Negative log-likelihood, worked by hand."""

import math

import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan


def rows(xp):
    return xp.asarray(
        [[-1.0, -2.0, -3.0], [-4.0, -5.0, -6.0], [-7.0, -8.0, -9.0]], dtype=xp.float64
    )


def test_values(any_xp):
    x, t = rows(any_xp), any_xp.asarray([2, 0, 1])
    assert_close(fl.nll_loss(x, t, reduction="none"), [3, 4, 8])
    assert_close(fl.nll_loss(x, t), 5)
    assert_close(fl.nll_loss(x, t, reduction="sum"), 15)


def test_weighted_mean_divides_by_the_weights_of_the_labels(xp):
    x, t = rows(xp), xp.asarray([2, 0, 2])
    weight = xp.asarray([1.0, 10.0, 3.0], dtype=xp.float32)
    assert_close(fl.nll_loss(x, t, weight), (9 + 4 + 27) / 7)
    assert_close(fl.nll_loss(x, t, weight, reduction="none"), [9, 4, 27])
    assert_close(fl.nll_loss(x, t, weight, ignore_index=0), 36 / 6)


def test_ignored_rows_do_not_count(xp):
    x, t = rows(xp), xp.asarray([2, -100, 1])
    assert_close(fl.nll_loss(x, t), 5.5)
    assert_close(fl.nll_loss(x, t, reduction="none"), [3, 0, 8])
    where = xp.asarray([True, True, False])
    assert_close(fl.nll_loss(x, t, where=where), 3)
    assert_close(fl.nll_loss(x, xp.asarray([2, 1, 1]), ignore_index=1), 3)


def test_mean_of_ignored_rows_alone_is_nan(xp):
    x, t = rows(xp), xp.asarray([-100, -100, -100])
    assert_close(fl.nll_loss(x, t), NAN)
    assert_close(fl.nll_loss(x, t, reduction="sum"), 0)


def test_class_axis(xp):
    x = rows(xp)
    t = xp.asarray([2, 0, 1])
    assert_close(fl.nll_loss(x, t, axis=-1), 5)
    assert_close(fl.nll_loss(x, t, axis=0, reduction="none"), [7, 2, 6])
    assert_close(fl.nll_loss(x[0, :], xp.asarray(1)), 2)
    assert_close(fl.nll_loss(x[0, :], xp.asarray([1]), reduction="none"), 2)
    deep = xp.reshape(x, (1, 3, 3))
    got = fl.nll_loss(deep, xp.asarray([[2, 0, 1]]), reduction="none")
    assert_close(got, [[7, 2, 6]])


def test_derivative_is_minus_the_weight_at_the_labels_alone(derivative):
    def loss(x):
        space = fl.array_namespace(x)
        weight = space.asarray([1.0, 2.0], dtype=x.dtype)
        t = space.asarray([0, 1, -100])
        return fl.nll_loss(x, t, weight, reduction="sum")

    point = [[-INF, NAN], [INF, -1.0], [NAN, INF]]
    assert_close(derivative(loss, point), [[-1, 0], [0, -2], [0, 0]])


def test_derivative_without_counted_rows_is_zero(derivative):
    def loss(x):
        return fl.nll_loss(x, fl.array_namespace(x).asarray([-100]), reduction="sum")

    assert_close(derivative(loss, [[NAN, 1.0]]), [[0, 0]])


def test_derivative_in_the_weight_ignores_what_is_masked(derivative):
    def loss(weight):
        space = fl.array_namespace(weight)
        x = space.asarray([[-1.0, -2.0], [-5.0, -3.0], [NAN, NAN]], dtype=weight.dtype)
        return fl.nll_loss(x, space.asarray([0, 1, -100]), weight)

    # The mean is (1 + 3) / 2 = 2; its derivative is (loss - mean) / 2.
    assert_close(derivative(loss, [1.0, 1.0]), [-0.5, 0.5])


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "int32", "int64"])
def test_labels_of_any_width(xp, dtype):
    t = xp.asarray([2, 0, 1], dtype=getattr(xp, dtype))
    assert_close(fl.nll_loss(rows(xp), t), 5)
