"""What every command does when it is interrupted."""

import contextlib
import functools
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

from rich.console import Console

__all__ = ["INTERRUPTED", "command"]

# What a shell says of a process that an interrupt has ended.
INTERRUPTED = 128 + signal.SIGINT


def command(main: Callable[..., int]) -> Callable[..., int]:
    """Return `main` so that an interrupt or a termination ends it in a few words.

    Files are whole or as they were: `write` takes back what it has begun.
    """

    @functools.wraps(main)
    def run(*args: Any, **kwargs: Any) -> int:
        try:
            with _terminated():
                return main(*args, **kwargs)
        except KeyboardInterrupt:
            notes = Console(stderr=True)
            notes.print("Interrupted: files are whole, or as they were.")
            return INTERRUPTED

    return run


@contextlib.contextmanager
def _terminated() -> Iterator[None]:
    """Let SIGTERM end the command as an exception does, and not between two steps."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, _frame: Any) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
