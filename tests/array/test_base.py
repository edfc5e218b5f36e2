"""Derivatives of one's own, and poison."""

import math

import jax
import jax.numpy as jnp
import pytest
import torch

import funloss as fl
from tests.assertions import assert_close
from tests.derivatives import WAYS

NAN = math.nan


def forward(x, y):
    return x * x * y


def backward(arrays, g):
    """Return a derivative in x that is not the true one, and none in y."""
    x, y = arrays
    return 5 * x * y * g, None


def own(x, y):
    return fl.array_namespace(x).custom_vjp(forward, backward)(x, y)


def test_value_is_that_of_the_forward_function(any_xp):
    x = any_xp.asarray([1.0, 3.0], dtype=any_xp.float64)
    assert_close(own(x, x), [1, 27])


@pytest.mark.parametrize("transform", [lambda f: f, jax.jit], ids=["eager", "jit"])
def test_gradient_on_jax_is_the_given_one(transform):
    gradient = transform(jax.grad(lambda x, y: own(x, y).sum(), argnums=(0, 1)))
    in_x, in_y = gradient(jnp.asarray([1.0, 3.0]), jnp.asarray([2.0, 2.0]))
    assert_close(in_x, [10, 30])
    assert_close(in_y, [0, 0])


def test_gradient_on_jax_is_mapped_and_differentiated_again():
    x = jnp.asarray([1.0, 3.0])
    assert_close(jax.vmap(jax.grad(own), (0, None))(x, 2.0), [10, 30])
    assert_close(jax.vmap(jax.grad(jax.grad(own)), (0, None))(x, 2.0), [10, 10])


def test_gradient_on_torch_is_the_given_one_in_two_orders():
    x = torch.asarray([1.0, 3.0], dtype=torch.float64, requires_grad=True)
    y = torch.full_like(x, 2.0, requires_grad=True)
    (in_x,) = torch.autograd.grad(own(x, y).sum(), x, create_graph=True)
    assert_close(in_x, [10, 30])
    assert_close(torch.autograd.grad(in_x.sum(), x)[0], [10, 10])
    assert torch.autograd.grad(own(x, y).sum(), y, allow_unused=True) == (None,)


def test_gradient_on_torch_is_mapped():
    x = torch.asarray([1.0, 3.0], dtype=torch.float64)
    y = torch.full_like(x, 2.0)
    assert_close(torch.func.vmap(torch.func.grad(own))(x, y), [10, 30])


def poisoned(x):
    space = fl.array_namespace(x)
    return space.nan_where(x, space.asarray([False, True, False, True]))


def test_poison_makes_the_bad_values_nan(any_xp):
    x = any_xp.asarray([1.0, 2.0, math.inf, 0.0], dtype=any_xp.float64)
    assert_close(poisoned(x), [1, NAN, math.inf, NAN])


@pytest.mark.parametrize("way", ["jax-grad", "jax-jit", "torch-backward", "torch-func"])
def test_poison_makes_the_bad_derivatives_nan_and_no_others(way):
    got = WAYS[way](poisoned, [1.0, 2.0, 3.0, 0.0])
    assert_close(got, [1, NAN, 1, NAN])


@pytest.mark.parametrize(("bad", "expected"), [(True, NAN), (False, 1)])
def test_poison_holds_forward_too(derivative, bad, expected):
    def function(x):
        space = fl.array_namespace(x)
        return space.nan_where(x, space.asarray([bad]))

    assert_close(derivative(function, [0.0]), [expected])


@pytest.mark.parametrize("dtype", ["bfloat16", "float32"])
@pytest.mark.parametrize("xp", ["torch", "jax"], indirect=True)
def test_poison_keeps_the_dtype(xp, dtype):
    x = xp.ones(4, dtype=getattr(xp, dtype))
    assert poisoned(x).dtype == x.dtype
