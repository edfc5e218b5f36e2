"""What commands share: how they end when interrupted, and files that are whole."""

import argparse
import contextlib
import functools
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

__all__ = ["INTERRUPTED", "command", "output_file", "whole", "write"]

# What a shell says of a process that an interrupt has ended.
INTERRUPTED = 128 + signal.SIGINT


def command(main: Callable[..., int]) -> Callable[..., int]:
    """Return `main` so that an interrupt ends it in a few words, with status 130.

    SIGTERM ends it with status 143, after what it has begun to write is taken back.
    """

    @functools.wraps(main)
    def run(*args: Any, **kwargs: Any) -> int:
        try:
            with _terminated():
                return main(*args, **kwargs)
        except KeyboardInterrupt:
            sys.stderr.write("Interrupted: each file is whole, or as it was.\n")
            return INTERRUPTED

    return run


@contextlib.contextmanager
def _terminated() -> Iterator[None]:
    """Let SIGTERM raise an exception; other threads than the first cannot."""
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


def output_file(text: str) -> Path:
    """Return a file that can be written, or refuse another: a type of argparse."""
    path = Path(text)
    if path.is_dir() or not path.parent.is_dir():
        # Told now, and not after minutes of work.
        msg = f"must be a file in a folder that exists, got {text!r}"
        raise argparse.ArgumentTypeError(msg)
    return path


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Yield a new file to write beside `path`, whose place it takes at the end.

    An exception, an interrupt included, leaves the old file and no other.
    """
    new = path.with_name(f".{secrets.token_hex(4)}.{path.name}")
    try:
        yield new
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def write(path: Path, text: str) -> None:
    """Write a file at once: who interrupts it leaves the old one."""
    with whole(path) as new:
        new.write_text(text, encoding="utf-8")
