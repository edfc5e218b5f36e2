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
from tests.derivatives import gradients_on_torch
from tests.sampling import COMPILED
from tests.settings import strict
from tests.table import ROWS, rows

SIZES = (1, 3, 7)
CASES = ("all sum", "all mean", "kept none", "kept derivatives")


@pytest.fixture(scope="module", autouse=True)
def _strict():
    # Places in the source would take a third of the time to export a program.
    limit = jax.config.jax_traceback_in_locations_limit
    jax.config.update("jax_traceback_in_locations_limit", 0)
    with strict(), jax.enable_x64(False):
        yield
    jax.config.update("jax_traceback_in_locations_limit", limit)


def arrays_of(row, size):
    """Return the arrays for so many samples, those of the row in turn."""
    turn, arrays = np.arange(size) % min(3, row.mask_shape[0]), []
    for name, x in row.values().items():
        axis = row.samples.get(name, 0)
        own = x if axis is None else np.take(x, turn, axis)
        arrays.append(own.astype("float32" if x.dtype.kind == "f" else "int32"))
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
    both = zip(one, three, strict=True)
    pairs = [zip(x.shape, y.shape, strict=True) for x, y in both]
    shapes = [tuple(n if n == m else b for n, m in pair) for pair in pairs]
    full, low, *given = (
        jax.ShapeDtypeStruct(shape, x.dtype)
        for shape, x in zip(shapes, one, strict=True)
    )
    return (full, low), *given


def results(row, derivatives_of):
    """Return a function of masks and arrays to what `CASES` name."""

    def run(masks, *arrays):
        out = {}
        for name in CASES:
            kind, reduction = name.split()
            options = {"reduction": reduction} if row.has("reduction") else {}
            if kind == "kept" and row.has("where"):
                options["where"] = masks[reduction == "none"]
            if reduction != "derivatives":
                out[name] = row.with_options(**options)(*arrays)
                continue
            options.pop("reduction", None)
            value, derivatives = derivatives_of(
                row.with_options(**options), row, arrays
            )
            out[name] = [value, *derivatives]
        return out

    return run


def derivatives_on_jax(loss, row, arrays):
    """Return the sum of the losses and its gradient in each floating array."""
    return jax.value_and_grad(lambda *x: jnp.sum(loss(*x)), row.floats())(*arrays)


def derivatives_on_torch(loss, row, arrays):
    """Return the same by torch's own differentiation."""
    wanted = [arrays[k].requires_grad_() for k in row.floats()]
    value = loss(*arrays).sum()
    return value, gradients_on_torch(value, wanted)


def assert_near(got, expected):
    """Compare single precision with double; derivatives are sums that may cancel."""
    got, expected = np.asarray(got), expected.detach().numpy()
    assert got.dtype == "float32"
    assert_close(got, expected, rtol=1e-5, atol=1e-6)


@rows(one_in=COMPILED)
def test_exported_programs_take_batches_of_any_size(row):
    program = export.export(jax.jit(results(row, derivatives_on_jax)))(*symbolic(row))
    # The same loss with other options has the same sizes in the same places.
    first = next(other for other in ROWS if other.loss is row.loss) is row
    sizes = SIZES if first else SIZES[-1:]
    batches = [(masks_of(row, size), *arrays_of(row, size)) for size in sizes]
    # One program of all sizes is compiled sooner than one each.
    found = jax.jit(lambda batches: [program.call(*x) for x in batches])(batches)
    for got, (masks, *arrays) in zip(found, batches, strict=True):
        precise = [x.astype("float64") if x.dtype.kind == "f" else x for x in arrays]
        expect = results(row, derivatives_on_torch)
        expected = expect(*jax.tree.map(torch.asarray, (masks, *precise)))
        for name in CASES:
            jax.tree.map(assert_near, got[name], expected[name])


def exported(function, *shapes):
    """Return a program for a batch of any size; each shape is what follows it."""
    (b,) = export.symbolic_shape("b")
    kinds = {bool: "bool", int: "int32", float: "float32"}
    made = [jax.ShapeDtypeStruct((b, *rest), kinds[kind]) for kind, *rest in shapes]
    return export.export(jax.jit(function))(*made)


def drawn(size, *shapes):
    """Return arrays for it, with integers below 2."""
    rng = np.random.default_rng(size)
    draw = {
        bool: lambda shape: rng.random(shape) < 0.5,
        int: lambda shape: rng.integers(0, 2, shape, "int32"),
        float: lambda shape: rng.standard_normal(shape, "float32"),
    }
    return [jnp.asarray(draw[kind]((size, *rest))) for kind, *rest in shapes]


@fl.elementwise_loss
def own_loss(xp, input, target):
    return xp.absolute(input - target)


@fl.samplewise_loss
def own_rows(xp, input, target):
    return xp.sum(xp.square(input - target), axis=-1)


def in_blocks(x, labels):
    layer = jnp.linspace(-1.0, 1.0, 20).reshape(4, 5)
    bias = jnp.linspace(0.0, 1.0, 4)
    return fl.linear_cross_entropy(x, layer, labels, linear_bias=bias, chunk_size=3)


def reduced(x, where):
    count = fl.reduce(x, axis=0, where=where, divisor="count", weight=x[:1] ** 2)
    few = fl.mse_loss(x, 0.0, where=jnp.arange(5) < 3)
    return count, few, fl.reduce(x, axis=0), fl.reduce(x, weight=jnp.ones(5))


def per_sample(x, where):
    options = {"reduction": "batchmean", "log_target": True}
    return fl.kl_div(x, -x, **options), fl.kl_div(x, -x, where=where, **options)


@pytest.mark.parametrize(
    ("function", "shapes"),
    [
        (fl.mse_loss, [(float, 5), (float, 5)]),
        (fl.cross_entropy, [(float, 5), (int,)]),
        (in_blocks, [(float, 5), (int,)]),
        (reduced, [(float, 5), (bool, 5)]),
        (per_sample, [(float, 5), (bool, 5)]),
        (own_loss, [(float, 5), (float, 5)]),
        (own_rows, [(float, 5), (float, 5)]),
    ],
    ids=lambda x: getattr(x, "__name__", ""),
)
def test_an_exported_program_is_the_direct_call(function, shapes):
    program = exported(function, *shapes)
    for size in SIZES:
        arrays = drawn(size, *shapes)
        expected = function(*arrays)
        jax.tree.map(assert_alike, program.call(*arrays), expected)


def assert_alike(got, expected):
    assert got.dtype == expected.dtype == "float32"
    funloss.testing.assert_close(got, expected, ulps=2)


def test_pairs_of_any_number_of_rows():
    def pairs(x):
        return fl.array_namespace(x).pairs(x, x.shape[0])

    program = exported(pairs, (float,))
    for size in SIZES:
        first, second = program.call(jnp.zeros(size, "float32"))
        expected = np.triu_indices(size, 1)
        np.testing.assert_array_equal((first, second), expected)
