"""What holds for every loss with weights: they broadcast, and masks come first."""

import inspect
import math
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import funloss as fl
from tests.assertions import assert_close, to_numpy
from tests.table import LABELLED

BAD = (math.nan, math.inf)
# Rows by name, each with the name and the shape of its class weights.
WEIGHTED = {
    label: (row, *weights.popitem())
    for label, row in LABELLED.items()
    if (weights := row.class_weights() if row.has("where") else {})
}
CLASS_WEIGHTS = pytest.mark.parametrize(
    ("row", "name", "shape"), WEIGHTED.values(), ids=WEIGHTED
)
BOTH = pytest.mark.parametrize("library", [jnp, torch], ids=["jax", "torch"])


def what_weights_fit(row):
    """Return what the weight of a loss broadcasts to by its documentation, or None."""
    fit = re.compile(r"weight: [^:]*?broadcastable to (`input`|the \w+)", re.DOTALL)
    found = fit.search(inspect.getdoc(row.loss)) if row.has("weight") else None
    return found and found[1]


BROADCAST = {label: row for label, row in LABELLED.items() if what_weights_fit(row)}


@pytest.mark.parametrize("row", BROADCAST.values(), ids=BROADCAST)
def test_a_weight_broadcasts(xp, row):
    arrays = row.made(xp)
    whole = arrays[0].shape if what_weights_fit(row) == "`input`" else row.losses
    weight = xp.arange(1, 1 + whole[-1], dtype=xp.float64)

    def losses(weight):
        return row.with_options(weight=weight, reduction="none")(*arrays)

    want = losses(xp.broadcast_to(weight, whole))
    for shape in ((1,) * (len(whole) - 1) + whole[-1:], whole[-1:]):
        assert_close(losses(xp.reshape(weight, shape)), want, rtol=0, atol=0)


def differentiated(row, library, name, **options):
    """Return a function to value and gradient, that in the weight last."""
    places = (*row.floats(), len(row.arrays))

    def loss(*arrays):
        *arrays, weight = arrays
        return row.with_options(**options, **{name: weight})(*arrays)

    if library is jnp:
        return jax.jit(jax.value_and_grad(loss, places))

    def run(*arrays):
        arrays = [x.requires_grad_(k in places) for k, x in enumerate(arrays)]
        value, wanted = loss(*arrays), [arrays[k] for k in places]
        derivatives = torch.autograd.grad(value, wanted, materialize_grads=True)
        return value.detach(), derivatives

    return run


def labelled(row):
    """Return the name of the labels, one a sample, if there are any."""
    values = row.values().items()
    names = [n for n, x in values if x.dtype.kind == "i" and x.shape == row.losses]
    return names[0] if names else None


def first_kept(row, shape):
    """Return a mask of the first sample, and which classes it has to do with."""
    keep = np.zeros(row.mask_shape, bool)
    keep[0] = True
    used = np.full(shape, labelled(row) is None)
    if labelled(row):
        used[row.values()[labelled(row)][0]] = True
    return keep, used


def assert_only_the_first_has_a_gradient(row, derivatives):
    for place, derivative in zip(row.floats(), derivatives, strict=False):
        if row.samples.get(list(row.arrays)[place], 0) is not None:
            assert not to_numpy(derivative)[1:].any()


@CLASS_WEIGHTS
@BOTH
def test_weights_of_masked_classes_change_neither_value_nor_gradient(
    library, row, name, shape
):
    keep, used = first_kept(row, shape)
    program = differentiated(row, library, name, where=library.asarray(keep))
    ones = library.asarray(np.full(shape, 1.5))
    expected, wanted = program(*row.made(library), ones)
    for bad in BAD:
        weight = library.asarray(np.where(used, 1.5, bad))
        value, derivatives = program(*row.made(library), weight)
        assert_close(value, expected)
        for one, other in zip(derivatives, wanted, strict=True):
            assert_close(one, other)
        # A sample that counts is nan then, and leaves the others alone.
        _, derivatives = program(
            *row.made(library), library.asarray(np.full(shape, bad))
        )
        assert_only_the_first_has_a_gradient(row, derivatives)


IGNORING = {k: v for k, v in WEIGHTED.items() if v[0].has("ignore_index")}


@pytest.mark.parametrize(
    ("row", "name", "shape"),
    [v for v in IGNORING.values() if labelled(v[0])],
    ids=[k for k, v in IGNORING.items() if labelled(v[0])],
)
@BOTH
def test_weights_of_ignored_labels_change_neither_value_nor_gradient(
    library, row, name, shape
):
    keep, used = first_kept(row, shape)
    target = labelled(row)
    changed = {target: np.where(keep, row.values()[target], 255)}
    arrays = row.made(library, changed=changed)
    smooth = row.has("label_smoothing")
    options = {"label_smoothing": 0.25} if smooth else {}
    program = differentiated(row, library, name, **options)
    expected, wanted = program(*arrays, library.asarray(np.full(shape, 1.5)))
    for bad in BAD:
        value, derivatives = program(*arrays, library.asarray(np.where(used, 1.5, bad)))
        assert_only_the_first_has_a_gradient(row, derivatives)
        if not smooth:  # which takes the weights of all classes
            assert_close(value, expected)
            for one, other in zip(derivatives, wanted, strict=True):
                assert_close(one, other)


@CLASS_WEIGHTS
@pytest.mark.parametrize("any_xp", ["numpy", "strict", "dask"], indirect=True)
def test_weights_of_masked_classes_do_not_change_the_value(any_xp, row, name, shape):
    keep, used = first_kept(row, shape)
    loss = row.with_options(where=any_xp.asarray(keep.tolist()))
    clean, *dirty = (
        to_numpy(loss(*row.made(any_xp), **{name: any_xp.asarray(weight.tolist())}))
        for weight in (np.where(used, 1.5, x) for x in (1.5, *BAD))
    )
    for value in dirty:
        assert_close(value, clean)


@pytest.mark.parametrize("loss", [fl.cross_entropy, fl.nll_loss])
def test_an_ignored_label_has_no_gradient_by_a_weight_of_nan(derivative, loss):
    def total(x):
        space = fl.array_namespace(x)
        weight = space.asarray([math.nan, 1.0, 1.0], dtype=x.dtype)
        target = space.asarray([0, 2])
        return loss(x, target, weight, ignore_index=0)

    got = derivative(total, [[0.0, 0.0, 0.0]] * 2)
    third = 1 / 3 if loss is fl.cross_entropy else 0
    assert_close(got, [[0, 0, 0], [third, third, third - 1]])
