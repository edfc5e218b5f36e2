"""The benchmarks run, compare before they time, and write the page they should."""

import dataclasses
import gc
import itertools
import json
import math
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch.nn import functional

import funloss as fl
from benchmarks.agreement import disagreements
from benchmarks.case import Call
from benchmarks.clock import AGAIN, interleaved
from benchmarks.exact import ExactRow
from benchmarks.figures import is_of_another_machine, keep
from benchmarks.gates import GATES
from benchmarks.goals import Goal, reached
from benchmarks.machine import one_thread
from benchmarks.plots import GROWTH, RATIOS
from benchmarks.report import FIGURES, PAGE, SHARING_PAGE, page
from benchmarks.result import Row
from benchmarks.sharing_page import sharing_page
from benchmarks.summary import ratios_by_peer, summary_table

ROOT = pathlib.Path(__file__).parents[1]


def row(loss, ratio, group="elementwise", quantity="gradient"):
    times, ratios = {"funloss": 1.0}, {"torch": ratio}
    return Row(group, loss, quantity, "float32", (8,), times, ratios, noise=1.0)


def python(*arguments):
    """Run Python in the checkout as `python -m benchmarks` runs it."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=one_thread(os.environ),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Return the folder of a run of every case at its tiny shape."""
    folder = tmp_path_factory.mktemp("benchmarks")
    keep = ["--json", folder / "run.json", "--plots", folder]
    done = python("-m", "benchmarks", "--tiny", "--rounds", "1", *keep)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all agree" in done.stdout
    assert "Warning" not in done.stderr
    return folder


def test_a_tiny_run_agrees_and_has_every_loss_of_torch(tiny):
    figures = json.loads((tiny / "run.json").read_text())
    timed = {row["loss"] for row in figures["rows"]}
    of_torch = {loss for loss in fl.__all__ if hasattr(functional, loss)}
    assert timed >= of_torch | {"adaptive_log_softmax_with_loss"}
    assert timed <= {gate.loss for gate in GATES}
    for found in figures["rows"]:
        assert all(0 < ratio < math.inf for ratio in found["ratios"].values())


def test_a_tiny_run_draws_and_gives_a_page(tiny):
    assert (tiny / RATIOS).read_text().startswith("<?xml")
    assert (tiny / GROWTH).read_text().startswith("<?xml")
    text = page(json.loads((tiny / "run.json").read_text()))
    assert "| all losses | torch |" in text
    assert "| A/A |" in text


def test_the_page_is_what_its_figures_give():
    figures = json.loads(FIGURES.read_text())
    assert PAGE.read_text() == page(figures)
    rows = [Row.from_json(row) for row in figures["rows"]]
    exact = [ExactRow.from_json(row) for row in figures["exact"]]
    assert SHARING_PAGE.read_text() == sharing_page(rows, exact)


def kept(file, run, *, day="1", processor="A", exact=()):
    """Keep a run, of times by loss, in a file of three cases; return its figures."""
    cases = [row(loss, 1.0) for loss in ("first", "second", "third")]
    rows = [row(loss, ratio).as_json() for loss, ratio in run.items()]
    machine = {"processor": processor, "day": day}
    figures = {"machine": machine, "tiny": False, "rows": rows, "exact": [*exact]}
    keep(figures, file, cases)
    found = json.loads(file.read_text())
    ratios = {row["loss"]: row["ratios"]["torch"] for row in found["rows"]}
    return ratios, found["machine"], found["exact"]


def test_a_run_of_some_cases_leaves_the_figures_of_others(tmp_path):
    file = tmp_path / "run.json"
    kept(file, {"gone": 9.0, "third": 3.0, "first": 1.0}, exact=["old"])
    ratios, machine, exact = kept(file, {"second": 2.0, "first": 1.5}, day="2")
    assert list(ratios.items()) == [("first", 1.5), ("second", 2.0), ("third", 3.0)]
    assert (machine, exact) == ({"processor": "A", "day": "2"}, ["old"])
    counts_alone = kept(file, {}, processor="B", exact=["new"])
    assert counts_alone == (ratios, machine, ["new"])


def test_times_of_two_machines_are_not_mixed(tmp_path):
    file = tmp_path / "run.json"
    one, both = [row("first", 1.0)], [row("first", 1.0), row("second", 1.0)]
    machines = [{"processor": name, "day": "3"} for name in "AB"]
    assert not is_of_another_machine(file, machines[1], tiny=False, timed=one)
    kept(file, {"first": 1.0, "second": 2.0})
    told = [
        is_of_another_machine(file, machine, tiny, timed)
        for machine, tiny, timed in [
            (machines[0], False, one),
            (machines[1], False, one),
            (machines[0], True, one),
            (machines[1], False, both),
            (machines[1], False, []),
        ]
    ]
    assert told == [False, True, True, False, False]


