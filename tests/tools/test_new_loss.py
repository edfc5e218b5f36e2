"""The skeletons of a new loss: complete, in order, and failing until filled in."""

import ast
import difflib
import pathlib
import shutil
import subprocess
import sys

import pytest

from funloss._registry import FAMILIES
from tools.new_loss import ROOT, main, new_files

NAME = "tilted_square_loss"
# Runs what was written where it stands; each must say what is missing.
PROBE = f"""
import importlib, sys
import numpy as np
import torch
import funloss as fl
from funloss._registry import LOSSES

def message(function):
    try:
        function()
    except NotImplementedError as error:
        return str(error)

family = LOSSES["{NAME}"].family
print(LOSSES["{NAME}"].module, fl.{NAME}.__module__)
print(message(lambda: fl.{NAME}(np.ones(3), 0.0)))
test = importlib.import_module(f"tests.{{family}}.test_tilted_square")
print(message(lambda: test.test_values(np)))
(info,) = importlib.import_module("parity.losses.tilted_square").INFOS
for case in info.cases:
    drawn = case.inputs(np.random.default_rng(0))
    drawn = {{name: torch.asarray(x) for name, x in drawn.items()}}
    print(message(lambda: case.reference(**drawn, reduction="none")))
from tests.table import ROWS
(row,) = [row for row in ROWS if row.loss is fl.{NAME}]
print(message(lambda: row.with_options()(*row.made(np))))
from parity.curves import CURVES
print(message(CURVES["{NAME}"].samples))
from benchmarks.exact import exact_row
from benchmarks.gates import GATES
print(message(lambda: exact_row(next(x for x in GATES if x.loss == "{NAME}"))))
from docs.figures import FIGURES
print(FIGURES["{NAME}"].curve.loss)
"""


def copied(folder):
    """Copy what a new loss writes into, and return the folder."""
    for part in ("benchmarks", "docs", "funloss", "parity", "tests"):
        shutil.copytree(
            ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__")
        )
    return folder


def texts(folder):
    """Return the text of each file of a folder, by its path."""
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.suffix in {".py", ".md"}
    }


@pytest.mark.parametrize("family", FAMILIES)
def test_files_parse_and_what_was_there_stays_in_order(family):
    for name, text in new_files(NAME, family).items():
        assert "$name" not in text
        assert max(map(len, text.splitlines())) <= 88
        path = ROOT / name
        if path.suffix == ".py":
            ast.parse(text)
        if path.exists():
            before = path.read_text(encoding="utf-8")
            lines = difflib.ndiff(before.splitlines(), text.splitlines())
            lost = [x[2:] for x in lines if x.startswith("- ")]
            # Lists of names on one line have one more.
            assert all(x.startswith("__all__ = ") for x in lost)
            assert text.count("tilted_square") > before.count("tilted_square")


@pytest.mark.parametrize("family", FAMILIES)
def test_a_loss_stands_by_its_name_in_its_family(family):
    files = new_files(NAME, family)
    register = {}
    exec(files["funloss/_registry.py"], register)
    assert register["FAMILIES"] == FAMILIES
    names = [x.name for x in register["LOSSES"].values() if x.family == family]
    assert names.index(NAME) == sum(name < NAME for name in names)
    assert register["LOSSES"][NAME].module == f"funloss.{family}._tilted_square"


def test_a_run_writes_what_it_says_and_its_tests_fail_until_filled_in(tmp_path, capsys):
    root = copied(tmp_path)
    real = "tilt=0.5:open_unit_interval"
    before, expected = texts(root), new_files(NAME, "regression", reals=[real])
    assert main([NAME, "regression", "--real", real], root) == 0
    said, after = capsys.readouterr().out, texts(root)
    assert {path for path in after if after[path] != before.get(path)} == {*expected}
    for path, text in expected.items():
        assert after[path] == text
        assert f"{'changed' if path in before else 'written'}  {path}" in said
    assert "docs/coming-from.md" in said
    run = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    place, *messages, figure = run.stdout.splitlines()
    assert place == " ".join(["funloss.regression._tilted_square"] * 2)
    formula = f"the formula of {NAME}"
    paper = f"{formula}, from its paper alone"
    assert messages == [*[formula] * 2, *[paper] * 6, *[formula] * 3]
    assert figure == NAME
    # Once is enough.
    assert main([NAME, "regression"], root) == 2
    assert "there is funloss/regression/_tilted_square.py" in capsys.readouterr().err
    assert texts(root) == after


@pytest.mark.parametrize(
    ("name", "family", "message"),
    [
        ("mse_loss", "regression", "there is mse_loss already, in funloss."),
        ("reduce", "regression", "there is reduce already, in funloss."),
        (NAME, "regresion", "family must be one of regression, classification,"),
        ("TiltedLoss", "regression", "lower-case letters, digits and _, got 'Tilted"),
        ("two words", "regression", "letters, digits and _, got 'two words'"),
        ("_loss", "regression", "letters, digits and _, got '_loss'"),
        ("lambda_loss", "regression", "letters, digits and _, got 'lambda_loss'"),
    ],
)
def test_a_name_or_a_family_that_cannot_be_is_refused(name, family, message, capsys):
    assert main([name, family], pathlib.Path("nowhere")) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("option", ["tau", "tau=a:positive", "tau=0.5:above"])
def test_an_option_that_is_written_otherwise_is_refused(option, capsys):
    assert main([NAME, "regression", "--real", option], pathlib.Path("nowhere")) == 2
    message = "an option is NAME=DEFAULT:CHECK, CHECK of positive"
    assert message in capsys.readouterr().err


def test_options_stand_in_definition_reference_and_checks():
    reals = ["tau=0.5:open_unit_interval", "delta=1.0:positive"]
    files = new_files(NAME, "regression", reals=reals)
    definition = files["funloss/regression/_tilted_square.py"]
    assert "    tau: Real = 0.5,\n    delta: Real = 1.0,\n" in definition
    raises = "Shapes differ, `tau` is not > 0 and < 1, `delta` is not > 0, or"
    assert f"        ValueError: {raises}\n            `reduction`" in definition
    checked = '{"tau": open_unit_interval(tau), "delta": positive(delta)}'
    assert checked in definition
    reference = files["parity/references/tilted_square.py"]
    assert "(input, target, *, tau=0.5, delta=1.0):" in reference
    entry = files["parity/losses/tilted_square.py"]
    assert '"delta": Real(0.625, (0.1, 2.5), "> 0")' in entry
