"""The command as a front door: what it prints, writes, and ends with."""

import argparse
import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from funloss._registry import FAMILIES, LOSSES
from funloss.testing import Report
from funloss.testing.harness import TOLERANCES, Check
from parity import running
from parity.__main__ import main
from parity.arguments import ALL_DTYPES, ALL_LIBRARIES
from parity.case import DTYPES
from parity.libraries import LIBRARIES
from parity.summary import show, table

README = Path(__file__).parents[1] / "README.md"
QUICK = ["--loss", "td_loss", "--library", "numpy", "--jobs", "1"]


def found(loss, library="numpy", dtype="float64", *, ulps=0.0, fault=""):
    return Check(
        loss, f"{loss}-case[]", library, dtype, "value", ulps, fault, 4, "print('!')"
    )


def every(**given):
    return Report(
        "all", [found(loss, dtype=d, **given) for loss in LOSSES for d in ALL_DTYPES]
    )


def printed(report, **given):
    options = argparse.Namespace(loss=[], html=None, full=False, seed=7, **given)
    console = Console(file=io.StringIO(), width=100)
    status = show(report, options, 3.2, console)
    return status, console.file.getvalue()


def test_names_known_before_the_imports_are_all_there_are():
    assert tuple(LIBRARIES) == ALL_LIBRARIES
    assert DTYPES == ALL_DTYPES


def test_help_and_the_readme_say_the_same_of_what_a_run_costs(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    (limit,) = re.findall(r"at most (\S+ GB) in each", README.read_text())
    assert f"{limit} in each process" in said
    assert "about 11 times as long" in said
    assert "a partial run (--loss) updates only its own entries" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--loss", "mae"], "no loss is named 'mae': it is l1_loss here"),
        (["--loss", "hubr_loss"], "did you mean huber_loss?"),
        (["--library", "jax"], "invalid choice: 'jax'"),
        (["--jobs", "0"], "must be a number of at least 1, got '0'"),
        (["--json", "no/such/folder.json"], "must be a file in a folder that exists"),
        (["--seed", "1", "--full"], "not allowed with argument"),
    ],
)
def test_bad_arguments_end_with_two_and_say_what_is_wrong(arguments, message, capsys):
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("by_loss", [False, True])
def test_the_table_fits_in_a_hundred_columns_and_cuts_no_name(by_loss):
    console = Console(file=io.StringIO(), width=100)
    report = every(ulps=float("inf"), fault="wrong")
    report.checks *= 300
    console.print(table(report, by_loss=by_loss))
    lines = console.file.getvalue().splitlines()
    rows = [line.split()[0] for line in lines if "∞" in line]
    assert rows == list(LOSSES if by_loss else FAMILIES)
    assert max(map(len, lines)) <= 100
    assert "in ulps" in lines[0]


@pytest.mark.parametrize("loss", LOSSES)
def test_a_family_names_the_loss_that_is_nearest_to_what_is_allowed(loss):
    report = every(ulps=0.25)
    report.add([found(loss, dtype="float16", ulps=0.75)])
    console = Console(file=io.StringIO(), width=100)
    console.print(table(report, by_loss=False))
    assert f" {loss}" in console.file.getvalue()


def test_a_single_loss_is_shown_by_library():
    checks = [found("l1_loss", library) for library in reversed(ALL_LIBRARIES)]
    console = Console(file=io.StringIO(), width=100)
    console.print(table(Report("one", checks), by_loss=True))
    lines = console.file.getvalue().splitlines()
    rows = [line.split()[0] for line in lines if line.startswith(ALL_LIBRARIES)]
    assert rows == list(ALL_LIBRARIES)


def test_a_result_in_a_dtype_that_an_option_gives_is_judged_in_that_dtype():
    console = Console(file=io.StringIO(), width=100)
    console.print(table(every(), by_loss=False))
    caption = " ".join(console.file.getvalue().split())
    assert "its value is counted in ulps of that dtype" in caption
    assert f"{TOLERANCES['float64'].ulps:g} with dtype=float64" in caption


def test_the_outcome_says_what_passed_and_where_to_go_on():
    status, text = printed(every())
    text = " ".join(text.split())
    assert status == 0
    assert f"All {4 * len(LOSSES)} checks passed: {len(LOSSES)} losses" in text
    assert "against PyTorch on numpy; samples of seed 7; 3 s." in text
    assert all(option in text for option in ("--loss", "--full", "--html", "--seed 7"))


def test_a_failure_is_shown_as_a_program():
    report = every()
    report.add([found("l1_loss", fault="0 instead of 1", ulps=1e9)])
    status, text = printed(report)
    assert status == 1
    assert "1 of" in text
    assert "value: 0 instead of 1" in text
    assert text.endswith("print('!')\n")


def test_an_interrupt_ends_with_130_and_leaves_files_alone(
    tmp_path, monkeypatch, capsys
):
    def interrupted(batch, plan):
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "work", interrupted)
    file = tmp_path / "figures.json"
    assert main([*QUICK, "--json", str(file)]) == 130
    assert capsys.readouterr().err.splitlines()[-1].startswith("Interrupted")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_run_ends_with_two(monkeypatch, capsys):
    def failed(batch, plan):
        msg = "the reference failed"
        raise RuntimeError(msg)

    monkeypatch.setattr(running, "work", failed)
    assert main(QUICK) == 2
    assert "error: the reference failed" in capsys.readouterr().err


def test_figures_of_a_loss_take_their_place_in_a_file(tmp_path):
    file = tmp_path / "figures.json"
    full = ["--full", "--library", "numpy", "--jobs", "1", "--json", str(file)]
    losses = ["--loss", "td_loss", "--loss", "dpg_loss"]
    assert main([*full, *losses, "--dtype", "float64", "--dtype", "float32"]) == 0
    before = json.loads(file.read_text())
    stale = json.loads(json.dumps(before))
    for row in stale["summary"]:
        row["checks"] = 0
    file.write_text(json.dumps(stale))
    assert main([*full, "--loss", "td_loss", "--dtype", "float32"]) == 0
    after = json.loads(file.read_text())
    wanted = [
        new if (new["loss"], new["dtype"]) == ("td_loss", "float32") else old
        for new, old in zip(before["summary"], stale["summary"], strict=True)
    ]
    assert after["summary"] == wanted
    assert after["passed"]
    assert after["seed"] is None


@pytest.mark.parametrize(
    ("seed", "arguments", "message"),
    [
        (None, [], "holds the figures of every call"),
        (None, ["--loss", "td_loss"], "holds the figures of every call"),
        (3, ["--loss", "td_loss", "--seed", "4"], "add --seed 3"),
        (3, ["--loss", "td_loss", "--full"], "holds the samples of seed 3"),
        ("none", ["--full"], "holds no figures of a run"),
    ],
)
def test_figures_that_do_not_mix_are_refused(
    seed, arguments, message, tmp_path, capsys
):
    file = tmp_path / "figures.json"
    text = (
        "{}"
        if seed == "none"
        else json.dumps({"seed": seed, "summary": [], "failures": []})
    )
    file.write_text(text)
    with pytest.raises(SystemExit) as raised:
        main([*arguments, "--json", str(file)])
    assert raised.value.code == 2
    assert message in capsys.readouterr().err
    assert file.read_text() == text
