"""The errors of losses and of their peers, in ulps."""

import importlib
import json
import math
import pathlib
import subprocess
import sys
import warnings

import jax
import numpy as np
import pytest

from funloss._registry import LOSSES
from parity.accuracy.compare import behind, by_kind, compared
from parity.accuracy.domain import Domain, domain
from parity.accuracy.explained import superfluous, unexplained
from parity.accuracy.inputs import DRAWS, KINDS, inputs
from parity.accuracy.page import FIGURES, PICTURE, page
from parity.accuracy.picture import picture
from parity.accuracy.row import MOVED, Row, from_lines, in_lines
from parity.accuracy.tables import behind_table, kinds_table, losses_table

ROOT = pathlib.Path(__file__).parents[1]
JAX, TORCH = "funloss on JAX", "funloss on torch"


@pytest.fixture(scope="module")
def cases():
    with warnings.catch_warnings():
        # Some peers warn when they are imported.
        warnings.simplefilter("ignore")
        return importlib.import_module("parity.accuracy.cases").cases


@pytest.fixture(scope="module")
def figures():
    return json.loads(FIGURES.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows(figures):
    return list(from_lines(figures["rows"], figures["kinds"]))


def row(candidate, value, gradient=None, kind="ordinary", loss="l1_loss"):
    return Row(loss, "", "float32", kind, candidate, value, gradient, 4)


def command(*arguments):
    program = [sys.executable, "-m", "parity.accuracy", *arguments]
    return subprocess.run(
        program, cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_every_loss_is_measured(cases, rows):
    assert {case.loss for case in cases()} == set(LOSSES)
    assert {each.loss for each in rows} == set(LOSSES)
    for dtype in ("float32", "bfloat16"):
        found = {(each.loss, each.candidate) for each in rows if each.dtype == dtype}
        wanted = {(name, f"funloss on {library}") for name in LOSSES
                  for library in ("JAX", "NumPy", "torch")}  # fmt: skip
        assert wanted <= found


def test_page_and_picture_are_those_of_the_figures(figures, rows):
    assert FIGURES.with_suffix(".md").read_text(encoding="utf-8") == page(figures)
    assert (FIGURES.parent / PICTURE).read_text(encoding="utf-8") == picture(rows)


def test_where_a_peer_is_more_exact_the_page_says_why(rows):
    found = behind(rows)
    assert not unexplained(found)
    assert not superfluous(found)


def test_a_part_is_measured_into_the_figures_that_are_there(tmp_path):
    path = tmp_path / "errors.json"
    old = [row(JAX, math.inf), row("optax", 1.0), row(JAX, 2.0, loss="mse_loss")]
    lines = in_lines(old, list(KINDS))
    path.write_text(json.dumps({"kinds": list(KINDS), "rows": lines}))
    run = command("--loss", "l1_loss", "--loss", "huber_loss", "--json", str(path))
    assert run.returncode == 0, run.stdout + run.stderr
    assert "l1_loss" in run.stdout
    figures = json.loads(path.read_text())
    rows = list(from_lines(figures["rows"], figures["kinds"]))
    # Of another loss than those that were asked for.
    assert [each.value for each in rows if each.loss == "mse_loss"] == [2.0]
    found = [each for each in rows if each.loss == "l1_loss"]
    assert {each.kind for each in found} == set(KINDS)
    assert {each.dtype for each in found} == {"float32", "bfloat16"}
    assert {"torch", "keras"} <= {each.candidate for each in found}
    own = [each for each in found if each.is_own and each.kind == "ordinary"]
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
    assert path.with_suffix(".md").read_text(encoding="utf-8") == page(figures)
    assert path.with_suffix(".svg").read_text(encoding="utf-8") == picture(rows)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--loss", "l3_loss"], "there is no loss 'l3_loss'"),
        (["--page", "--json", "none.json"], "none.json is not there"),
        (["--page", "--json", "README.md"], "holds no figures of a run"),
        (["--page", "--loss", "mse_loss"], "give one of them"),
    ],
)
def test_bad_arguments_are_refused(arguments, message, cases, monkeypatch, capsys):
    main = importlib.import_module("parity.accuracy.__main__").main
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    assert message in capsys.readouterr().err


def test_rows_are_written_with_three_digits_and_read_again():
    every = [
        row(JAX, 1.0, 12345.678),
        row(JAX, math.inf, None, "huge"),
        row("optax", 0.25),
    ]
    lines = json.loads(json.dumps(in_lines(every, list(KINDS))))
    found = list(from_lines(lines, list(KINDS)))
    assert found == [row(JAX, 1.0, 12300.0), *every[1:]]
    assert len(lines) == 2


def test_a_peer_is_compared_on_its_own_library_the_worst_first():
    ours = row(JAX, 3.0, 40.0), row(TORCH, 30.0, 3.0)
    found = behind([*ours, row("optax", 3.0, 5.0), row("torch", 3.0, 3.0)])
    assert [(one.own.candidate, one.peer.candidate) for one in found] == [
        (TORCH, "torch")
    ]
    assert "`l1_loss`" in behind_table([*ours, row("optax", 3.0, 5.0)]).markdown()


