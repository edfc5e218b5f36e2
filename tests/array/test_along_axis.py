"""Primitives along an axis: promised value on each library, derivative on two."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import funloss as fl
from tests.assertions import assert_close, to_numpy

LABELS = "softmax_cross_entropy_with_integer_labels"
INF, NAN = math.inf, math.nan
LOG2 = math.log(2)


def call(xp, name, x, *arguments):
    """Call a primitive on float64 arrays, and compute before warnings are back."""
    x = xp.asarray(x, dtype=xp.float64)
    integers = [
        xp.asarray(a, dtype=xp.int64) if isinstance(a, list) else a for a in arguments
    ]
    space = fl.array_namespace(x)
    with space.quiet():
        result = getattr(space, name)(x, *integers)
        several = isinstance(result, tuple)
        return tuple(map(to_numpy, result)) if several else to_numpy(result)


# name, x, arguments (lists are integer arrays), value
VALUES = [
    ("amax", [[1, 3, 3], [-INF, NAN, 0]], [1], [3, NAN]),
    ("amin", [[1, 3, 1], [-INF, 0, INF]], [1], [1, -INF]),
    ("total", [[1, 2], [3, 4]], [], 10),
    ("total", [[1, 2], [3, INF]], [0], [4, INF]),
    ("total", [[], []], [1], [0, 0]),
    ("rfft", [[1, 1]], [4], ([[2, 1, 0]], [[0, -1, 0]])),
    ("logsumexp", [[0, 0], [1e3, 1e3]], [1], [LOG2, 1e3 + LOG2]),
    ("logsumexp", [[-INF, -INF], [INF, 0], [-INF, 5]], [1], [-INF, INF, 5]),
    ("logsumexp", [[NAN, 0], [INF, -INF], [-1e3, -1e3]], [1], [NAN, INF, LOG2 - 1e3]),
    ("softmax", [[0, 0], [1e3, -1e3], [-INF, 0]], [1], [[0.5, 0.5], [1, 0], [0, 1]]),
    ("log_softmax", [[0, 0], [1e3, 0]], [1], [[-LOG2, -LOG2], [0, -1e3]]),
    ("log_softmax", [[-INF, 7], [0, -1e4]], [1], [[-INF, 0], [0, -1e4]]),
    ("log_softmax", [[INF, 0], [-INF, -INF]], [1], [[NAN, NAN], [NAN, NAN]]),
    (
        LABELS,
        [[0, 0], [1e4, -1e4], [-INF, 3]],
        [[1, 1, 1], 1],
        [LOG2, 2e4, 0],
    ),
    (
        LABELS,
        [[-INF, 3], [NAN, 0]],
        [[0, 0], 1],
        [INF, NAN],
    ),
    ("gather", [[1, 2], [3, 4]], [[[1, 1, 0], [0, 0, 1]], 1], [[2, 2, 1], [3, 3, 4]]),
    ("gather", [[1, 2], [3, 4]], [[[1, 0]], 0], [[3, 2]]),
    ("take_label", [[1, 2, 3], [4, 5, 6]], [[2, 0], 1], [3, 4]),
    ("take_label", [[1, 2, 3], [4, 5, 6]], [[1, 0, 1], 0], [4, 2, 6]),
    ("segment_sum", [1, 2, 4], [[2, 0, 2], 4], [2, 0, 5, 0]),
    ("segment_sum", [[1, 2], [4, 8]], [[1, 1], 2], [[0, 0], [5, 10]]),
    (
        "scatter",
        [[1, 2, 4], [8, 16, 32]],
        [[[2, 0, 2], [1, 1, 1]], 3],
        [[2, 0, 5], [0, 56, 0]],
    ),
    ("scatter", [[1], [2]], [[[1], [0]], 2], [[0, 1], [2, 0]]),
    (
        "sort_values",
        [[3, -INF, -1, 0], [INF, -2, 0.5, -2]],
        [],
        [[-INF, -1, 0, 3], [-2, -2, 0.5, INF]],
    ),
    ("take_unique", [3, 1, 2], [np.asarray([2, 0])], [2, 3]),
    ("top_k", [[1, 3, 3, 2]], [2, 1], ([[3, 3]], [[1, 2]])),
    ("top_k", [[1, -INF], [1, INF]], [1, 0], ([[1, INF]], [[0, 1]])),
    ("cumulative_max", [[1, 3, 2], [-INF, 0, INF]], [1], [[1, 3, 3], [-INF, 0, INF]]),
    (
        "argsort_descending",
        [[1, 3, -INF, 3], [0, -1, 2, INF]],
        [1],
        [[1, 3, 0, 2], [3, 2, 0, 1]],
    ),
]


@pytest.mark.parametrize(
    ("name", "x", "arguments", "expected"),
    VALUES,
    ids=[f"{row[0]}-{k}" for k, row in enumerate(VALUES)],
)
def test_value(any_xp, name, x, arguments, expected):
    result = call(any_xp, name, x, *arguments)
    if isinstance(expected, tuple):
        for one, other in zip(result, expected, strict=True):
            assert_close(one, other)
    else:
        assert_close(result, expected)


def along(name, *arguments):
    """Return x -> the primitive along axis 0, with integer lists as arrays of x's."""

    def function(x):
        space = fl.array_namespace(x)
        integers = [space.asarray(a) if isinstance(a, list) else a for a in arguments]
        result = getattr(space, name)(x, *integers)
        return result[0] if isinstance(result, tuple) else result

    return function


