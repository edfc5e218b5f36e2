"""Every loss in a program of JAX at its strictest, exported for batches of any size.

Strict means: arrays of different numbers of axes do not broadcast, different dtypes do
not promote, and there is no float64.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from jax import export

import funloss as fl
import funloss.testing
from tests.assertions import assert_close
from tests.table import LABELLED, rows

SIZES = (1, 3, 7)
CASES = ("all sum", "all mean", "kept none", "kept slopes")


@pytest.fixture(scope="module", autouse=True)
def _strict():
    # Places in the source would take a third of the time to export a program.
    limit = jax.config.jax_traceback_in_locations_limit
    jax.config.update("jax_traceback_in_locations_limit", 0)
    with (
        jax.numpy_rank_promotion("raise"),
        jax.numpy_dtype_promotion("strict"),
        jax.enable_x64(False),
    ):
        yield
    jax.config.update("jax_traceback_in_locations_limit", limit)


def arrays_of(row, size):
    """Return the arrays for so many samples, those of the row in turn."""
    turn, arrays = np.arange(size) % 3, []
    for name, x in row.values().items():
        axis = row.samples.get(name, 0)
        x = x if axis is None else np.take(x, turn, axis)
        arrays.append(x.astype("float32" if x.dtype.kind == "f" else "int32"))
    return arrays


def masks_of(row, size):
    """Return a mask that keeps every other element, and its last axes alone."""
    shape = (size, *row.mask_shape[1:])
    mask = np.arange(np.prod(shape)).reshape(shape) % 2 == 0
    return mask, mask[0] if mask.ndim > 1 else mask


def symbolic(row):
    """Return the shapes of masks and arrays for a size that is a symbol."""
    (b,) = export.symbolic_shape("b")
    one, three = ((*masks_of(row, n), *arrays_of(row, n)) for n in (1, 3))
    shapes = [
        tuple(
            b if low != high else low
            for low, high in zip(x.shape, y.shape, strict=True)
        )
        for x, y in zip(one, three, strict=True)
    ]
    full, low, *given = (
        jax.ShapeDtypeStruct(shape, x.dtype)
        for shape, x in zip(shapes, one, strict=True)
    )
    return (full, low), *given


def results(row, slopes_of):
    """Return a function of masks and arrays to what `CASES` name."""

    def run(masks, *arrays):
        out = {}
        for name in CASES:
            kind, reduction = name.split()
            options = {"reduction": reduction} if row.has("reduction") else {}
            if kind == "kept" and row.has("where"):
                options["where"] = masks[reduction == "none"]
            if reduction != "slopes":
                out[name] = row.with_options(**options)(*arrays)
                continue
            options.pop("reduction", None)
            value, slopes = slopes_of(row.with_options(**options), row, arrays)
            out[name] = [value, *slopes]
        return out

    return run


def slopes_on_jax(cost, row, arrays):
    """Return the sum of the costs and its gradient in each floating array."""
    return jax.value_and_grad(lambda *x: jnp.sum(cost(*x)), row.floats())(*arrays)


def slopes_on_torch(cost, row, arrays):
    """Return the same by torch's own differentiation."""
    wanted = [arrays[k].requires_grad_() for k in row.floats()]
    value = cost(*arrays).sum()
    return value, torch.autograd.grad(value, wanted, materialize_grads=True)


def assert_near(got, expected):
    """Compare single precision with double; slopes are sums that may cancel."""
    got, expected = np.asarray(got), expected.detach().numpy()
    assert got.dtype == "float32"
    assert_close(got, expected, rtol=1e-5, atol=1e-6)


@rows()
def test_exported_programs_take_batches_of_any_size(row):
    program = export.export(jax.jit(results(row, slopes_on_jax)))(*symbolic(row))
    run, expect = jax.jit(program.call), results(row, slopes_on_torch)
    for size in SIZES:
        masks, arrays = masks_of(row, size), arrays_of(row, size)
        got = run(masks, *arrays)
        precise = [
            torch.asarray(x.astype("float64") if x.dtype.kind == "f" else x)
            for x in arrays
        ]
        expected = expect(tuple(map(torch.asarray, masks)), *precise)
        for name in CASES:
            jax.tree.map(assert_near, got[name], expected[name])