@pytest.mark.parametrize(("own", "peer"), [(4.0, 0.0), (9.0, 5.0), (9.0, math.inf)])
def test_small_errors_and_nearly_equal_ones_are_not_listed(own, peer):
    assert not behind([row(JAX, own), row("optax", peer)])


@pytest.mark.parametrize(("moved", "missing"), [(5.0, 0), (4.9, 1)])
def test_an_error_that_inputs_make_needs_no_other_reason(moved, missing):
    found = behind([row(JAX, 10.0), row("optax", 1.0), row(MOVED, moved)])
    assert len(unexplained(found)) == missing


def test_bits_are_lost_beyond_one_ulp_and_at_most_all():
    every = [row(JAX, 1.0, 8.0), row(JAX, math.inf, 0.0, "huge")]
    peers = [row("optax", 16.0, 8.0), row("optax", 0.5, 0.0, "huge")]
    (loss,) = compared([*every, *peers], "float32")
    assert loss.own == {"JAX": (3 + 24) / 2}
    assert loss.peers == {"optax": ((3 + 24) / 2, (4 + 0) / 2)}
    assert by_kind([*every, *peers], "float32") == {"ordinary": (3, 4), "huge": (24, 0)}
    (line,) = losses_table([*every, *peers], "float32").lines
    assert line == ["`l1_loss`", "-11.5", "13.5", "-", "-", "2.0", "1.0 / 8.0"]
    assert kinds_table(every, "float32").lines[0][2:] == ["-", "-"]


def test_losses_without_a_peer_come_last():
    every = [
        row(JAX, 64.0, loss=name) for name in ("hinge_loss", "mse_loss", "l1_loss")
    ]
    every += [row("optax", 8.0, loss="mse_loss"), row("optax", 99.0)]
    names = [line[0] for line in losses_table(every, "float32").lines]
    assert names == ["`l1_loss`", "`mse_loss`", "`hinge_loss`"]


@pytest.mark.parametrize(
    ("numbers", "wanted"),
    [
        ([[0.5, -2.0, 1.0]], Domain.REAL),
        ([[0.5, 2.0, 1.0]], Domain.ONE_SIGN),
        ([[-0.5, -2.0, -1.0]], Domain.ONE_SIGN),
        ([[0.5, 0.25, 0.75]], Domain.UNIT),
        ([[[0.5, 0.25, 0.25]]], Domain.SHARES),
        ([[-1.0, 0.0, 2.5]], Domain.ORDERED),
        ([[[1.0, 5.0, 2.0, 6.0]]], Domain.ORDERED),
        ([[1.0, 0.0, 1.0]], Domain.LABELS),
        ([[1.0, -1.0, 1.0]], Domain.LABELS),
        ([0.25, 0.5, 0.75, 1.0], Domain.UNIT),
    ],
)
def test_the_domain_of_an_array_is_that_of_its_numbers(numbers, wanted):
    assert domain([*np.asarray(numbers)]) is wanted


# An array of a loss by its position, and what is true of it.
WITHIN = {
    "binary_cross_entropy": (0, lambda x: x.min() >= 0 and x.max() <= 1),
    "gaussian_nll_loss": (2, lambda x: x.min() > 0),
    "hinge_loss": (1, lambda x: set(x) <= {-1, 1}),
    "box_iou_loss": (0, lambda x: (x[:, 2:] >= x[:, :2]).all()),
    "poly_loss": (1, lambda x: np.allclose(x.sum(-1), 1, atol=1e-5)),
    "categorical_td_loss": (1, lambda x: (np.diff(x) >= 0).all()),
}


@pytest.mark.parametrize("name", WITHIN)
def test_inputs_stay_within_what_the_loss_is_made_for(cases, name):
    place, is_within = WITHIN[name]
    every = list(inputs(cases([name])[0], "float32"))
    assert len(every) == DRAWS * len(KINDS)
    for each in every:
        assert is_within(each.arrays[place]), each.kind


def test_hostile_inputs_are_huge_and_tiny(cases):
    every = list(inputs(cases(["mse_loss"])[0], "float32"))
    sizes = {(each.kind, each.draw): np.abs(each.arrays[0]).max() for each in every}
    assert sizes["huge", 3] > 1e37
    assert sizes["small", 0] < 0.01
    # Subnormal.
    assert 0 < sizes["tiny", 3] < 1e-42


def test_inputs_are_the_same_in_every_run(cases):
    first, second = ([*inputs(cases(["mse_loss"])[0], "bfloat16")] for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert jax.tree.all(jax.tree.map(np.array_equal, one.arrays, other.arrays))
    assert any(np.isinf(x).any() for each in first for x in each.arrays)
