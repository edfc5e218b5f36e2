"""What holds for every loss: libraries, transforms, masks, dtypes, empty batches."""

import functools
import math
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

from funloss._registry import LOSSES
from tests.assertions import assert_close, to_numpy
from tests.derivatives import gradients_on_torch
from tests.sampling import COMPILED
from tests.table import ROWS, rows


def summed(row, **options):
    """Return the loss as one number, whatever its shape."""
    if row.has("reduction"):
        return row.with_options(**{"reduction": "sum"} | options)
    return lambda *arrays: row.with_options(**options)(*arrays).sum()


def differentiated(row, library, weights=(), **options):
    """Return a function to the loss's value and its gradient in each floating array.

    The weights of these names come behind the row's own arrays.
    """
    count = len(row.arrays)
    places = (*row.floats(), *range(count, count + len(weights)))

    def loss(*arrays):
        given = dict(zip(weights, arrays[count:], strict=True))
        return summed(row, **options, **given)(*arrays[:count])

    if library == "jax":
        return jax.jit(jax.value_and_grad(loss, places))

    def run(*arrays):
        arrays = [x.requires_grad_(k in places) for k, x in enumerate(arrays)]
        value, wanted = loss(*arrays), [arrays[k] for k in places]
        return value, gradients_on_torch(value, wanted)

    return run


BOTH = pytest.mark.parametrize(
    ("xp", "name"), [("jax", "jax"), ("torch", "torch")], indirect=["xp"], ids=str
)


def test_every_public_loss_has_a_row():
    assert {row.loss.__name__ for row in ROWS} == set(LOSSES)


@rows(one_in=1)
def test_libraries_agree(any_xp, row):
    reductions = ("none", "sum") if row.has("reduction") else ()

    def results(*arrays):
        each = [row.with_options(reduction=x)(*arrays) for x in reductions]
        return row.with_options()(*arrays), *each

    run = jax.jit(results) if any_xp is jnp else results
    value, *each = run(*row.made(any_xp))
    assert_close(value, row.with_options()(*row.made(np)))
    if each:
        losses, total = each
        assert losses.shape == row.losses
        assert_close(np.sum(to_numpy(losses)), to_numpy(total))


@functools.cache
def _program(k):
    return jax.jit(jax.value_and_grad(summed(ROWS[k]), ROWS[k].floats()))


def program_of(row):
    """Return a compiled function to value and gradients, one for several tests."""
    return _program(ROWS.index(row))


def differences(function, arrays, place, step):
    """Return central differences of `function` in one of `arrays`."""
    result = []
    for k in range(arrays[place].size):
        sides = []
        for sign in (1, -1):
            moved = arrays[place].copy()
            moved.flat[k] += sign * step
            sides.append(function(*arrays[:place], moved, *arrays[place + 1 :]))
        result.append(np.subtract(*sides) / (2 * step))
    return np.reshape(result, arrays[place].shape + np.shape(result[0]))


@rows(attribute="descends", one_in=COMPILED)
def test_gradients_are_differences_of_the_value(row):
    arrays = row.made(np)
    _, on_jax = program_of(row)(*row.made(jnp))
    _, on_torch = differentiated(row, "torch")(*row.made(torch))
    for place, one, other in zip(row.floats(), on_jax, on_torch, strict=True):
        expected = np.zeros(arrays[place].shape)
        if place in row.trained():
            expected = differences(summed(row), arrays, place, 1e-6)
        assert_close(one, expected, rtol=1e-7, atol=1e-9)
        assert_close(one, other, rtol=1e-12, atol=1e-15)


@rows(attribute="descends", one_in=COMPILED)
def test_hessian_is_differences_of_the_gradient(row):
    place, program = row.floats()[0], program_of(row)
    expected = differences(
        lambda *x: np.asarray(program(*x)[1][0]), row.made(np), place, 1e-6
    )
    hessian = jax.jit(jax.jacfwd(jax.grad(summed(row), place), place))
    assert_close(hessian(*row.made(jnp)), expected, rtol=1e-7, atol=1e-8)


@rows(one_in=COMPILED)
def test_jit_jvp_and_checkpoint_change_nothing(row):
    places, arrays = row.floats(), row.made(jnp)
    loss = summed(row)
    derivatives = jax.grad(loss, places)(*arrays)

    def moving(*floats):
        full = list(arrays)
        for place, x in zip(places, floats, strict=True):
            full[place] = x
        return loss(*full)

    @jax.jit
    def transformed(arrays, floats):
        again = jax.grad(jax.checkpoint(loss), places)(*arrays)
        return again, jax.jvp(moving, floats, floats)

    floats = tuple(arrays[k] for k in places)
    value, jitted = program_of(row)(*arrays)
    again, pushed = transformed(arrays, floats)
    assert_close(value, loss(*arrays))
    assert_close(pushed[0], value)
    pairs = zip(floats, derivatives, strict=True)
    along = sum(np.vdot(to_numpy(x), to_numpy(d)) for x, d in pairs)
    assert_close(pushed[1], along, rtol=1e-12, atol=1e-14)
    for one, two, three in zip(derivatives, jitted, again, strict=True):
        assert_close(two, one, rtol=1e-12, atol=1e-15)
        assert_close(three, one, rtol=1e-12, atol=1e-15)


