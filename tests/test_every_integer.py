"""What holds for every loss of labels: integers beyond 32 bits are what they are."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import funloss as fl
from tests.assertions import assert_close, to_numpy
from tests.sampling import COMPILED
from tests.table import rows

# What 32 bits make a class of, or torch's -100, or a negative number.
WIDE = {
    "int64": (2**31, 2**32 + 1, 2**32 - 100, 2**63 - 1, -(2**32)),
    "uint32": (2**31, 2**32 - 100, 2**32 - 1),
    "uint64": (2**32 + 1, 2**32 - 100, 2**63, 2**64 - 100, 2**64 - 1),
}
NUMBERS = [(kind, number) for kind, numbers in WIDE.items() for number in numbers]
X64 = pytest.mark.parametrize("x64", [True, False], ids=["x64", "x32"])


def integer_faults(row):
    """Return where labels are checked: name, place, and the message but its number."""
    found = {}
    for name, place, value, message in row.bad_values:
        if row.values()[name].dtype.kind == "i" and f"got {value} at" in message:
            found[name] = place, message.split(f"got {value} at")
    return [(name, *rest) for name, rest in found.items()]


def labelled(function):
    return rows(attribute="bad_values")(function)


def with_number(row, library, name, place, kind, number):
    """Return the arrays, one of integers of a kind with a number in a place.

    On JAX the integers are NumPy's, and the rest as wide as JAX has it.
    """
    values, position = row.values(), list(row.arrays).index(name)
    changed = np.maximum(values[name], 0).astype(kind)
    changed[place] = number
    if library is jnp:
        double = jax.config.jax_enable_x64
        arrays = row.made(np, "float64" if double else "float32")
        arrays = [x if x.dtype.kind == "i" else jnp.asarray(x) for x in arrays]
        arrays[position] = changed
    else:
        arrays = row.made(library)
        arrays[position] = made(library, changed)
    return arrays


def made(library, array):
    """Return NumPy's integers in a library."""
    if library is torch or library.__name__.endswith("torch"):
        return torch.asarray(array)
    return library.asarray(array.tolist(), dtype=getattr(library, array.dtype.name))


@labelled
@pytest.mark.parametrize("xp", ["numpy", "strict", "torch"], indirect=True)
def test_a_number_beyond_32_bits_is_named_as_it_came(xp, row):
    for name, place, (rule, where) in integer_faults(row):
        for kind, number in NUMBERS:
            arrays = with_number(row, xp, name, place, kind, number)
            message = f"^{re.escape(f'{rule}got {number} at{where}')}$"
            with pytest.raises(ValueError, match=message):
                row.with_options()(*arrays)


# JAX holds the first of each; the others it never sees without x64.
ON_JAX = {
    True: [("uint64", 2**64 - 100), ("uint64", 2**63)],
    False: [("uint32", 2**32 - 100), *(x for x in NUMBERS if x[0] != "uint32")],
}


def differentiated(row, arrays):
    """Return the gradient of the sum in the first array, and the losses beside it."""
    place = row.floats()[0]

    def loss(x):
        full = [*arrays[:place], x, *arrays[place + 1 :]]
        losses = row.with_options(reduction="none")(*full)
        return losses.sum(), losses

    return jax.grad(loss, has_aux=True), arrays[place]


def assert_bad(row, place, results):
    """Assert that a sample is nan in losses and gradient, and that not all are."""
    own = place[: len(row.losses)]
    derivatives, losses = map(to_numpy, results)
    derivatives = np.moveaxis(
        derivatives, row.samples.get(next(iter(row.arrays)), 0), 0
    )
    assert np.isnan(losses[own])
    assert np.isnan(derivatives[own]).all()
    assert row.together or not np.isnan(losses[0]).all()


@rows(attribute="bad_values", one_in=COMPILED)
@pytest.mark.parametrize(
    ("x64", "kind", "number"),
    [(True, "uint64", 2**64 - 100), (False, "int64", 2**32 + 1)],
    ids=["held", "not held"],
)
def test_a_number_beyond_32_bits_makes_its_sample_nan_on_jax(row, x64, kind, number):
    for name, place, _ in integer_faults(row):
        with jax.enable_x64(x64):
            arrays = with_number(row, jnp, name, place, kind, number)
            program, x = differentiated(row, arrays)
            assert_bad(row, place, jax.jit(program)(x))


@labelled
@X64
def test_a_number_beyond_32_bits_is_named_on_jax_on_request(row, x64):
    for name, place, (rule, where) in integer_faults(row):
        for kind, number in ON_JAX[x64]:
            message = f"^{re.escape(f'{rule}got {number} at{where}')}$"
            with (
                jax.enable_x64(x64),
                fl.debug_values(),
                pytest.raises(ValueError, match=message),
            ):
                row.with_options()(*with_number(row, jnp, name, place, kind, number))


