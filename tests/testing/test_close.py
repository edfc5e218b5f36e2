"""The assertion that the other tests rely on can fail."""

import jax.numpy as jnp
import numpy as np
import pytest
import torch

from tests.assertions import assert_close, to_numpy


def test_every_library_is_converted(xp):
    x = xp.asarray([[0.5, float("nan")], [float("inf"), -2.0]], dtype=xp.float64)
    assert_close(x, [[0.5, np.nan], [np.inf, -2.0]])
    assert_close(xp.asarray([1, 2]), [1, 2])
    assert_close(xp.asarray([True, False]), [True, False])


@pytest.mark.parametrize(
    "value",
    [jnp.asarray(1.5, jnp.bfloat16), torch.tensor(1.5, dtype=torch.bfloat16)],
    ids=["jax", "torch"],
)
def test_bfloat16_becomes_float64(value):
    assert to_numpy(value).dtype == np.float64
    assert_close(value, 1.5)


def test_a_tensor_that_needs_its_gradient_is_converted():
    assert_close(torch.tensor([1.0], requires_grad=True), [1.0])


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ([1.0, 2.0], [1.0, 2.0 + 1e-11]),
        ([1.0, 1.0], 1.0),
        ([[1.0]], [1.0]),
        ([0.0], [1e-300]),
        ([np.nan], [0.0]),
        ([np.inf], [-np.inf]),
    ],
    ids=["error", "number", "rank", "near-zero", "nan", "inf"],
)
def test_a_difference_fails(actual, expected):
    with pytest.raises(AssertionError):
        assert_close(np.asarray(actual), expected)