# name, arguments, point, gradient of the sum
DERIVATIVES = [
    ("amax", [0], [1, 3, 3], [0, 0.5, 0.5]),
    ("amin", [0], [1, 1, 3, 1], [1 / 3, 1 / 3, 0, 1 / 3]),
    ("total", [0], [1, INF, NAN], [1, 1, 1]),
    ("logsumexp", [0], [0, 0], [0.5, 0.5]),
    ("logsumexp", [0], [-INF, 1e3], [0, 1]),
    ("softmax", [0], [0, -INF], [0, 0]),
    ("log_softmax", [0], [-1e3, 0], [1, -1]),
    ("log_softmax", [0], [0, -INF, 0], [1 - 3 / 2, 1, 1 - 3 / 2]),
    (
        LABELS,
        [[0], 0],
        [[0], [-INF], [0]],
        [[-0.5], [0], [0.5]],
    ),
    (LABELS, [[0], 0], [[-INF], [0]], [[-1], [1]]),
    ("gather", [[2, 2, 0], 0], [5, 6, 7], [1, 0, 2]),
    ("segment_sum", [[1, 1, 0], 3], [5, 6, 7], [1, 1, 1]),
    ("take_unique", [np.asarray([2, 0])], [5, 6, 7], [1, 0, 1]),
    ("top_k", [2, 0], [5, 7, 7, 6], [0, 1, 1, 0]),
    ("top_k", [1, 0], [7, 7], [1, 0]),
    ("cumulative_max", [0], [1, 3, 2], [1, 2, 0]),
]


@pytest.mark.parametrize(
    ("name", "arguments", "point", "expected"),
    DERIVATIVES,
    ids=[f"{row[0]}-{k}" for k, row in enumerate(DERIVATIVES)],
)
def test_derivative(derivative, name, arguments, point, expected):
    assert_close(derivative(along(name, *arguments), point), expected)


def test_softmax_loss_of_a_row_that_does_not_count_is_without_derivative(derivative):
    def loss(x):
        space = fl.array_namespace(x)
        labels, keep = space.asarray([1, 0]), space.asarray([True, False])
        losses = space.softmax_cross_entropy_with_integer_labels(x, labels, 1, keep)
        return space.where(keep, losses, 0.0)

    x = [[0.0, 0.0], [NAN, INF]]
    assert_close(loss(jnp.asarray(x)), [LOG2, 0])
    assert_close(derivative(loss, x), [[0.5, -0.5], [0, 0]])


def expected(q):
    """Return x -> its expected loss under the probabilities `q`."""

    def function(x):
        space = fl.array_namespace(x)
        return space.softmax_cross_entropy(x, space.asarray(q, dtype=x.dtype), 0)

    return function


