"""Formulas with partial derivatives that are given, and what the two share."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close
from tests.settings import by_default


# The derivative of scale * x**2 is given as 7 * scale * x, so that a true one would
# show.
def scaled_square(xp, x, scale):
    return xp.square(x) * scale


def false_derivative(xp, x, scale):
    return 7 * x * scale


def product(xp, x, y):
    return x * y


def second(xp, x, y):
    return y + 0 * x


def given(scale):
    def function(x):
        space = fl.array_namespace(x)
        return space.custom_jvp(scaled_square, (false_derivative, None), x, scale)

    return function


def test_it_takes_its_value_from_the_formula(any_xp):
    x = any_xp.asarray([1.0, 3.0], dtype=any_xp.float64)
    assert_close(given(2.0)(x), [2, 18])


def test_it_takes_its_derivative_from_the_partials(derivative):
    assert_close(derivative(given(2.0), [1.0, 3.0]), [14, 42])


def test_it_differentiates_the_partials_for_the_second_order(curvature):
    assert_close(curvature(given(2.0), [1.0, 3.0]), [14, 14])


def test_without_partials_it_has_the_formulas_own(derivative):
    def function(x):
        return fl.array_namespace(x).custom_jvp(scaled_square, None, x, 1.0)

    assert_close(derivative(function, [3.0]), [6])


def test_it_adds_derivatives_up_over_a_broadcast_axis(derivative):
    def function(x):
        space = fl.array_namespace(x)
        other = space.asarray([[1.0, 2.0], [3.0, 4.0]], dtype=x.dtype)
        return space.custom_jvp(product, (second, None), x, other)

    with by_default():  # the formula itself leaves it to the library to add an axis
        assert_close(derivative(function, [0.0, 0.0]), [4, 6])


def test_an_argument_without_derivative_has_derivative_zero(derivative):
    def function(x):
        return fl.array_namespace(x).custom_jvp(product, [None, None], x, 3.0)

    assert_close(derivative(function, [1.0, 2.0]), np.zeros(2))


def row_product(xp, x, y):
    return xp.total(x * y, -1)


def seven_times_other(xp, x, y):
    return 7 * y * xp.ones_like(x)


def square_derivative(xp, x, y):
    return x * x * y


def along_rows(row_derivative):
    def function(x):
        space = fl.array_namespace(x)
        other = space.asarray([[1.0, 2.0], [3.0, 4.0]], dtype=x.dtype)
        derivatives = (row_derivative, None)
        return space.custom_jvp(row_product, derivatives, x, other, axis=-1)

    return function


def test_along_an_axis_it_takes_its_value_from_the_formula(any_xp):
    x = any_xp.asarray([[1.0, 1.0], [1.0, 2.0]], dtype=any_xp.float64)
    assert_close(along_rows(None)(x), [3, 11])


def test_along_an_axis_it_has_derivatives_of_the_shape_before(derivative):
    x = [[0.0, 1.0], [2.0, 3.0]]
    assert_close(derivative(along_rows(seven_times_other), x), [[7, 14], [21, 28]])


def test_along_an_axis_it_differentiates_the_partials(curvature):
    x = [[0.0, 1.0], [2.0, 3.0]]
    assert_close(curvature(along_rows(square_derivative), x), [[0, 4], [12, 24]])


# The partial takes the exponential that is shared, and is 7 times the true one.
def exponential(xp, x, scale):
    return (xp.exp(scale * x),)


def shared_value(xp, x, scale):
    return exponential(xp, x, scale)[0]


def shared_partial(xp, x, scale, e):
    del xp, x
    return 7 * scale * e


def with_shared(x, scale=2.0):
    return fl.array_namespace(x).custom_jvp(
        shared_value, (shared_partial, None), x, scale, shared=exponential
    )


def test_what_is_shared_does_not_reach_the_formula(any_xp):
    x = any_xp.asarray([0.0, 1.0], dtype=any_xp.float64)
    assert_close(with_shared(x), np.exp([0, 2]))


def test_partials_take_what_is_shared_after_the_arguments(derivative):
    assert_close(derivative(with_shared, [0.0, 1.0]), 14 * np.exp([0, 2]))


def test_what_is_shared_is_differentiated_for_the_second_order(curvature):
    assert_close(curvature(with_shared, [0.0, 1.0]), 28 * np.exp([0, 2]))


@pytest.mark.parametrize(("platform", "exponentials"), [("cpu", 1), ("cuda", 2)])
def test_a_cpu_computes_what_is_shared_once(platform, exponentials):
    run = jax.jit(jax.value_and_grad(lambda x: jnp.sum(with_shared(x))))
    lowered = run.trace(jnp.ones(1000)).lower(lowering_platforms=(platform,))
    program = lowered.compile().as_text()
    assert program.count(" exponential(") == exponentials


def test_what_is_shared_is_mapped_over():
    x = jnp.asarray([[0.0], [1.0]])
    gradient = jax.vmap(jax.grad(lambda x: with_shared(x)[0]))(x)
    assert_close(gradient, 14 * np.exp([[0], [2]]))
