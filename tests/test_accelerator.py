"""The command for accelerators, at tiny sizes on a CPU, without torch and its like."""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import pytest
from jax.errors import JaxRuntimeError

from benchmarks.accelerator import accuracy, timing
from benchmarks.accelerator.page import FIGURES, PAGE, page
from benchmarks.accelerator.programs import Program
from benchmarks.accelerator.run import main
from benchmarks.accelerator.tables import accuracy_table, fault_table, time_tables
from benchmarks.accelerator.timing import OTHER_FORM
from benchmarks.forms import FORMS, form
from parity.examples.arrays import ELEMENTS, XY
from parity.row import Row

ROOT = pathlib.Path(__file__).parents[1]
# Two losses and one dtype of the accuracy: nearly all the time goes into compiling.
ALONE = """
import dataclasses, json, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"torch", "optax", "keras", "rax", "rlax"}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
from benchmarks.accelerator import run

told = ["--tiny", "--rounds", "1", "--loss", "huber_loss"]
status = run.main(
    [*told, "--loss", "cross_entropy", "--dtype", "float32", "--json", sys.argv[1]]
)
huber = next(each for each in run.PROGRAMS if each.loss == "huber_loss")
wrong = lambda x, t: 1.001 * huber.by_hand(x, t)
run.PROGRAMS = [dataclasses.replace(huber, by_hand=wrong)]
print([status, run.main([*told, "--only", "times"])])
"""


def test_it_runs_without_torch_and_says_what_is_wrong(tmp_path):
    file = tmp_path / "run.json"
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(file)],
        cwd=ROOT,
        env={**os.environ, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stdout.splitlines()[-1] == "[0, 1]", done.stdout + done.stderr
    assert "nothing is wrong" in done.stdout
    assert "value is off by" in done.stdout
    figures = json.loads(file.read_text())
    assert {check["loss"] for check in figures["accuracy"]} == {
        "huber_loss",
        "cross_entropy",
    }
    assert [(each["loss"], each["dtype"]) for each in figures["times"]] == [
        ("huber_loss", "float32"),
        ("cross_entropy", "bfloat16"),
    ]
    # Of few elements, huber_loss has one form alone.
    assert [each["milliseconds"].keys() for each in figures["times"]] == [
        {"funloss", "by hand"},
        {"funloss", "by hand", OTHER_FORM},
    ]
    text = page(figures)
    assert "| float32 | gradient | 2 |" in text
    assert "| `huber_loss` | 8 | float32 |" in text
    assert "has not been run" not in text


def test_the_page_is_what_its_figures_give():
    figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else None
    assert PAGE.read_text() == page(figures)
    assert ("has not been run on a GPU" in PAGE.read_text()) == (figures is None)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (["--tiny", "--loss", "huber"], "no loss is named 'huber': it is huber_loss"),
        (["--tiny", "--rounds", "0"], "must be a number of at least 1, got '0'"),
        (["--tiny", "--json", "nowhere/x"], "must be a file in a folder that exists"),
        (["--tiny", "--dtype", "float16"], "invalid choice: 'float16'"),
        ([], "JAX sees no accelerator here"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(told, said, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(told)
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err


def off_in_float32(input, target):
    """Return errors that are 4e-6 too large in float32, which is 32 ulps and more."""
    return (input - target) ** 2 * (1 + 4e-6 * (input.dtype == jnp.float32))


def test_an_error_on_the_device_is_found(monkeypatch):
    rows = [Row(XY, ELEMENTS, loss=off_in_float32)]
    info = SimpleNamespace(name="off", rows=rows)
    monkeypatch.setattr(accuracy, "BY_FAMILY", [info])
    said = []
    found = accuracy.checked([], accuracy.DTYPES, said.append)
    assert said == ["accuracy: off_in_float32-0 to off_in_float32-0"]
    faults = {(check.dtype, check.quantity) for check in found if check.fault}
    assert faults == {
        ("float32", "value"),
        ("float32", "gradient wrt input"),
        ("float32", "gradient wrt target"),
    }
    assert len(found) == 6
    assert [line[4] for line in accuracy_table(found).lines] == ["1", "2", "0", "0"]
    assert len(fault_table(found, []).lines) == 3


@jax.custom_jvp
def two_forms(x):
    return jnp.sum(x * x)


@two_forms.defjvp
def two_forms_jvp(primals, tangents):
    (x,), (change,) = primals, tangents
    twice = jax.lax.platform_dependent(
        x, cpu=lambda x: x + x, default=lambda x: jnp.multiply(x, 2)
    )
    return two_forms(x), jnp.sum(twice * change)


def test_a_form_is_chosen_where_it_is_traced():
    gradient, usual = jax.grad(two_forms), jax.lax.platform_dependent
    found = {}
    for name in FORMS:
        with form(name) as chosen:
            found[name] = str(jax.make_jaxpr(gradient)(jnp.ones(3)))
        assert chosen.count == 1
        assert "platform" not in found[name]
    assert " add " not in found["default"]
    assert " add " in found["cpu"]
    assert jax.lax.platform_dependent is usual
    assert "platform" in str(jax.make_jaxpr(gradient)(jnp.ones(3)))


def test_both_forms_are_timed_where_there_are_two():
    def inputs(key, dtype, n):
        return (jax.random.normal(key, (n,), dtype),)

    program = Program(two_forms, lambda x: jnp.sum(x**2), inputs, (8,), (4,))
    found = timing.timed(program, rounds=1, tiny=True)
    assert found.forms == 2
    assert list(found.milliseconds) == ["funloss", timing.OTHER_FORM, "by hand"]
    assert not found.faults
    *_, by_form = time_tables([found, timing.Timed("one", (8,), "float32")])
    assert [line[0] for line in by_form.lines] == ["`two_forms`"]


@pytest.mark.parametrize(
    ("said", "raises"),
    [("RESOURCE_EXHAUSTED: Out of memory", False), ("INTERNAL: a fault", True)],
    ids=str,
)
def test_a_candidate_without_room_is_named(said, raises):
    found = timing.Timed("a", (8,), "float32")

    def run():
        raise JaxRuntimeError(said)

    calls = {"funloss": lambda: (jnp.ones(()), jnp.ones(2)), "by hand": run}
    with pytest.raises(JaxRuntimeError) if raises else contextlib.nullcontext():
        kept = timing.agreeing(found, calls, tolerance=0.0)
        assert list(kept) == ["funloss"]
        assert found.no_room == ["by hand"]
        times, memory, _ = time_tables([found])
        assert "no room" in times.lines[0]
        assert [line[3:5] for line in memory.lines] == [["by hand", "no room"]]
