"""The command that calls every loss from many threads and processes."""

import itertools
import time

import numpy as np
import pytest

import funloss as fl
from tools.load import Job, in_threads, main, work


def job(name, call, wanted):
    return Job(name, call, np.asarray(wanted))


def test_a_result_that_changes_between_calls_is_found():
    numbers = itertools.count()
    every = [
        job("steady", lambda: fl.l1_loss(np.ones(2), np.zeros(2)), 1.0),
        job("counting", lambda: np.asarray(next(numbers)), 0),
    ]
    found = work(every, time.monotonic() + 0.05, seed=0)
    assert set(found.wrong) == {"counting"}
    assert found.calls == 2 * len(found.wrong) + 2
    assert found.before > 0


def test_every_thread_calls_every_job_once_at_least(monkeypatch):
    calls = itertools.count()
    monkeypatch.setattr(
        "tools.load.jobs", lambda: [job("one", lambda: next(calls) * 0, 0)]
    )
    outcomes = in_threads(3, minutes=0)
    assert [outcome.calls for outcome in outcomes] == [1, 1, 1]
    assert next(calls) == 3


@pytest.mark.parametrize("arguments", [[], ["--threads", "2", "--processes", "2"]])
def test_threads_or_processes_must_be_asked_for(arguments, capsys):
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    assert "--threads or --processes" in capsys.readouterr().err