def test_expected_loss_of_an_impossible_class_without_mass_is_zero(any_xp):
    x = any_xp.asarray([0.0, -INF, 0.0], dtype=any_xp.float64)
    with np.errstate(all="ignore"):
        assert_close(to_numpy(expected([0.25, 0, 0.75])(x)), LOG2)
        assert_close(to_numpy(expected([0.5, 0.5, 0])(x)), INF)
        assert_close(to_numpy(expected([3, 0, 0])(x)), 3 * LOG2)


def test_derivative_of_the_expected_loss_is_mass_times_softmax_minus_truth(derivative):
    assert_close(derivative(expected([0.25, 0, 0.75]), [0, -INF, 0]), [0.25, 0, -0.25])
    assert_close(derivative(expected([3.0, 1.0]), [0.0, 0.0]), [2 - 3, 2 - 1])


def test_derivative_of_the_expected_loss_in_the_truth_is_the_loss_of_each_class(
    derivative,
):
    def function(q):
        space = fl.array_namespace(q)
        return space.softmax_cross_entropy(
            space.asarray([0.0, 0.0], dtype=q.dtype), q, 0
        )

    assert_close(derivative(function, [0.5, 0.0]), [LOG2, LOG2])


def test_second_derivatives_are_those_of_the_formulas(curvature):
    def square_of(name, *arguments):
        return lambda x: along(name, *arguments)(x) ** 2

    # The Hessian times ones of the square of a sum of x is 2 * size.
    assert_close(curvature(square_of("total", 0), [1.0, 2.0]), [4, 4])
    # A norm is linear along the vector: 3 ** 2 + 4 ** 2 has the Hessian 2.
    assert_close(curvature(square_of("norm", 2, 0), [3.0, 4.0]), [2, 2])
    assert_close(curvature(along("logsumexp", 0), [0.0, 0.0]), [0, 0], atol=1e-16)


@pytest.mark.parametrize("library", [np, jnp, torch], ids=["numpy", "jax", "torch"])
def test_total_of_16_bits_neither_overflows_nor_stops_growing(library):
    x = library.ones(70_000, dtype=library.float16)
    total = fl.array_namespace(x).total(x)
    assert str(total.dtype).endswith("float32")
    assert float(total) == 70_000


@pytest.mark.parametrize("library", [jnp, torch], ids=["jax", "torch"])
def test_total_of_bfloat16_goes_beyond_256(library):
    x = library.ones(1000, dtype=library.bfloat16)
    assert float(fl.array_namespace(x).total(x)) == 1000


def test_totals_are_the_sum_of_each(any_xp):
    x = any_xp.asarray([[1.0, 2.0], [3.0, INF]], dtype=any_xp.float64)
    first, second = fl.array_namespace(x).joint_sum(x, -x, axis=1)
    assert_close(first, [[3], [INF]])
    assert_close(second, [[-3], [-INF]])


def test_totals_have_the_derivatives_of_sums(derivative, curvature):
    def loss(x):
        first, second = fl.array_namespace(x).joint_sum(x, x * x, axis=-1)
        return first * second

    # (a + b) * (a**2 + b**2), at 1 and 2.
    assert_close(derivative(loss, [1.0, 2.0]), [5 + 3 * 2, 5 + 3 * 4])
    assert_close(curvature(loss, [1.0, 2.0]), [4 + 6 + 6, 8 + 6 + 6])


def test_mapped_sum_adds_over_a_mapped_axis_of_jax():
    space = fl.array_namespace(jnp.zeros(1))
    add = jax.vmap(lambda x: space.psum(x, "batch"), axis_name="batch")
    assert_close(add(jnp.asarray([1.0, 2.0, 4.0])), [7, 7, 7])


@pytest.mark.parametrize("xp", ["numpy", "strict", "torch"], indirect=True)
def test_mapped_sum_needs_jax(xp):
    space = fl.array_namespace(xp.zeros(1))
    with pytest.raises(ValueError, match="axis_name needs jax arrays, got"):
        space.psum(xp.zeros(1), "batch")