def test_a_run_that_disagrees_has_status_1():
    done = python(
        "-c",
        """
import dataclasses, sys
from benchmarks import run
# Nothing is as close as less than nothing.
usual = next(case for case in run.CASES if case.size == "usual")
run.CASES = (dataclasses.replace(usual, tolerance=-1.0),)
sys.exit(run.main(["--tiny", "--rounds", "1"]))
""",
    )
    assert done.returncode == 1, done.stderr
    assert "disagree and were not timed" in done.stdout
    assert "float32 value: torch: value is off by" in done.stdout


@pytest.mark.parametrize(
    ("theirs", "fault"),
    [
        ((1.0, np.asarray([2.0, 4.0])), None),
        ((1.0, np.asarray([2.0, 4.0004])), None),
        ((torch.tensor(1.0), (torch.tensor([2.0, 4.0]),)), None),
        ((1.001, np.asarray([2.0, 4.0])), "value is off by 1.0e-03, at most 2.0e-04"),
        (
            (1.0, np.asarray([2.01, 4.0])),
            "gradient 1 is off by 1.0e-02, at most 8.0e-04",
        ),
        ((1.0, np.asarray([2.0, np.nan])), "gradient 1 is off by nan, at most 8.0e-04"),
        ((1.0, np.asarray([2.0])), "shapes are [(), (1,)], of funloss [(), (2,)]"),
    ],
    ids=itertools.count(),
)
def test_a_candidate_that_disagrees_is_named(theirs, fault):
    ours = Call(lambda: (1.0, np.asarray([2.0, 4.0])))
    found = disagreements({"funloss": ours, "peer": Call(lambda: theirs)}, 2e-4)
    assert found == ({} if fault is None else {"peer": fault})


def test_candidates_take_turns_and_turn_round():
    order = []
    calls = {
        name: Call(lambda name=name: order.append(name)) for name in ("funloss", "b")
    }
    seconds = interleaved(calls, rounds=2, least=0.0)
    assert order[-6:] == ["funloss", "b", "funloss", "funloss", "b", "funloss"]
    assert {name: len(own) for name, own in seconds.items()} == {
        "funloss": 2,
        "b": 2,
        AGAIN: 2,
    }


def test_what_a_call_leaves_behind_is_undone_before_each():
    order = []
    call = Call(lambda: order.append("run"), prepare=lambda: order.append("prepare"))
    interleaved({"funloss": call}, rounds=1, least=1.0)
    assert order == ["prepare", "run"] * 2


def test_garbage_is_collected_before_times_that_last_alone(monkeypatch):
    collected = []
    monkeypatch.setattr(gc, "collect", lambda: collected.append("all"))
    call = Call(lambda: None)
    interleaved({"funloss": call}, rounds=1, least=0.0)
    assert collected == []
    interleaved({"funloss": call}, rounds=1, least=1e-4)
    assert collected == ["all"]


def test_each_loss_counts_once_in_a_goal():
    # sqrt(sqrt(1 * 16) * 1) = 2.
    rows = [row("a", 1.0), row("a", 16.0), row("b", 1.0), row("c", 9.0, group="eager")]
    goal = Goal("all", "torch", 1.0, ("elementwise",))
    assert reached(goal, rows) == pytest.approx(2.0)
    largest = Goal("worst", "torch", 1.0, ("elementwise",), largest=True)
    assert reached(largest, rows) == pytest.approx(4.0)
    assert reached(goal, [row("a", 1.0, quantity="value")]) is None


def test_the_summary_has_each_loss_once_the_least_first():
    # (0.25 * 4 * 8)**(1/3) = 2; the eager case and the value alone are left out.
    rows = [row("a", 0.25), row("a", 4.0), row("b", 3.0), row("c", 0.5, group="ctc")]
    rows += [row("d", 9.0, group="eager"), row("e", 9.0, quantity="value")]
    rows += [dataclasses.replace(row("a", 8.0), dtype="bfloat16")]
    (ratios,) = ratios_by_peer(rows).values()
    assert list(ratios) == ["c", "a", "b"]
    assert ratios["a"] == pytest.approx(2.0)
    (line,) = summary_table(rows).lines
    assert line[:2] == ["torch", "3"]
    assert line[3:6] == ["1", "0", "2"]
    assert line[6:] == ["`c` 0.5", "`b` 3"]


def test_one_thread_keeps_the_flags_that_were_set():
    flags = one_thread({"XLA_FLAGS": "--xla_a=1"})["XLA_FLAGS"]
    assert flags.startswith("--xla_a=1 ")
    assert one_thread(os.environ)["OMP_NUM_THREADS"] == "1"
