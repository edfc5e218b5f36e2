"""The errors of losses and of their peers, in ulps."""

import json
import math
import pathlib
import subprocess
import sys

import pytest

from parity.accuracy.row import Row
from parity.accuracy.tables import leads, more_exact, widest

ROOT = pathlib.Path(__file__).parents[1]


def row(candidate, value, gradient=None, kind="ordinary"):
    return Row("l1_loss", "", "float32", kind, candidate, value, gradient, 4)


def command(*arguments):
    # In a process of its own: some peers warn when they are imported.
    program = [sys.executable, "-m", "parity.accuracy", *arguments]
    return subprocess.run(
        program, cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_the_absolute_error_is_exact_and_a_coarse_gradient_is_seen(tmp_path):
    path = tmp_path / "errors.json"
    old = [row("funloss on JAX", math.inf), row("optax", 1.0)]
    other = {**row("optax", 2.0).as_json(), "loss": "mse_loss"}
    path.write_text(json.dumps([*(each.as_json() for each in old), other]))
    run = command("--loss", "l1_loss", "--loss", "huber_loss", "--json", str(path))
    assert run.returncode == 0, run.stderr
    assert "l1_loss" in run.stdout
    rows = [Row.from_json(each) for each in json.loads(path.read_text())]
    # Of another loss than those that were asked for.
    assert [each.value for each in rows if each.loss == "mse_loss"] == [2.0]
    found = [each for each in rows if each.loss == "l1_loss"]
    assert {each.kind for each in found} == {"ordinary", "small", "large", "mixed"}
    assert {each.dtype for each in found} == {"float32", "bfloat16"}
    assert {"torch", "keras"} <= {each.candidate for each in found}
    own = [each for each in found if each.candidate.startswith("funloss")]
    assert len({each.candidate for each in own}) == 3
    assert max(each.value for each in own) <= 2
    assert {each.gradient for each in own} == {None, 0.0}
    # optax clips the error of its Huber loss, and subtracts that.
    (coarse,) = (
        each
        for each in rows
        if (each.loss, each.candidate) == ("huber_loss", "optax")
        if (each.dtype, each.kind) == ("float32", "small")
    )
    assert (coarse.gradient or 0) > 1000


def test_an_unknown_loss_is_refused():
    run = command("--loss", "l3_loss")
    assert run.returncode == 2
    assert "l3_loss is not among the timed losses" in run.stderr


def test_where_a_peer_is_more_exact_comes_worst_first():
    ours = row("funloss on JAX", 3.0, 40.0), row("funloss on NumPy", 30.0)
    found = leads([*ours, row("optax", 3.0, 5.0), row("keras", 3.0, 30.0)])
    names = [(own.candidate, peer.candidate) for _, own, peer in found]
    assert names == [
        ("funloss on NumPy", "optax"),
        ("funloss on NumPy", "keras"),
        ("funloss on JAX", "optax"),
    ]
    assert "`l1_loss`" in more_exact([*ours, row("optax", 3.0, 5.0)]).markdown()


@pytest.mark.parametrize(("own", "peer"), [(4.0, 0.0), (9.0, 5.0), (9.0, math.inf)])
def test_small_errors_and_small_leads_are_none(own, peer):
    assert not leads([row("funloss on JAX", own), row("optax", peer)])


def test_a_loss_has_one_line_with_its_largest_errors():
    rows = [row("funloss on JAX", 1.0, 2.0), row("funloss on JAX", 3.0, 1.0, "small")]
    (line,) = widest([*rows, row("optax", math.inf, 12.0)], "float32").lines
    assert line == ["`l1_loss`", "3.0 / 2.0", "no digit / 12"]
