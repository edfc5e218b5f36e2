"""Every loss under torch's transforms of functions, and on tensors without values.

No loss is left out: none has a shape that depends on values.
"""

import pytest
import torch
from torch._dispatch.python import enable_python_dispatcher
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode
from torch.fx.experimental.symbolic_shapes import (
    DimDynamic,
    ShapeEnv,
    StatelessSymbolicContext,
)

import funloss as fl
from tests.assertions import assert_close
from tests.derivatives import gradients_on_torch
from tests.sampling import COMPILED
from tests.table import rows

EXACT = {"rtol": 1e-12, "atol": 1e-14}


def summed(row):
    """Return the loss as one number, whatever its shape."""
    if row.has("reduction"):
        return row.with_options(reduction="sum")
    return lambda *arrays: row.with_options()(*arrays).sum()


def moved(row, *arrays):
    """Return the derivative of the loss along its floating arrays, in forward mode."""
    places = row.floats()

    def loss(*floats):
        full = list(arrays)
        for place, x in zip(places, floats, strict=True):
            full[place] = x
        return summed(row)(*full)

    floats = tuple(arrays[place] for place in places)
    return torch.func.jvp(loss, floats, floats)[1]


# torch scripts its own rules when forward mode first runs; until it does so no more.
@pytest.mark.filterwarnings("ignore:`torch.jit.script` is:DeprecationWarning")
@rows()
def test_vmap_is_a_loop_and_jvp_follows_the_gradient(row):
    one = row.made(torch)
    axes = [row.samples.get(name, 0) for name in row.arrays]
    pairs = zip(one, axes, strict=True)
    other = [x if axis is None else torch.flip(x, (axis,)) for x, axis in pairs]
    stacked = [torch.stack(pair) for pair in zip(one, other, strict=True)]

    values = torch.func.vmap(row.with_options())(*stacked)
    loop = [row.with_options()(*arrays) for arrays in (one, other)]
    assert_close(values, torch.stack(loop), **EXACT)

    derivative = torch.func.grad(summed(row), row.floats())
    derivatives = torch.func.vmap(derivative)(*stacked)
    loop = derivative(*one), derivative(*other)
    for got, *expected in zip(derivatives, *loop, strict=True):
        assert_close(got, torch.stack(expected), **EXACT)

    changes = torch.func.vmap(lambda *arrays: moved(row, *arrays))(*stacked)
    floats = [stacked[place] for place in row.floats()]
    products = [x * s for x, s in zip(floats, derivatives, strict=True)]
    along = sum(x.reshape(len(x), -1).sum(1) for x in products)
    assert_close(changes, along, **EXACT)
    assert_close(moved(row, *one), along[0], **EXACT)


def faked(mode, row, arrays):
    """Return the arrays of a row as fakes whose number of samples is left open."""
    fakes = []
    for name, x in zip(row.arrays, arrays, strict=True):
        sizes = [DimDynamic.STATIC] * x.ndim
        if x.ndim and (axis := row.samples.get(name, 0)) is not None:
            sizes[axis] = DimDynamic.DYNAMIC
        context = StatelessSymbolicContext(dynamic_sizes=sizes)
        fake = mode.from_tensor(x, symbolic_context=context)
        fakes.append(fake.requires_grad_(x.is_floating_point()))
    return fakes


@rows(one_in=COMPILED)
def test_fake_tensors_give_fakes_and_leave_the_batch_open(row):
    arrays, shapes = row.made(torch), ShapeEnv()
    expected = row.with_options()(*arrays)
    # As torch's compiler traces; else `torch.fft` alone fixes the number of samples.
    with FakeTensorMode(shape_env=shapes) as mode, enable_python_dispatcher():
        arrays = faked(mode, row, arrays)
        value = row.with_options()(*arrays)
        floats = [arrays[place] for place in row.floats()]
        derivatives = gradients_on_torch(value.sum(), floats)
    assert isinstance(value, FakeTensor)
    assert (value.dtype, value.ndim) == (expected.dtype, expected.ndim)
    for derivative, x in zip(derivatives, floats, strict=True):
        assert isinstance(derivative, FakeTensor)
        assert derivative.shape == x.shape
    assert not [size for size in shapes.replacements.values() if size.is_number]
    assert tuple(map(int, value.shape)) == tuple(expected.shape)


@rows()
def test_meta_tensors_give_meta_tensors(row):
    expected = row.with_options()(*row.made(torch))
    arrays = [x.to("meta") for x in row.made(torch)]
    value = row.with_options()(*arrays)
    assert value.device.type == "meta"
    assert (value.dtype, value.shape) == (expected.dtype, expected.shape)


def test_fake_scores_and_labels_made_in_the_mode():
    with FakeTensorMode():
        value = fl.cross_entropy(torch.randn(4, 3), torch.zeros(4, dtype=torch.long))
    assert isinstance(value, FakeTensor)
    assert (value.shape, value.dtype) == ((), torch.float32)


def test_exported_program_takes_any_batch():
    class Loss(torch.nn.Module):
        def forward(self, scores, labels):
            return fl.cross_entropy(scores, labels, ignore_index=1)

    size = torch.export.Dim("size")
    arrays = torch.randn(4, 3), torch.tensor([0, 1, 2, 0])
    program = torch.export.export(Loss(), arrays, dynamic_shapes=({0: size}, {0: size}))
    scores, labels = torch.randn(7, 3), torch.arange(7) % 3
    expected = fl.cross_entropy(scores, labels, ignore_index=1)
    assert_close(program.module()(scores, labels), expected, rtol=1e-6)
