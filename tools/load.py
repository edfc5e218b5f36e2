"""Call every loss from many threads and processes at once, with changing options.

    python -m tools.load --threads 8 --minutes 5
    python -m tools.load --processes 8 --minutes 5

Every call has its result from a call alone, before. Fails at a result that differs, and
where memory still grows after all calls were made once by each thread.
"""

import argparse
import itertools
import multiprocessing
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import torch
from rich.console import Console

from funloss.testing.harness import to_numpy
from parity.losses import INFOS
from parity.row import Row

__all__ = ["main"]

OPTIONS = 8
# How much of the memory after the first round may come on top.
GROWTH = 1.1
LIBRARIES = {"numpy": np, "jax.numpy": jnp, "torch": torch}


class Job(NamedTuple):
    """A call and its result."""

    name: str
    call: Callable[[], Any]
    wanted: np.ndarray


class Outcome(NamedTuple):
    """What one thread found."""

    calls: int
    wrong: list[str]
    # Bytes of the process after the first round, and at the end.
    before: int
    after: int


def jobs() -> Iterator[Job]:
    """Yield the calls of every loss on three libraries, with some options each."""
    jax.config.update("jax_enable_x64", True)
    for info, (library, xp) in itertools.product(INFOS, LIBRARIES.items()):
        for row, turn in itertools.product(info.rows, range(OPTIONS)):
            options = _options(row, turn)
            loss, arrays = row.with_options(**options), row.made(xp, "float32")

            def call(loss: Any = loss, arrays: Any = arrays) -> Any:
                return loss(*arrays)

            try:
                wanted = to_numpy(call())
            except ValueError:  # beyond the range of an option
                continue
            yield Job(f"{info.name} {options} on {library}", call, wanted)


def _options(row: Row, turn: int) -> dict[str, Any]:
    """Return real options a little below their usual values, and a reduction."""
    options: dict[str, Any] = {
        name: value * (1 - turn / 64) for name, value in row.reals.items()
    }
    if row.has("reduction"):
        options["reduction"] = ("none", "mean", "sum")[turn % 3]
    return options


def work(every: Sequence[Job], until: float, seed: int) -> Outcome:
    """Call in an order of its own until the time is over, and compare."""
    order, wrong, calls, before = random.Random(seed), [], 0, 0
    while not before or time.monotonic() < until:
        for job in order.sample(every, len(every)):
            calls += 1
            if not np.array_equal(to_numpy(job.call()), job.wanted, equal_nan=True):
                wrong.append(job.name)
        before = before or _memory()
    return Outcome(calls, wrong, before, _memory())


def _memory() -> int:
    """Return the bytes that the process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def in_threads(count: int, minutes: float) -> list[Outcome]:
    """Work in many threads of this process."""
    every, outcomes = list(jobs()), []
    until = time.monotonic() + 60 * minutes

    def one(seed: int) -> None:
        outcomes.append(work(every, until, seed))

    threads = [threading.Thread(target=one, args=(seed,)) for seed in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def in_process(seed: int, minutes: float) -> Outcome:
    """Work in a process of its own."""
    return work(list(jobs()), time.monotonic() + 60 * minutes, seed)


def in_processes(count: int, minutes: float) -> list[Outcome]:
    """Work in many processes, each with its own libraries."""
    with multiprocessing.get_context("spawn").Pool(count) as pool:
        return pool.starmap(in_process, [(seed, minutes) for seed in range(count)])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print what was found, and return 1 if that is not as it should be."""
    parser = argparse.ArgumentParser("python -m tools.load", description=__doc__)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--processes", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=5.0)
    options = parser.parse_args(arguments)
    if (options.threads > 0) == (options.processes > 0):
        parser.error("give --threads or --processes, at least 1")
    run, count = (
        (in_threads, options.threads)
        if options.threads
        else (in_processes, options.processes)
    )
    outcomes = run(count, options.minutes)
    wrong = sorted({name for outcome in outcomes for name in outcome.wrong})
    grown = max(outcome.after / outcome.before for outcome in outcomes)
    calls = sum(outcome.calls for outcome in outcomes)
    console = Console(markup=False, highlight=False)
    console.print(f"{calls} calls; memory {grown:.3f} of that after the first round")
    console.print(f"wrong: {', '.join(wrong) or 'none'}")
    return int(bool(wrong) or len(outcomes) < count or grown > GROWTH)


if __name__ == "__main__":
    sys.exit(main())
