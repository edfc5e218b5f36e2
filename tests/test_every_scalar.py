"""What holds for every loss: 0-d arrays, arrays of few axes and masks of few axes."""

import inspect
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from tests.assertions import assert_close, to_numpy
from tests.table import LABELLED, rows

AXES = ("axis", "dim", "time_axis")
# What an array may be replaced with: one number, one entry, one row.
FEW = {
    "number": lambda x: x.reshape(-1)[0],
    "entry": lambda x: x.reshape(-1)[:1],
    "row": lambda x: x.reshape(-1, x.shape[-1])[0] if x.ndim else x,
}
# Words of messages that are about several arguments.
SEVERAL = {"shapes", "inputs", "last axes", "at least one", "tail_weights"}


def names_an_argument(row, error):
    """Tell whether the message is funloss's own, and of an argument of the loss."""
    own = "/funloss/" in inspect.getinnerframes(error.__traceback__)[-1].filename
    names = SEVERAL | set(inspect.signature(row.loss).parameters) | set(row.arrays)
    said = re.findall(r"[a-z_0-9]+", str(error).splitlines()[0])
    return own and any(f" {name} " in f" {' '.join(said)} " for name in names)


def answered(row, function, *arrays):
    """Return the result, or None after an error that names an argument."""
    try:
        return function(*arrays)
    except (TypeError, ValueError) as error:
        if names_an_argument(row, error):
            return None
        raise


def traced(function):
    return lambda *arrays: jax.eval_shape(function, *arrays)


@rows()
@pytest.mark.parametrize("kind", FEW)
def test_arrays_of_few_axes_give_a_number_or_are_named(row, kind):
    values = list(row.values().values())
    few = [np.asarray(FEW[kind](x)) for x in values]
    calls = [few] + [
        [*values[:place], few[place], *values[place + 1 :]]
        for place in range(len(values))
    ]
    options = [{}, *({name: k} for name in AXES if row.has(name) for k in (0, -1, 1))]
    for given in options:
        loss = row.with_options(**given)
        for arrays in calls:
            answered(row, loss, *arrays)
    if kind == "number":
        for given in options[:2]:
            loss = traced(row.with_options(**given))
            answered(row, loss, *map(jnp.asarray, few))


def reals(row):
    """Return the names of options that may be numbers or arrays."""
    parameters = inspect.signature(row.loss).parameters.values()
    return [
        p.name
        for p in parameters
        if p.kind is p.KEYWORD_ONLY or p.name == "weight"
        if "Any" in str(p.annotation) and "Callable" not in str(p.annotation)
        if p.name != "dtype"
    ]


@pytest.mark.parametrize("xp", ["numpy"], indirect=True)
@rows()
def test_a_number_may_be_written_in_several_ways(xp, row):
    arrays = row.made(xp)
    for name in reals(row):
        ways = [0.5, np.float64(0.5), np.asarray(0.5), np.asarray([0.5])]
        found = [
            answered(row, row.with_options(**{name: way}), *arrays) for way in ways
        ]
        found = [to_numpy(x) for x in found if x is not None]
        for one in found:
            assert_close(one, found[0])


@rows()
def test_a_number_may_be_a_traced_array(row):
    arrays = row.made(jnp)
    for name in set(reals(row)) - row.reals.keys():  # those have tests of their own
        given = {name: jnp.asarray(0.5)}
        answered(row, traced(row.with_options(**given)), *arrays)


@rows("where")
@pytest.mark.parametrize("xp", ["numpy", "strict"], indirect=True)
def test_one_truth_value_may_mask_all(xp, row):
    arrays = row.made(xp)
    options = {"reduction": "sum"} if row.has("reduction") else {}
    whole = to_numpy(row.with_options(**options)(*arrays))
    for flag in (True, False):
        full = xp.asarray(np.full(row.mask_shape, flag).tolist())
        expected = row.with_options(where=full, **options)(*arrays)
        for where in (flag, xp.asarray(flag)):
            got = row.with_options(where=where, **options)(*arrays)
            assert_close(got, to_numpy(expected))
            assert not flag or np.allclose(to_numpy(got), whole)


# Those of a class axis beside which a mask may have axes: (classes, axis's name).
BESIDE = {
    name: row
    for name, row in LABELLED.items()
    if row.has("where") and (row.has("axis") or row.has("dim"))
    if len(row.mask_shape) == 1 and "lambda_weight" not in row.options
    if not row.has("batch") and row.loss not in {fl.ntxent_loss, fl.circle_loss}
}


@pytest.mark.parametrize("row", BESIDE.values(), ids=BESIDE)
def test_a_mask_of_the_last_axes_is_that_of_all_rows(row):
    # As many positions as classes: a mask that is laid along the wrong axis fits.
    values = list(row.values().values())
    count = values[0].shape[1]
    deep = [np.stack([np.roll(x, k, 0) for k in range(count)], -1) for x in values]
    axis = "dim" if row.has("dim") else "axis"
    loss = row.with_options(**{axis: 1})
    keep = np.arange(count) % 2 == 0
    expected = loss(*deep, where=np.broadcast_to(keep, (3, count)))
    assert_close(loss(*deep, where=keep), expected)
