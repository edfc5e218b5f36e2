"""Cosine distance, worked by hand."""

import math

import pytest

import funloss as fl
from tests.assertions import assert_close, to_numpy

R = math.sqrt(0.5)


def pairs(xp):
    x = [[3.0, 4.0], [1.0, 1.0], [2.0, 0.0], [0.0, 0.0]]
    t = [[4.0, 3.0], [-3.0, -3.0], [0.0, 0.5], [1.0, 2.0]]
    return xp.asarray(x, dtype=xp.float64), xp.asarray(t, dtype=xp.float64)


def test_values(any_xp):
    x, t = pairs(any_xp)
    losses = [0.04, 2, 1, 1]
    assert_close(fl.cosine_distance(x, t, reduction="none"), losses, rtol=1e-14)
    assert_close(fl.cosine_distance(x, t), 1.01)
    assert_close(fl.cosine_distance(x, t, reduction="sum"), 4.04)
    got = fl.cosine_distance(x[:2, ...], t[:2, ...], axis=0, reduction="none")
    # (3, 1) and (4, -3), (4, 1) and (3, -3)
    assert_close(got, [1 - 9 / 250**0.5, 1 - 9 / 306**0.5])


def test_nearly_parallel_vectors_keep_their_digits(xp):
    small = xp.asarray([[1.0, 1e-9], [1.0, 1e-160]], dtype=xp.float64)
    axis = xp.asarray([3.0, 0.0], dtype=xp.float64)
    got = fl.cosine_distance(small, axis, reduction="none")
    assert_close(got, [0.5e-18, 0.5e-320], rtol=1e-12, atol=1e-300)
    assert_close(fl.cosine_distance(small, 5 * small, reduction="none"), [0, 0])
    small = xp.asarray([1.0, 1e-4], dtype=xp.float32)
    axis = xp.asarray([1.0, 0.0], dtype=xp.float32)
    assert_close(fl.cosine_distance(small, axis), 0.5e-8 * (1 - 0.75e-8), rtol=1e-6)


@pytest.mark.parametrize("eps", [0.5, 1.0])
def test_norms_below_eps_count_as_eps(xp, eps):
    x = xp.asarray([0.0, 0.25], dtype=xp.float64)
    t = xp.asarray([3.0, 4.0], dtype=xp.float64)
    assert_close(fl.cosine_distance(x, t, eps=eps), 1 - 0.25 / eps * 0.8)


def test_a_zero_vector_is_at_distance_one_and_pulled_towards_the_other(derivative):
    def function(x):
        t = fl.array_namespace(x).asarray([3.0, 4.0], dtype=x.dtype)
        return fl.cosine_distance(x, t)

    def of_target(t):
        return fl.cosine_distance(0 * t, t)

    # -(0.6, 0.8) / eps: the norm has gradient 0 there.
    assert_close(derivative(function, [0.0, 0.0]), [-6e7, -8e7])
    assert_close(derivative(of_target, [3.0, 4.0]), [0, 0])
    zero = fl.array_namespace(derivative(function, [0.0, 0.0])).zeros(2)
    assert_close(function(zero), 1)


def test_derivative_turns_towards_the_target_and_is_zero_in_its_direction(derivative):
    def function(x):
        t = fl.array_namespace(x).asarray([[0.0, 2.0], [1.0, 0.0]], dtype=x.dtype)
        return fl.cosine_distance(x, t, reduction="none")

    assert_close(derivative(function, [[4.0, 0.0], [3.0, 0.0]]), [[0, -0.25], [0, 0]])


@pytest.mark.parametrize(
    ("dtype", "large"), [("float16", 300.0), ("float32", 1e20), ("float64", 1e200)]
)
def test_large_vectors_do_not_overflow(derivative, dtype, large):
    def function(x):
        t = fl.array_namespace(x).asarray([1.0, 1.0], dtype=x.dtype)
        return fl.cosine_distance(x, t)

    got = derivative(function, [large, 0.0], dtype)
    digits = 2**-10 if dtype == "float16" else 1e-6
    assert_close(to_numpy(got) * large, [0, -R], rtol=digits)
    vector = fl.array_namespace(got).ones_like(got) * large
    assert_close(fl.cosine_distance(vector, vector), 0)
    assert_close(fl.cosine_distance(vector, -vector), 2, rtol=digits)


def test_eps_may_be_an_array(xp):
    x, t = pairs(xp)
    eps = xp.asarray(2.5, dtype=xp.float64)
    got = fl.cosine_distance(x, t, eps=eps, reduction="none")
    assert_close(got, fl.cosine_distance(x, t, eps=2.5, reduction="none"))


def test_weighted_mean_divides_by_the_sum_of_weights(xp):
    x, t = pairs(xp)
    weight = xp.asarray([1.0, 2.0, 3.0, 4.0], dtype=xp.float64)
    got = fl.cosine_distance(x, t, weight=weight)
    assert_close(got, (0.04 + 2 * 2 + 3 + 4) / 10)
