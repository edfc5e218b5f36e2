"""Binary cross-entropy of probabilities and of logits, worked by hand."""

import math

import pytest

import funloss as fl
from tests.assertions import assert_close

INF, NAN = math.inf, math.nan
LOG2, LOG4 = math.log(2), math.log(4)
with_logits = fl.binary_cross_entropy_with_logits


def test_values_of_probabilities(any_xp):
    x = any_xp.asarray([0.5, 0.25, 0.25, 0.75], dtype=any_xp.float64)
    t = any_xp.asarray([1.0, 1.0, 0.0, 0.5], dtype=any_xp.float64)
    losses = [LOG2, LOG4, LOG4 - math.log(3), LOG4 - math.log(3) / 2]
    got = fl.binary_cross_entropy(x, t, reduction="none")
    assert_close(got, losses)
    assert_close(fl.binary_cross_entropy(x, t), sum(losses) / 4)


def test_logarithms_are_at_least_minus_100(xp):
    x = xp.asarray([0.0, 1.0, 0.0, 1.0, 1e-50, 0.0], dtype=xp.float64)
    t = xp.asarray([1.0, 0.0, 0.0, 1.0, 1.0, 0.25], dtype=xp.float64)
    got = fl.binary_cross_entropy(x, t, reduction="none")
    assert_close(got, [100, 100, 0, 0, 100, 25])


def test_a_number_stands_for_the_target_of_a_discriminator(any_xp):
    x = any_xp.asarray([0.0, math.log(3)], dtype=any_xp.float64)
    assert_close(with_logits(x, 1.0), (LOG2 + LOG4 - math.log(3)) / 2)
    assert_close(with_logits(x, 0), (LOG2 + LOG4) / 2)
    keep = any_xp.asarray([False, True])
    assert_close(with_logits(x, 1.0, where=keep), LOG4 - math.log(3))


@pytest.mark.parametrize("loss", [fl.binary_cross_entropy, with_logits])
def test_weighted_mean_divides_by_the_number_of_elements(xp, loss):
    x = xp.asarray([[0.5, 0.0], [0.5, 0.0]], dtype=xp.float64)
    t = xp.asarray([[1.0, 0.0], [1.0, 0.0]], dtype=xp.float64)
    weight = xp.asarray([3.0, 1.0], dtype=xp.float64)
    plain = loss(x, t, reduction="none")
    assert_close(loss(x, t, weight), (3 * float(plain[0, 0]) + float(plain[0, 1])) / 2)


def test_derivative_of_probabilities_is_floored(derivative):
    def loss(x):
        t = fl.array_namespace(x).asarray([1.0, 1.0, 0.0, 0.0, 0.5, 0.5], dtype=x.dtype)
        return fl.binary_cross_entropy(x, t, reduction="sum")

    floor = 9.999999960041972e-13  # 1e-12 in single precision, as in torch
    got = derivative(loss, [0.5, 0.0, 0.0, 1.0, 0.5, 0.0])
    assert_close(got, [-2, -1 / floor, 0, 1 / floor, 0, -0.5 / floor])


def test_derivative_in_the_true_probability_is_not_floored(derivative):
    def loss(t):
        x = fl.array_namespace(t).full_like(t, 0.25)
        return fl.binary_cross_entropy(x, t, reduction="sum")

    assert_close(derivative(loss, [0.0, 1.0]), [math.log(3), math.log(3)])


def test_curvature_of_probabilities(curvature):
    def loss(x):
        t = fl.array_namespace(x).asarray([1.0, 0.0, 0.5], dtype=x.dtype)
        return fl.binary_cross_entropy(x, t, reduction="sum")

    # t / p**2 + (1 - t) / (1 - p)**2, as in torch with 1e-12 added to p and 1 - p.
    near_half = (0.5 + 1e-12) ** 2
    got = curvature(loss, [0.5, 0.5, 0.5])
    assert_close(got, [0.25 / near_half**2] * 3)


def test_values_of_logits(any_xp):
    x = any_xp.asarray([0.0, 0.0, 20.0, -20.0, 1e4, -1e4], dtype=any_xp.float64)
    t = any_xp.asarray([1.0, 0.3, 1.0, 0.0, 0.0, 1.0], dtype=any_xp.float64)
    tail = math.log1p(math.exp(-20))
    got = with_logits(x, t, reduction="none")
    assert_close(got, [LOG2, LOG2, tail, tail, 1e4, 1e4])
    assert_close(with_logits(x[:2], t[:2]), LOG2)


def test_pos_weight_is_a_factor_of_the_true_ones(any_xp):
    x = any_xp.asarray([[0.0, 0.0], [0.0, 0.0]], dtype=any_xp.float64)
    t = any_xp.asarray([[1.0, 0.0], [0.5, 1.0]], dtype=any_xp.float64)
    pos_weight = any_xp.asarray([3.0, 5.0], dtype=any_xp.float64)
    got = with_logits(x, t, pos_weight=pos_weight, reduction="none")
    assert_close(got, [[3 * LOG2, LOG2], [2 * LOG2, 5 * LOG2]])


def test_infinite_logits_have_their_limits(xp):
    x = xp.asarray([INF, INF, -INF, -INF, INF, NAN], dtype=xp.float64)
    t = xp.asarray([1.0, 0.0, 1.0, 0.0, 0.5, 1.0], dtype=xp.float64)
    got = with_logits(x, t, reduction="none")
    assert_close(got, [0, INF, INF, 0, INF, NAN])


def test_derivative_of_logits_is_sigmoid_minus_truth(derivative):
    def loss(x):
        t = fl.array_namespace(x).asarray([1.0, 0.0, 0.0, 1.0, 1.0, 0.0], dtype=x.dtype)
        return with_logits(x, t, reduction="sum")

    got = derivative(loss, [0.0, 0.0, INF, INF, -INF, -INF])
    assert_close(got, [-0.5, 0.5, 1, 0, -1, 0])


def test_derivatives_in_truth_and_pos_weight(derivative):
    def of_truth(t):
        x = fl.array_namespace(t).asarray([2.0, -3.0], dtype=t.dtype)
        return with_logits(x, t, reduction="sum")

    def of_pos_weight(v):
        space = fl.array_namespace(v)
        x, t = space.zeros((2, 2), dtype=v.dtype), space.asarray([[1.0, 0], [0.5, 0]])
        return with_logits(x, space.astype(t, v.dtype), pos_weight=v, reduction="sum")

    assert_close(derivative(of_truth, [0.5, 0.5]), [-2, 3])
    assert_close(derivative(of_pos_weight, [3.0, 5.0]), [1.5 * LOG2, 0])


def test_curvature_of_logits_is_that_of_softplus(curvature):
    def loss(x):
        return with_logits(x, 0 * x + 0.3, reduction="sum")

    assert_close(curvature(loss, [0.0, 1e3, -1e3]), [0.25, 0, 0])


@pytest.mark.parametrize("loss", [fl.binary_cross_entropy, with_logits])
def test_masked_elements_do_not_count(xp, loss):
    x = xp.asarray([0.5, NAN], dtype=xp.float64)
    t = xp.asarray([1.0, 7.0], dtype=xp.float64)
    where = xp.asarray([True, False])
    assert_close(loss(x, t, where=where), float(loss(x[:1], t[:1])))


def test_truth_of_logits_is_not_confined(xp):
    x, t = xp.zeros(2, dtype=xp.float64), xp.asarray([-1, 2])
    assert_close(with_logits(x, t, reduction="none"), [LOG2, LOG2])
