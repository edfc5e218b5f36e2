"""What holds for every loss: whether one number may stand for all targets."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import funloss as fl
from parity.losses import BY_FAMILY
from tests.assertions import assert_close, to_numpy
from tests.sampling import COMPILED
from tests.table import LABELLED, parameters

TAKES = {x.name: x for x in BY_FAMILY if x.number is not None}
REFUSES = {x.name for x in BY_FAMILY if x.no_number}
WITH_TARGETS = {name: row for name, row in LABELLED.items() if "target" in row.arrays}


def takes(row):
    """Tell whether the row's targets are those of elements, not labels of rows."""
    elements = row.values()["target"].ndim >= len(row.mask_shape)
    return row.loss.__name__ in TAKES and elements


def number_for(row):
    """Return the number, and the options with which it may stand for all targets."""
    info = TAKES[row.loss.__name__]
    return info.number, info.number_with


def those(chosen, one_in=1):
    kept = {name: row for name, row in WITH_TARGETS.items() if chosen(row)}
    return pytest.mark.parametrize("row", parameters(kept, one_in))


def with_target(row, xp, target):
    """Return the row's arrays, with this target."""
    arrays = row.made(xp)
    arrays[list(row.arrays).index("target")] = target
    return arrays


def test_every_loss_of_targets_takes_a_number_or_has_a_reason():
    names = {row.loss.__name__ for row in WITH_TARGETS.values()}
    # Of two_hot a number is no target of many elements: its shares are the result.
    assert names == TAKES.keys() | REFUSES | {"two_hot"}
    assert {x.name for x in BY_FAMILY if x.number_with} == TAKES.keys() & REFUSES


@those(takes)
@pytest.mark.parametrize("xp", ["numpy", "strict", "torch"], indirect=True)
def test_a_number_stands_for_all_targets(xp, row):
    number, options = number_for(row)
    loss = row.with_options(**options, reduction="none")
    shape = row.values()["target"].shape
    full = with_target(row, xp, xp.full(shape, number, dtype=xp.float64))
    expected = to_numpy(loss(*full))
    given = [number, xp.asarray(number, dtype=xp.float64)]
    for one in [*given, np.float64(number)] if xp is np else given:
        got = loss(*with_target(row, xp, one))
        assert got.shape == expected.shape
        assert_close(got, expected)


@those(takes, one_in=COMPILED)
def test_a_number_as_target_leaves_the_gradient(row):
    number, options = number_for(row)
    loss, place = row.with_options(**options), list(row.arrays).index("target")
    shape = row.values()["target"].shape
    full = with_target(row, jnp, jnp.full(shape, number))
    one = with_target(row, jnp, jnp.asarray(number))
    value, derivatives = jax.value_and_grad(loss, (0, place))(*full)
    got, found = jax.value_and_grad(loss, (0, place))(*one)
    assert_close(got, value)
    assert_close(found[0], derivatives[0])
    assert_close(found[1], derivatives[1].sum(), rtol=1e-12, atol=1e-15)
    arrays = with_target(row, torch, number)
    x = arrays[0].requires_grad_()
    loss(*arrays).backward()
    assert_close(x.grad, derivatives[0])


@those(lambda row: row.loss.__name__ in REFUSES)
def test_a_number_is_refused_where_it_would_say_nothing(row):
    options = {"ignore_index": -100} if row.has("ignore_index") else {}
    options |= {"ignore_index": None} if row.loss is fl.linear_cross_entropy else {}
    for number in (1.0, np.asarray(1.0)):
        with pytest.raises((TypeError, ValueError), match=r"\b(target|axis)\b"):
            row.with_options(**options)(*with_target(row, np, number))
