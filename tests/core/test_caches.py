"""A thousand different options: no cache of the losses outgrows its bound."""

import gc
import importlib
import weakref

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from funloss._array import jax_call
from funloss._array.jax_call import compiled
from tests.assertions import assert_close
from tools.caches import beyond, caches

# The package has the decorator under the name of its module.
loss_module = importlib.import_module("funloss._core.loss")
X = jnp.asarray([1.0, -2.0])
MANY = 1100
OPTIONS = {
    "an integer": lambda k: k,
    "a float": lambda k: k + 0.5,
    "a string": str,
    "a tuple": lambda k: (k, "axis"),
    "a list": lambda k: [k],
    "a function": lambda k: lambda: k,
    "a dict": lambda k: {"k": k},
    "None or a number": lambda k: k % 2 or None,
}


@fl.elementwise_loss
def squared(xp, input, target, *, form=None):
    """Return the square of the error, whatever `form` is."""
    return xp.square(input - target)


def test_every_cache_has_a_bound():
    found = {name.removeprefix("funloss."): each for name, each in caches().items()}
    assert {"_array.jax_call.compiled", "_core.options.Bounds.rules"} <= found.keys()
    assert max(each.cache_info().maxsize for each in found.values()) < MANY
    assert beyond() == []


def test_the_table_of_types_begins_anew_when_it_is_full(monkeypatch):
    table = {}
    monkeypatch.setattr(loss_module, "_LIBRARIES", table)
    monkeypatch.setattr(loss_module, "_MOST", 3)
    sizes = set()
    for target in (X, 0.0, 0, np.zeros(2), True, np.zeros(2, "int8")):
        for form in (None, "a", 1, 2.5):
            squared(X, target, form=form)
            sizes.add(len(table))
    assert sizes == {1, 2, 3}


def forget():
    """Empty the caches of programs."""
    for each in (jax_call._plan, jax_call._program, compiled):
        each.cache_clear()
    gc.collect()


def watched(monkeypatch, jit):
    """Return the programs that there are from now on, made by `jit`, unowned."""
    programs = weakref.WeakSet()

    def remembered(run):
        program = jit(run)
        programs.add(program)
        return program

    monkeypatch.setattr(jax_call.jax, "jit", remembered)
    return programs


@pytest.mark.parametrize("option", OPTIONS.values(), ids=OPTIONS)
def test_a_thousand_static_options_keep_the_bounds_and_leave_no_program(
    option, monkeypatch
):
    # Programs that are not compiled are kept by the same caches, and quick to make.
    programs = watched(monkeypatch, lambda run: run)
    for k in range(MANY):
        assert_close(squared(X, 0 * X, form=option(k), reduction="sum"), 5)
    gc.collect()
    assert beyond() == []
    assert len(programs) <= compiled.cache_info().maxsize
    forget()
    assert len(programs) == 0


def test_what_jax_compiled_leaves_the_memory_with_its_place_in_the_cache(monkeypatch):
    programs = watched(monkeypatch, jax.jit)
    squared(X, X, form="one")
    squared(X, X, form="another")
    assert len(programs) == 2
    forget()
    assert len(programs) == 0


def test_a_thousand_values_of_a_real_option_are_one_program(monkeypatch):
    forget()
    programs = watched(monkeypatch, jax.jit)
    for k in range(MANY):
        delta = 1.5 + k / 1024
        got = fl.huber_loss(3 * X, -X, delta=delta, reduction="sum")
        np.testing.assert_array_equal(got, delta * (12 - delta))
    assert [program._cache_size() for program in programs] == [1]
    assert jax_call._scalar.cache_info().currsize == 1024
    assert beyond() == []