@rows(one_in=COMPILED)
def test_vmap_is_a_loop(row):
    flipped = {
        name: np.flip(x, row.samples.get(name, 0))
        for name, x in row.values().items()
        if row.samples.get(name, 0) is not None
    }
    arrays, turned = row.made(jnp), row.made(jnp, changed=flipped)
    loop = [np.asarray(row.with_options()(*x)) for x in (arrays, turned)]
    assert_close(loop[0], row.with_options()(*row.made(np)))
    stacked = [np.stack(pair) for pair in zip(arrays, turned, strict=True)]
    assert_close(jax.vmap(row.with_options())(*stacked), np.stack(loop))


@rows(attribute="is_minimised", one_in=COMPILED)
def test_inside_scan_it_descends(row):
    place, arrays = row.floats()[0], row.made(jnp)

    def step(x, _):
        full = [*arrays[:place], x, *arrays[place + 1 :]]
        value, derivative = jax.value_and_grad(summed(row), place)(*full)
        return x - 1e-3 * derivative, value

    _, values = jax.lax.scan(step, arrays[place], length=3)
    x, expected = np.asarray(arrays[place]), []
    for _ in range(3):
        value, derivatives = program_of(row)(*arrays[:place], x, *arrays[place + 1 :])
        x = x - 1e-3 * np.asarray(derivatives[0])
        expected.append(value)
    assert_close(values, expected)
    assert values[0] > values[1] > values[2]


def corrupted(row, bad):
    """Return the arrays with the first sample bad, out-of-range labels included."""
    changed = {}
    for name, x in row.values().items():
        axis = row.samples.get(name, 0)
        if axis is not None:
            first = [slice(None)] * x.ndim
            first[axis] = 0
            changed[name] = x.copy()
            changed[name][tuple(first)] = bad if x.dtype.kind == "f" else 99
    return changed


def weight_of(shape, bad):
    """Return weights of which the first sample's are bad."""
    weight = np.ones(shape)
    weight[0] = bad
    return weight.tolist()


@rows("where", one_in=1)
@BOTH
def test_masked_samples_change_neither_value_nor_gradient(xp, name, row):
    keep = np.ones(row.mask_shape, bool)
    keep[0] = False
    options = {"where": xp.asarray(keep.tolist())}
    if row.has("reduction"):
        options["reduction"] = "mean"
    weights = {k: s for k, s in row.weights().items() if k not in row.class_weights()}
    program = differentiated(row, name, weights, **options)
    value, derivatives = program(*row.made(xp), *map(xp.ones, weights.values()))
    names = [*(list(row.arrays)[k] for k in row.floats()), *weights]
    for bad in (math.nan, math.inf, -math.inf):
        dirty = row.made(xp, changed=corrupted(row, bad))
        heavy = [xp.asarray(weight_of(shape, bad)) for shape in weights.values()]
        got, gradients = program(*dirty, *heavy)
        assert_close(got, value)
        for one, other, array in zip(gradients, derivatives, names, strict=True):
            assert_close(one, other)
            axis = row.samples.get(array, 0)
            if axis is not None:
                assert not np.take(to_numpy(one), 0, axis).any()


@rows("where", "reduction", one_in=1)
@BOTH
def test_where_all_false_is_nan_on_average_and_zero_in_sum(xp, name, row):
    nothing = xp.asarray(np.zeros(row.mask_shape, bool).tolist())
    losses = row.with_options(where=nothing, reduction="none")
    options = [{"where": nothing, "reduction": total} for total in ("mean", "sum")]
    programs = [differentiated(row, name, **own) for own in options]

    def results(*arrays):
        return [program(*arrays) for program in programs], losses(*arrays)

    run = jax.jit(results) if name == "jax" else results
    for bad in (0.5, math.nan):
        changed = corrupted(row, bad).items()
        changed = {k: v for k, v in changed if v.dtype.kind == "f"}
        totals, each = run(*row.made(xp, changed=changed))
        for (value, gradients), expected in zip(totals, (math.nan, 0), strict=True):
            assert_close(value, expected)
            for derivative in gradients:
                assert not to_numpy(derivative).any()
        assert_close(each, np.zeros(row.losses))


@rows("where", "reduction", one_in=1)
@pytest.mark.parametrize("any_xp", ["numpy", "strict", "dask"], indirect=True)
def test_masks_without_gradients(any_xp, row):
    keep = np.ones(row.mask_shape, bool)
    keep[0] = False
    where = any_xp.asarray(keep.tolist())
    dirty = row.made(any_xp, changed=corrupted(row, math.nan))
    clean = row.made(any_xp)
    weights = {k: s for k, s in row.weights().items() if k not in row.class_weights()}
    heavy = {k: any_xp.asarray(weight_of(s, math.nan)) for k, s in weights.items()}
    nothing = any_xp.zeros_like(where)
    # Dask divides 0 by 0 when it computes, beyond the loss's own silence.
    with np.errstate(invalid="ignore"):
        kept = to_numpy(row.with_options(where=where)(*clean))
        assert_close(row.with_options(where=where, **heavy)(*dirty), kept)
        assert_close(row.with_options(where=nothing)(*dirty), math.nan)


@rows("where")
def test_a_mask_of_one_value_masks_all_or_nothing(row):
    arrays = row.made(np)
    full = row.with_options(where=np.zeros(row.mask_shape, bool))(*arrays)
    for nothing in (False, np.asarray(False)):
        assert_close(row.with_options(where=nothing)(*arrays), full)
    whole = row.with_options(where=np.asarray(True))(*arrays)
    assert_close(whole, row.with_options()(*arrays))


@rows()
def test_loss_is_pickled_by_its_name(row):
    assert pickle.loads(pickle.dumps(row.loss)) is row.loss
