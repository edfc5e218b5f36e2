"""What the namespaces say about dtypes, devices and readable values."""

import contextlib

import array_api_compat.dask.array
import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest
import torch

import funloss as fl

NUMPY, JAX, TORCH = map(fl.array_namespace, (np.zeros(1), jnp.zeros(1), torch.zeros(1)))
DASK = fl.array_namespace(array_api_compat.dask.array.zeros(1))


def named(space, name):
    if name == "bfloat16" and space is NUMPY:
        return np.dtype(ml_dtypes.bfloat16)
    return space.as_dtype(name)


@pytest.mark.parametrize("space", [NUMPY, JAX, TORCH], ids=["numpy", "jax", "torch"])
@pytest.mark.parametrize(
    ("name", "is_float", "is_int", "computes_in"),
    [
        ("float16", True, False, "float32"),
        ("bfloat16", True, False, "float32"),
        ("float32", True, False, "float32"),
        ("float64", True, False, "float64"),
        ("int8", False, True, "int8"),
        ("int64", False, True, "int64"),
        ("uint8", False, True, "uint8"),
        ("bool", False, False, "bool"),
        ("complex64", False, False, "complex64"),
    ],
)
def test_kind_of_a_dtype(space, name, is_float, is_int, computes_in):
    dtype = named(space, name)
    assert space.dtype_name(dtype) == name
    assert space.is_float(dtype) is is_float
    assert space.is_int(dtype) is is_int
    assert space.acc_dtype(dtype) == named(space, computes_in)


def test_dtypes_of_the_namespace_itself_have_a_kind(xp):
    space = fl.array_namespace(xp.zeros(1))
    assert space.dtype_name(space.float32) == "float32"
    assert space.is_float(space.float32)
    assert space.is_int(space.int64)
    assert not space.is_float(space.bool)


@pytest.mark.parametrize("space", [NUMPY, JAX, TORCH], ids=["numpy", "jax", "torch"])
@pytest.mark.parametrize(
    ("names", "promoted"),
    [
        (["float16"], "float16"),
        (["bfloat16", "bfloat16"], "bfloat16"),
        (["float16", "bfloat16"], "float32"),
        (["bfloat16", "float32", "float16"], "float32"),
        (["float32", "float64"], "float64"),
        (["float16", "bfloat16", "float64"], "float64"),
    ],
)
def test_promotion_of_floats(space, names, promoted):
    result = space.promote([named(space, name) for name in names])
    assert space.dtype_name(result) == promoted


@pytest.mark.parametrize(
    "dtype",
    ["float32", np.float32, np.dtype("float32")],
    ids=["name", "type", "dtype"],
)
@pytest.mark.parametrize(
    ("space", "own"),
    [(NUMPY, np.float32), (JAX, jnp.float32), (TORCH, torch.float32)],
    ids=["numpy", "jax", "torch"],
)
def test_dtype_of_another_library_is_translated(space, own, dtype):
    assert space.as_dtype(dtype) == own


@pytest.mark.parametrize("space", [NUMPY, JAX, TORCH], ids=["numpy", "jax", "torch"])
def test_nonsense_is_no_dtype(space):
    assert space.as_dtype("nonsense") is None


def test_device_is_given_where_the_library_asks_for_it(any_xp):
    x = any_xp.zeros(1)
    space = fl.array_namespace(x)
    assert space.zeros(1, **space.device_kw(x)).shape == (1,)


def test_a_new_tensor_lies_where_the_old_one_does():
    x = torch.zeros(1, device="meta")
    assert TORCH.zeros(1, **TORCH.device_kw(x)).device.type == "meta"


@pytest.mark.parametrize("xp", ["numpy", "strict", "torch"], indirect=True)
def test_values_can_be_read(xp):
    x = xp.zeros(2)
    assert fl.array_namespace(x).concrete(x, x)


def test_values_cannot_be_read_where_that_costs_or_is_impossible():
    assert not DASK.concrete(array_api_compat.dask.array.zeros(2))
    assert not JAX.concrete(jnp.zeros(2))
    assert not TORCH.concrete(torch.zeros(2), torch.zeros(2, device="meta"))
    seen = []
    torch.func.vmap(lambda x: seen.append(TORCH.concrete(x)) or x)(torch.zeros(2))
    assert seen == [False]


def test_values_of_jax_are_read_under_debug_values_unless_traced():
    seen = []
    with fl.debug_values():
        assert JAX.concrete(jnp.zeros(2))
        jax.jit(lambda x: seen.append(JAX.concrete(x)) or x)(jnp.zeros(2))
    assert seen == [False]
    assert not JAX.concrete(jnp.zeros(2))


@pytest.mark.parametrize("space", [NUMPY, DASK], ids=["numpy", "dask"])
def test_numpy_is_quiet_only_inside(space):
    with space.quiet():
        assert np.isnan(np.zeros(1) / 0)
    with pytest.raises(RuntimeWarning):
        np.zeros(1) / 0


@pytest.mark.parametrize("space", [JAX, TORCH], ids=["jax", "torch"])
def test_libraries_that_never_warn_have_nothing_to_silence(space):
    assert isinstance(space.quiet(), contextlib.nullcontext)
