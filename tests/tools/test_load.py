"""The command that calls every loss from many threads and processes."""

import functools
import itertools
import threading
import time

import numpy as np
import pytest

import funloss as fl
from funloss._registry import LOSSES
from tools import calls, load
from tools.calls import KINDS, Job, Outcome, in_threads, jobs, work


def job(name, call, wanted):
    return Job(name, "plain", call, np.asarray(wanted))


def found(**changed):
    fields = {"calls": 9, "rounds": 3, "wrong": [], "before": 100, "after": 105}
    fields |= {"digests": {"plain": "a"}, "beyond": []}
    return Outcome(**fields | changed)


def test_a_result_that_changes_between_calls_is_found():
    numbers = itertools.count()
    every = [
        job("steady", lambda: fl.l1_loss(np.ones(2), np.zeros(2)), 1.0),
        job("counting", lambda: np.asarray(next(numbers)), 0),
    ]
    outcome = work(every, 0.05, 0, threading.Event())
    assert set(outcome.wrong) == {"counting"}
    assert outcome.rounds == len(outcome.wrong) + 1 > 1
    assert outcome.calls == 2 * outcome.rounds
    assert 0 < outcome.before <= outcome.after


def test_the_time_begins_after_the_first_round():
    every = [job("slow", lambda: time.sleep(0.05) or 0, 0)]
    assert work(every, 0.02, 0, threading.Event()).rounds == 2


def test_every_thread_calls_every_job_once_at_least(monkeypatch):
    numbers = itertools.count()
    one = job("one", lambda: next(numbers) * 0, 0)
    monkeypatch.setattr(calls, "jobs", lambda: [one])
    assert [outcome.calls for outcome in in_threads(3, seconds=0)] == [1, 1, 1]
    assert next(numbers) == 3


def test_a_thread_that_fails_ends_the_others(monkeypatch):
    numbers = itertools.count()

    def call():
        if not next(numbers):
            raise ArithmeticError
        return 0

    monkeypatch.setattr(calls, "jobs", lambda: [job("one", call, 0)])
    with pytest.raises(ArithmeticError):
        in_threads(2, seconds=600)


def test_options_of_every_kind_change(monkeypatch):
    huber = [info for info in calls.INFOS if info.name == "huber_loss"]
    monkeypatch.setattr(calls, "INFOS", huber)
    every = list(jobs())
    assert {job.kind for job in every} == set(KINDS)
    results = [job.wanted for job in every if "numpy" in job.name]
    plain = {value.tobytes() for value in results[:3]}
    assert len(plain) == 3
    digest = functools.partial(calls._digests, every)
    assert digest() == digest()
    every[0] = every[0]._replace(wanted=every[0].wanted + 1)
    assert digest()["plain"] != calls._digests(list(jobs()))["plain"]


def test_every_loss_is_called():
    assert {info.name for info in calls.INFOS} == set(LOSSES)


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({}, 0, "18 calls in 6 rounds; wrong: none"),
        ({"wrong": ["l1_loss"]}, 1, "wrong: l1_loss"),
        ({"after": 111}, 1, "1.110 of that after the first round"),
        ({"digests": {"plain": "b"}}, 1, "results alone: not the same"),
        ({"digests": {"masked": "b"}}, 0, "results alone: the same everywhere"),
        ({"beyond": ["cache"]}, 1, "beyond their bounds: cache"),
    ],
)
def test_what_is_not_as_it_should_be_fails(changed, status, words, monkeypatch, capsys):
    outcomes = [found(), found(**changed)]
    monkeypatch.setattr(calls, "in_threads", lambda *_: outcomes)
    assert load.main(["--threads", "2"]) == status
    assert words in capsys.readouterr().out