SCORES = [[2.0, 0.0, 1.0, 0.5], [0.0, 1.0, 0.0, 3.0]]


@pytest.fixture
def single():
    """Run without JAX's x64."""
    with jax.enable_x64(False):
        yield jnp.asarray(SCORES, "float32")


@pytest.mark.parametrize(("kind", "number"), NUMBERS)
def test_a_label_that_jax_does_not_hold_is_no_class(single, kind, number):
    labels = np.asarray([3, number], kind)
    value, derivative = jax.value_and_grad(fl.cross_entropy)(single, labels)
    assert_close(value, np.nan)
    assert np.isnan(derivative[1]).all()
    message = rf"^target must be in 0\.\.3, got {number} at \(1,\)$"
    with fl.debug_values(), pytest.raises(ValueError, match=message):
        fl.cross_entropy(single, labels)


@pytest.mark.parametrize("number", [2**32 + 1, 2**63 - 1, -(2**40)])
def test_a_label_that_jax_does_not_hold_may_be_masked(single, number):
    labels = np.asarray([3, number])
    where = np.asarray([True, False])
    expected = fl.cross_entropy(single[:1], np.asarray([3]))
    for index in (-100, number):
        options = {"where": where} if index == -100 else {"ignore_index": index}
        assert_close(fl.cross_entropy(single, labels, **options), to_numpy(expected))


def test_a_single_row_takes_a_label_that_jax_does_not_hold(single):
    for labels in (np.asarray(2**32 + 1), np.asarray([2**32 + 1])):
        for loss in (fl.cross_entropy, fl.nll_loss, fl.multi_margin_loss):
            assert np.isnan(to_numpy(loss(single[0], labels))).all()
        layer = jnp.ones((4, 4))
        assert_close(fl.linear_cross_entropy(single[0], layer, labels), np.nan)


IGNORED = [
    ("int64", 2**40),
    ("int64", -(2**40)),
    ("uint32", 2**32 - 100),
    ("uint64", 2**64 - 1),
]


@pytest.mark.parametrize(("kind", "number"), IGNORED)
def test_the_ignored_label_may_be_beyond_32_bits(xp, kind, number):
    x = xp.asarray(SCORES, dtype=xp.float64)
    labels = made(xp, np.asarray([3, number], kind))
    expected = to_numpy(fl.cross_entropy(x[:1, :], made(xp, np.asarray([3]))))
    assert_close(fl.cross_entropy(x, labels, ignore_index=number), expected)
    other = number - 2**8
    if xp is jnp:
        assert_close(fl.cross_entropy(x, labels, ignore_index=other), np.nan)
    else:
        with pytest.raises(ValueError, match=f"got {number} at"):
            fl.cross_entropy(x, labels, ignore_index=other)


@pytest.mark.parametrize(("kind", "number"), IGNORED)
def test_the_ignored_label_may_be_one_that_jax_does_not_hold(single, kind, number):
    labels = np.asarray([3, number], kind)
    expected = to_numpy(fl.cross_entropy(single[:1], np.asarray([3])))
    assert_close(fl.cross_entropy(single, labels, ignore_index=number), expected)
    assert_close(fl.cross_entropy(single, labels, ignore_index=number - 2**8), np.nan)


@pytest.mark.parametrize("index", [2**40, -(2**40), 2**63, 2**64])
def test_no_label_is_an_ignored_one_beyond_its_dtype(xp, index):
    x = xp.asarray(SCORES, dtype=xp.float64)
    labels = xp.asarray([3, 0], dtype=xp.int32)
    got = fl.cross_entropy(x, labels, ignore_index=index)
    assert_close(got, to_numpy(fl.cross_entropy(x, labels)))


@pytest.mark.parametrize("loss", [fl.ntxent_loss, fl.circle_loss, fl.supcon_loss])
@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        ("int64", [1, 1, 2**32 + 1, -(2**32) + 1]),
        ("uint32", [2**32 - 1, 2**32 - 1, 2**31, 2**31 - 1]),
        ("uint64", [2**63, 2**63, 2**64 - 1, 2**63 - 1]),
    ],
)
def test_labels_that_share_32_bits_are_not_equal(xp, loss, kind, labels):
    x = xp.asarray(SCORES + SCORES[::-1], dtype=xp.float64) ** 2
    expected = to_numpy(loss(x, made(xp, np.asarray([0, 0, 1, 2]))))
    assert_close(loss(x, made(xp, np.asarray(labels, kind))), expected)
    if xp is jnp:
        with jax.enable_x64(False):
            x = x.astype("float32")
            got = loss(x, np.asarray(labels, kind))
            assert_close(got, expected, rtol=1e-5)
