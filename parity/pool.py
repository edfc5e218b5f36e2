"""Run a function on many tasks in worker processes."""

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

from parity.compiling import QUICK

__all__ = ["run", "settle"]

# One thread each: the arrays are tiny, and the processes share the cores.
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "XLA_FLAGS": f"--xla_cpu_multi_thread_eigen=false {QUICK}",
    "JAX_PLATFORMS": "cpu",
}


def settle() -> None:
    """Set threads and compiler, here and in the workers, unless set by the user.

    A process that has imported a library already, as tests have, stays as it is.
    """
    if not {"jax", "torch"} & sys.modules.keys():
        os.environ.update(
            {k: v for k, v in _ENVIRONMENT.items() if k not in os.environ}
        )


def run(
    function: Callable[..., Any], tasks: Sequence[tuple], jobs: int, lives: int = 1
) -> Iterator[tuple[int, Any]]:
    """Yield the place of each task with its result, as they are done.

    One job runs here, more in processes, which end when this ends, however it does.
    They are started anew so many times, each for an equal share of the tasks: what XLA
    compiled leaves the memory only with them.

    Raises:
        RuntimeError: If a process dies.
    """
    places = range(len(tasks))
    if jobs == 1:
        yield from ((place, function(*tasks[place])) for place in places)
        return
    context = _context()
    for life in range(lives):
        own = {k: tasks[k] for k in places[life::lives]}
        yield from _run(function, own, jobs, context)


def _run(
    function: Callable[..., Any],
    tasks: Mapping[int, tuple],
    jobs: int,
    context: BaseContext,
) -> Iterator[tuple[int, Any]]:
    executor = ProcessPoolExecutor(jobs, context)
    try:
        with _without_interrupts():
            waiting = {
                executor.submit(function, *task): place for place, task in tasks.items()
            }
        for done in as_completed(waiting):
            yield waiting.pop(done), done.result()
    except BrokenProcessPool as error:
        msg = "a worker died, out of memory perhaps; --jobs 1 shows where"
        raise RuntimeError(msg) from error
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        executor.shutdown(cancel_futures=True)


def _context() -> BaseContext:
    """Return how to start processes: as copies of this one where that is safe.

    It is while there is one thread: torch and XLA start theirs when they compute.
    Copies need not import again, which takes seconds each. Asked once, before the
    first executor starts a thread, which may still be ending when the next begins.
    """
    threads = Path("/proc/self/task")
    single = threads.is_dir() and len(list(threads.iterdir())) == 1
    return multiprocessing.get_context("fork" if single else "spawn")


@contextlib.contextmanager
def _without_interrupts() -> Iterator[None]:
    """Start processes that leave an interrupt to this one, which ends them."""
    ways = {signal.SIGINT: signal.SIG_IGN, signal.SIGTERM: signal.SIG_DFL}
    before = {number: signal.signal(number, way) for number, way in ways.items()}
    try:
        yield
    finally:
        for number, way in before.items():
            signal.signal(number, way)
