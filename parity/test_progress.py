"""How far a run is, on a terminal and elsewhere; and the processes that do it."""

import io
import math
import multiprocessing
import os

import pytest
from rich.console import Console

from parity.pool import run
from parity.progress import EVERY, Pace, shown


@pytest.fixture
def clock(monkeypatch):
    """Return a clock that is set by hand."""
    now = {"time": 0.0}
    monkeypatch.setattr("parity.progress.time.monotonic", lambda: now["time"])
    return now


def test_time_left_starts_as_expected_and_follows_what_is_seen(clock):
    pace = Pace(100.0)
    assert pace.left == 100
    clock["time"], pace.done = 100.0, 50.0
    assert 50 < pace.left < 100
    clock["time"], pace.done = 1000.0, 99.0
    assert 5 < pace.left < 10


def test_lines_are_few_where_there_is_no_terminal(clock):
    console = Console(file=io.StringIO(), width=100)
    with shown(console) as progress:
        starting = "starting: importing JAX and PyTorch\n"
        assert console.file.getvalue() == starting
        progress.begin(Pace(100.0))
        for second in range(1, 100):
            clock["time"] = float(second)
            progress.add(10, second == 95, 1.0, "l1_loss")
    lines = console.file.getvalue().splitlines()
    assert lines[1] == "0 s: 0 passed, 0 failed, about 2 min left"
    assert lines[6] == "50 s: 500 passed, 0 failed, about 50 s left"
    assert len(lines) <= 2 + 100 / EVERY


def test_a_terminal_has_a_bar_from_the_start_with_counts_and_time_left(clock):
    console = Console(file=io.StringIO(), width=100, force_terminal=True)
    with shown(console) as progress:
        assert "importing" in console.file.getvalue()
        assert "passed" not in console.file.getvalue()
        progress.begin(Pace(100.0))
        progress.add(1234, 2, 50.0, "l1_loss")
        last = console.file.getvalue().splitlines()[-1]
    for words in ("1,234 passed, 2 failed", "about 10 s left", "l1_loss"):
        assert words in last


@pytest.mark.parametrize("lives", [1, 2])
def test_every_task_is_done_by_some_process(lives):
    tasks = [(number,) for number in (4.0, 9.0, 16.0)]
    assert dict(run(math.sqrt, tasks, 2, lives)) == {0: 2, 1: 3, 2: 4}


def test_later_processes_are_copies_if_the_first_were(monkeypatch):
    # The second of these is what a thread that is still ending would lead to.
    ways = iter([multiprocessing.get_context("spawn"), None])
    monkeypatch.setattr("parity.pool._context", lambda: next(ways))
    assert dict(run(math.sqrt, [(4.0,), (9.0,)], 2, 2)) == {0: 2, 1: 3}
    assert next(ways) is None


def test_a_process_that_dies_is_told():
    with pytest.raises(RuntimeError, match="a worker died"):
        list(run(os._exit, [(1,)], 2))
