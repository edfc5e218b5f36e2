"""The way into a loss: libraries, dtypes, weights and masks."""

import math

import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest
import torch

from funloss._core.arrays import (
    cast_like,
    check_where,
    fill_masked,
    is_floating,
    promote_arrays,
)
from tests.assertions import assert_close

TO_BOOLEAN = r": mask.astype\(bool\) or mask != 0"
F16, F32, F64 = "float16", "float32", "float64"
BF16 = "bfloat16"


def jax_zeros(dtype):
    return jnp.zeros(2, dtype)


def torch_zeros(dtype):
    return torch.zeros(2, dtype=getattr(torch, dtype))


def numpy_zeros(dtype):
    return np.zeros(2, ml_dtypes.bfloat16 if dtype == BF16 else dtype)


@pytest.mark.parametrize("zeros", [numpy_zeros, jax_zeros, torch_zeros])
@pytest.mark.parametrize(
    ("given", "asked", "result", "compute"),
    [
        ((F32, F32), None, F32, F32),
        ((F64, F64), None, F64, F64),
        ((F16, F16), None, F16, F32),
        ((BF16, BF16), None, BF16, F32),
        ((F16, BF16), None, F32, F32),
        ((F32, F64), None, F64, F64),
        ((BF16, F32), None, F32, F32),
        ((F32, "int64"), None, F32, F32),
        (("int64", F16), None, F16, F32),
        ((F32, "bool"), None, F32, F32),
        ((BF16, BF16), F32, F32, F32),
        ((BF16, BF16), F64, F64, F64),
        ((F32, F32), F16, F16, F32),
        ((F64, F64), F16, F16, F64),
    ],
)
def test_dtype_of_the_result_and_of_the_computation(
    zeros, given, asked, result, compute
):
    input, target = map(zeros, given)
    xp, out, arrays = promote_arrays(asked, input=input, target=target)
    assert xp.dtype_name(out) == result
    assert [xp.dtype_name(x.dtype) for x in arrays] == [compute] * 2


def test_a_python_number_becomes_an_array_and_decides_nothing(xp):
    x = xp.zeros(2, dtype=xp.float32)
    _, out, (_, number) = promote_arrays(None, input=x, target=2.5)
    assert number.shape == ()
    assert number.dtype == out == xp.float32


def test_a_0d_array_decides_like_any_other(xp):
    number = xp.asarray(0.5, dtype=xp.float64)
    _, out, _ = promote_arrays(None, input=xp.zeros(2, dtype=xp.float32), target=number)
    assert out == xp.float64


@pytest.mark.parametrize(
    ("input", "target", "message"),
    [
        ([1.0], np.zeros(1), "input must be an array, got list"),
        (np.zeros(1), "a", "target must be an array, got str"),
        (np.zeros(1), None, "target must be an array, got NoneType"),
        (
            np.zeros(1),
            np.zeros(1, complex),
            (
                "target must be real, got complex128: pass absolute values, "
                "such as that of a difference"
            ),
        ),
        (
            np.zeros(1, int),
            np.zeros(1, np.uint8),
            "at least one array must be real floating, got input int64, target uint8",
        ),
        (
            np.zeros(1, bool),
            1.5,
            "at least one array must be real floating, got input bool, target float",
        ),
    ],
)
def test_arrays_that_are_none_are_refused(input, target, message):
    with pytest.raises(TypeError, match=f"^{message}$"):
        promote_arrays(None, input=input, target=target)


@pytest.mark.parametrize("dtype", ["int32", "nonsense", "complex64", "bool"])
def test_a_result_dtype_must_be_real_floating(xp, dtype):
    name = "array_api_strict" if xp.__name__ == "array_api_strict" else ""
    message = rf"^dtype must be a real floating dtype of {name}.*, got {dtype!r}$"
    with pytest.raises(TypeError, match=message):
        promote_arrays(dtype, input=xp.zeros(1, dtype=xp.float32))


def test_floating_is_asked_of_arrays_only(xp):
    assert is_floating(xp.zeros(1))
    assert not is_floating(xp.zeros(1, dtype=xp.int64))
    assert not is_floating(1.0)


def test_weights_take_the_dtype_and_do_not_decide_it(xp):
    like = xp.zeros(2, dtype=xp.float32)
    space, _, _ = promote_arrays(None, input=like)
    given = {
        "wide": xp.ones(2, dtype=xp.float64),
        "integer": xp.ones(2, dtype=xp.int64),
        "number": 2.5,
        "absent": None,
    }
    *arrays, absent = cast_like(space, like, **given)
    assert [x.dtype for x in arrays] == [xp.float32] * 3
    assert absent is None


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ([1.0], "weight must be an array, got list"),
        (np.ones(2, complex), "weight must be real, got complex128"),
        (torch.ones(2), "arrays must come from one library, got like numpy, weight"),
    ],
    ids=["list", "complex", "library"],
)
def test_weights_of_another_kind_are_refused(weight, message):
    like = np.zeros(2)
    space, _, _ = promote_arrays(None, input=like)
    with pytest.raises(TypeError, match=f"^{message}"):
        cast_like(space, like, weight=weight)


def test_true_is_no_mask_and_false_masks_everything(xp):
    like = xp.zeros(2)
    space, _, _ = promote_arrays(None, input=like)
    assert check_where(space, like, None, (2,)) is None
    assert check_where(space, like, True, (2,)) is None
    nothing = check_where(space, like, False, (2,))
    assert_close(nothing, [False])


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ([True], "where must be a boolean array, got list"),
        (1, "where must be a boolean array, got int"),
        (np.ones(2, int), f"where must be a boolean array, got int64{TO_BOOLEAN}"),
        (np.ones(2), f"where must be a boolean array, got float64{TO_BOOLEAN}"),
        (np.ones(3, bool), r"where must broadcast to \(2,\), got \(3,\)"),
        (np.ones((1, 2), bool), r"where must broadcast to \(2,\), got \(1, 2\)"),
    ],
    ids=["list", "number", "integers", "floats", "size", "rank"],
)
def test_a_mask_that_does_not_fit_is_refused(where, message):
    like = np.zeros(2)
    space, _, _ = promote_arrays(None, input=like)
    with pytest.raises((TypeError, ValueError), match=f"^{message}$"):
        check_where(space, like, where, (2,))


def test_a_mask_has_the_axes_of_what_it_masks(xp):
    like = xp.zeros((3, 2))
    space, _, _ = promote_arrays(None, input=like)
    where = xp.asarray([True, False])
    assert tuple(check_where(space, like, where, (3, 2)).shape) == (1, 2)
    assert_close(check_where(space, like, where[0], (3, 2)), [[True]])


def test_guard_replaces_what_is_masked(xp):
    x = xp.asarray([1.0, math.nan], dtype=xp.float32)
    space, _, _ = promote_arrays(None, input=x)
    where = xp.asarray([True, False])
    guarded, absent = fill_masked(space, where, (x, 0.5), (None, 0.0))
    assert_close(guarded, [1.0, 0.5])
    assert guarded.dtype == x.dtype
    assert absent is None
    assert fill_masked(space, None, (x, 0.5))[0] is x
