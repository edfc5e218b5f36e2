"""Calls of every loss with changing options, and what happens when many make them."""

import functools
import hashlib
import inspect
import itertools
import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
import torch

from funloss.testing.harness import to_numpy
from parity.losses import INFOS
from parity.row import Row
from tools.caches import beyond

__all__ = ["Job", "Outcome", "alone", "in_threads", "jobs", "work"]

LIBRARIES = {"numpy": np, "jax.numpy": jnp, "torch": torch}
# Each kind of call is a program of its own on JAX; real options change beside it.
KINDS = ("plain", "masked", "weighted", "flagged")
VALUES = 3


class Job(NamedTuple):
    """A call and its result."""

    name: str
    kind: str
    call: Callable[[], Any]
    wanted: np.ndarray


class Outcome(NamedTuple):
    """What one thread or process found."""

    calls: int
    rounds: int
    wrong: list[str]
    # Bytes of the process after the first round, and the most after any other.
    before: int
    after: int
    # Of the results of the calls alone, by their kind.
    digests: dict[str, str]
    # Caches with more entries than they may have.
    beyond: list[str]


def jobs(kinds: Sequence[str] = KINDS) -> Iterator[Job]:
    """Yield the calls of every loss, with what they return when nothing else runs."""
    rows = [(info.name, row) for info in INFOS for row in info.rows]
    for (name, row), (library, xp) in itertools.product(rows, LIBRARIES.items()):
        weights = row.weights()
        for kind, turn in itertools.product(kinds, range(VALUES)):
            options = _options(row, kind, turn, weights)
            call = _call(row, xp, options)
            try:
                wanted = to_numpy(call())
            except (TypeError, ValueError):  # options that do not go together
                continue
            yield Job(f"{name} {kind} {turn} on {library}", kind, call, wanted)


def _options(row: Row, kind: str, turn: int, weights: Any) -> dict[str, Any]:
    """Return real options a little below their usual values, and those of a kind."""
    options: dict[str, Any] = {
        name: value * (1 - turn / 64) for name, value in row.reals.items()
    }
    if row.has("reduction"):
        reductions = ("none", "mean", "sum", "mean")
        options["reduction"] = reductions[KINDS.index(kind)]
    if kind == "masked" and row.has("where"):
        options["where"] = np.arange(np.prod(row.mask_shape)).reshape(row.mask_shape)
        options["where"] = options["where"] % 3 != turn
    if kind == "weighted":
        options |= {name: np.full(shape, 0.5) for name, shape in weights.items()}
    if kind == "flagged":
        options |= dict(_flags(row)[turn : turn + 1])
    return options


def _flags(row: Row) -> list[tuple[str, bool]]:
    """Return the options that are true or false, as they usually are not."""
    parameters = inspect.signature(row.loss).parameters.values()
    usual = {p.name: row.options.get(p.name, p.default) for p in parameters}
    return [(name, not x) for name, x in usual.items() if isinstance(x, bool)]


def _call(row: Row, xp: Any, options: dict[str, Any]) -> Callable[[], Any]:
    """Return a call on arrays of a library, flagged ones of 16 bits."""
    dtype = "float16" if len(options) % 2 else "float32"
    arrays = [xp.asarray(x) for x in row.made(np, dtype)]
    made = {
        name: xp.asarray(x if x.dtype == bool else x.astype(dtype))
        if isinstance(x, np.ndarray)
        else x
        for name, x in options.items()
    }
    return functools.partial(row.with_options(**made), *arrays)


def work(
    every: Sequence[Job], seconds: float, seed: int, stopped: threading.Event
) -> Outcome:
    """Call all in an order of its own, again until the time is over, and compare."""
    order, wrong, rounds, sizes = random.Random(seed), [], 0, [0]
    until = float("inf")
    while (rounds < 1 or time.monotonic() < until) and not stopped.is_set():
        for job in order.sample(every, len(every)):
            got = to_numpy(job.call())
            if not np.array_equal(got, job.wanted, equal_nan=True):
                wrong.append(job.name)
        rounds += 1
        sizes.append(_memory())
        until = min(until, time.monotonic() + seconds)
    calls = rounds * len(every)
    return Outcome(
        calls, rounds, wrong, sizes[1], max(sizes), _digests(every), beyond()
    )


def _memory() -> int:
    """Return the bytes that the process has in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _digests(every: Sequence[Job]) -> dict[str, str]:
    """Return a word for the results of a kind, the same where they are the same."""
    found = {job.kind: hashlib.sha256() for job in every}
    for job in every:
        found[job.kind].update(job.name.encode() + job.wanted.tobytes())
    return {kind: each.hexdigest() for kind, each in found.items()}


def in_threads(count: int, seconds: float) -> list[Outcome]:
    """Work in many threads of this process, which end with it when interrupted."""
    every, stopped = list(jobs()), threading.Event()
    with ThreadPoolExecutor(count) as pool:
        working = [
            pool.submit(work, every, seconds, seed, stopped) for seed in range(count)
        ]
        try:
            return [each.result() for each in working]
        finally:
            stopped.set()


def alone(seed: int, seconds: float) -> Outcome:
    """Work in this process, whose programs of JAX are its own, on a part of the kinds.

    A program takes megabytes: eight processes with those of all kinds take 18 GB.
    """
    kinds = KINDS[0], KINDS[1 + seed % (len(KINDS) - 1)]
    return work(list(jobs(kinds)), seconds, seed, threading.Event())
