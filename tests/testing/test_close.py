"""The assertion that other tests rely on holds, and can fail."""

import re

import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest
import torch

from funloss.testing import assert_close

ROW = [[0.5, float("nan")], [float("inf"), -2.0]]


def test_arrays_of_every_library_are_compared(any_xp):
    x = any_xp.asarray(ROW, dtype=any_xp.float64)
    assert_close(x, ROW)
    assert_close(ROW, x)
    assert_close(any_xp.asarray([1, 2]), [1, 2])
    assert_close(any_xp.asarray([True, False]), [True, False])


@pytest.mark.parametrize(
    "value",
    [jnp.asarray(1.1, jnp.bfloat16), torch.tensor(1.1, dtype=torch.bfloat16)],
    ids=["jax", "torch"],
)
def test_numbers_are_compared_at_the_coarser_dtype(value):
    assert_close(value, 1.1)
    assert_close(1.1, value)
    with pytest.raises(AssertionError, match=re.escape("3 ulps of bfloat16")):
        assert_close(value, 1.1 * (1 + 3 * 2.0**-7))


def test_a_tensor_that_needs_its_gradient_is_converted():
    assert_close(torch.tensor([1.0], requires_grad=True), [1.0])


@pytest.mark.parametrize(
    ("dtype", "allowed"),
    [("float64", 32), ("float32", 16), (ml_dtypes.bfloat16, 1), ("float16", 1)],
)
@pytest.mark.parametrize("size", [1.0, -0.75, 2.0**-10])
def test_as_many_ulps_as_the_dtype_is_allowed_and_no_more(dtype, allowed, size):
    spacing = float(np.spacing(np.abs(np.asarray(size, dtype=dtype))))
    assert_close(np.asarray(size + allowed * spacing, dtype=dtype), size)
    with pytest.raises(AssertionError, match=f"allowed: {allowed}"):
        assert_close(np.asarray(size + 2 * (allowed + 1) * spacing, dtype), size)


@pytest.mark.parametrize("limit", [{"ulps": 4}, {"rtol": 1e-3}, {"atol": 2e-3}])
def test_a_limit_of_ones_own_holds_on_both_sides(limit):
    wide = "ulps" not in limit
    near, far = (1.0009, 1.004) if wide else (1 + 2.0**-50, 1 + 2.0**-48)
    assert_close([near], [1.0], **limit)
    with pytest.raises(AssertionError):
        assert_close([far], [1.0], **limit)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ([1.0, 2.0], [1.0, 2.0 + 1e-11]),
        ([1.0, 1.0], 1.0),
        ([[1.0]], [1.0]),
        ([0.0], [1e-300]),
        ([np.nan], [0.0]),
        ([0.0], [np.nan]),
        ([np.inf], [-np.inf]),
        ([2], [3]),
        ([True], [False]),
    ],
)
@pytest.mark.parametrize("limit", [{}, {"rtol": 1e-12}])
def test_a_difference_fails(actual, expected, limit):
    with pytest.raises(AssertionError):
        assert_close(np.asarray(actual), expected, **limit)


def test_the_message_names_the_worst_entry():
    words = "2 of 4 entries differ, the worst at [1, 0]: 4.0 instead of 3.0"
    with pytest.raises(AssertionError, match=re.escape(words)):
        assert_close(np.asarray([[1.0, 2.1], [4.0, 5.0]]), [[1.0, 2.0], [3.0, 5.0]])


def test_two_kinds_of_limit_are_refused():
    with pytest.raises(ValueError, match=r"ulps must be alone, got rtol=0\.1"):
        assert_close(1.0, 1.0, ulps=1, rtol=0.1)
