"""A thousand different options: no cache of the losses outgrows its bound."""

import gc
import importlib
import pathlib
import re
import weakref

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funloss as fl
from funloss._array import jax_call
from funloss._array.jax_call import compiled
from parity.losses import INFOS
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


@pytest.fixture(scope="module", autouse=True)
def _leave_what_is_there_to_no_collection():
    # A collection looks at all that the tests before have left: a second each time.
    gc.collect()
    gc.freeze()


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


CALLS = {
    (call.case.loss, *names): call
    for info in INFOS
    for case in info.cases
    for call in case.calls()
    if (names := [name for name, x in call.options.items() if callable(x)])
}


@pytest.mark.parametrize("call", CALLS.values(), ids=map(" ".join, CALLS))
def test_a_call_with_functions_leaves_no_program_behind(call):
    arrays = {
        name: jnp.asarray(x) if isinstance(x, np.ndarray) else x
        for name, x in call.draw(0).items()
    }
    given = [arrays.pop(name) for name in call.positional()]

    def programs():
        call.case.ours(*given, **arrays, **call.options)
        gc.collect()
        return len(jax.devices()[0].client.live_executables())

    programs()
    assert programs() == programs()


def test_branches_and_loops_are_those_that_leave_no_program():
    root = pathlib.Path(fl.__file__).parent
    files = [x for x in root.rglob("*.py") if "testing" not in x.parts]
    sources = {path: path.read_text(encoding="utf-8") for path in files}
    found = {
        path.name
        for path, text in sources.items()
        if re.search(r"\blax\.(cond|scan|while_loop|switch|map|fori_loop)\b", text)
    }
    assert found == {"jax_control.py"}


# A loop that ends by itself, one of steps, a branch, and sums in one pass.
@pytest.mark.parametrize("name", ["bi_tempered_loss", "cox_loss", "cosine_similarity"])
def test_a_call_that_checks_values_leaves_no_program_behind(name):
    (row, *_) = next(info.rows for info in INFOS if info.name == name)
    arrays = row.made(jnp)

    def programs():
        with fl.debug_values():
            row.with_options()(*arrays)
        gc.collect()
        return len(jax.devices()[0].client.live_executables())

    programs()
    assert programs() == programs()
