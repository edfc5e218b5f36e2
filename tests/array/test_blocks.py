"""Primitives for loops, blocks and pairs of rows."""

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest
import torch

import funloss as fl
from tests.assertions import assert_close

X = [[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]]


def running_sum(carry, row):
    (so_far,) = carry
    (x,) = row
    return (so_far + x,), 2 * (so_far + x)


def running_pair(carry, row):
    carry, y = running_sum(carry, row)
    return carry, (y, -y)


def scanned(x, step, **options):
    return fl.array_namespace(x).scan(step, (x[0, ...] * 0,), (x,), **options)


def test_scan_carries_and_stacks(any_xp):
    x = any_xp.asarray(X, dtype=any_xp.float64)
    (last,), stacked = scanned(x, running_sum)
    assert_close(last, [6, 60])
    assert_close(stacked, [[2, 20], [6, 60], [12, 120]])


def test_scan_in_reverse_stacks_in_the_order_of_the_rows(any_xp):
    x = any_xp.asarray(X, dtype=any_xp.float64)
    (last,), stacked = scanned(x, running_sum, reverse=True)
    assert_close(last, [6, 60])
    assert_close(stacked, [[12, 120], [10, 100], [6, 60]])


def test_scan_stacks_each_of_several_results(any_xp):
    x = any_xp.asarray(X, dtype=any_xp.float64)
    _, (one, other) = scanned(x, running_pair)
    assert_close(one, [[2, 20], [6, 60], [12, 120]])
    assert_close(other, [[-2, -20], [-6, -60], [-12, -120]])


def test_scan_has_derivatives(derivative):
    point = [1.0, 2.0, 3.0]
    assert_close(derivative(lambda x: scanned(x, running_sum)[1], point), [6, 4, 2])
    backward = derivative(lambda x: scanned(x, running_sum, reverse=True)[1], point)
    assert_close(backward, [2, 4, 6])


def test_block_is_rows_from_a_start(xp):
    x = xp.asarray(X, dtype=xp.float64)
    block = fl.array_namespace(x).block(x, 1, 2)
    assert_close(block, X[1:])


@pytest.mark.parametrize("dtype", ["bfloat16", "float64"])
def test_start_of_a_block_may_be_traced(dtype):
    x = jnp.asarray(X, dtype)

    def first(start):
        return jnp.sum(fl.array_namespace(x).block(x, start, 1))

    assert_close(jax.jit(first)(2), 33)


def test_derivative_of_a_block_is_one_inside(derivative):
    def function(x):
        return fl.array_namespace(x).block(x, 1, 1)

    assert_close(derivative(function, X), [[0, 0], [1, 1], [0, 0]])


def test_project_multiplies_by_the_transpose(any_xp):
    x = any_xp.asarray([[1.0, 2.0]], dtype=any_xp.float64)
    weight = any_xp.asarray(X, dtype=any_xp.float64)
    assert_close(fl.array_namespace(x).linear(x, weight), [[21, 42, 63]])


@pytest.mark.parametrize(
    ("library", "half"),
    [
        (np, ml_dtypes.bfloat16),
        (jnp, jnp.bfloat16),
        (torch, torch.bfloat16),
        (np, np.float16),
    ],
    ids=["numpy", "jax", "torch", "numpy-float16"],
)
def test_project_adds_up_half_precision_in_single(library, half):
    x = library.ones((1, 1000), dtype=library.float32)
    weight = library.asarray(np.ones((1, 1000), np.float32))
    weight = weight.to(half) if library is torch else weight.astype(half)
    result = fl.array_namespace(x).linear(x, weight, narrow=True)
    assert result.dtype == x.dtype
    assert_close(result, [[1000]])


def test_derivatives_of_project(derivative):
    def of_x(x):
        space = fl.array_namespace(x)
        return space.linear(x, space.asarray(X, dtype=x.dtype))

    def of_weight(weight):
        space = fl.array_namespace(weight)
        return space.linear(space.asarray([[1.0, 2.0]], dtype=weight.dtype), weight)

    assert_close(derivative(of_x, [[0.0, 0.0]]), [[6, 60]])
    assert_close(derivative(of_weight, X), [[1, 2]] * 3)


def test_checkpoint_changes_neither_value_nor_derivative(derivative):
    def function(x):
        return fl.array_namespace(x).checkpoint(lambda x: x * x)(x)

    assert_close(function(jnp.asarray([3.0])), [9])
    assert_close(derivative(function, [3.0]), [6])


def test_pairs_are_in_order(any_xp):
    x = any_xp.zeros(1)
    first, second = fl.array_namespace(x).pairs(x, 3)
    assert_close(first, [0, 0, 1])
    assert_close(second, [1, 2, 2])
    none, _ = fl.array_namespace(x).pairs(x, 1)
    assert none.shape == (0,)


def test_powers_of_two(any_xp):
    k = any_xp.asarray([0.0, -1.0, -10.0, -2000.0], dtype=any_xp.float64)
    result = fl.array_namespace(k).exp2(k)
    assert_close(result, [1, 0.5, 2**-10, 0])


def test_powers_of_two_have_no_derivative(derivative):
    def function(k):
        return fl.array_namespace(k).exp2(k)

    assert_close(derivative(function, [0.0, -1.0]), [0, 0])
