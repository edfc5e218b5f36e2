"""How far a run is: a bar on a terminal, else a line every few seconds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

__all__ = ["Pace", "Shown", "shown"]

# Seconds between two lines where there is no terminal.
EVERY = 10
# How many seconds of a run the estimate made before it counts for.
TRUST = 15


class Pace:
    """The time that is left, by what was expected and by what was seen.

    Before anything is done the expected costs are all that is known. They are seconds
    of an idle machine: how much slower this one is, the run itself shows.
    """

    def __init__(self, expected: float) -> None:
        """Take the seconds that the whole run is expected to take."""
        self.expected = expected
        self.done = 0.0
        self.begun = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.begun

    @property
    def fraction(self) -> float:
        """How much of the work is done, from 0 to 1."""
        return min(self.done / self.expected, 1.0) if self.expected else 1.0

    @property
    def left(self) -> float:
        """Seconds that are left."""
        slower = (self.elapsed + TRUST) / (self.done + TRUST)
        return (self.expected - self.done) * slower if self.done else self.expected


class Shown:
    """What is known of a run, as a line."""

    def __init__(self) -> None:
        """Start with the imports, which take seconds."""
        self.pace: Pace | None = None
        self.passed = self.failed = 0
        self.words = "starting: importing JAX and PyTorch"

    def begin(self, pace: Pace) -> None:
        """Start to count."""
        self.pace, self.words = pace, "starting"
        self.refresh()

    def add(self, passed: int, failed: int, done: float, words: str) -> None:
        """Count checks, of which so many failed, and the expected cost of them."""
        assert self.pace is not None
        self.passed += passed
        self.failed += failed
        self.pace.done += done
        self.words = words
        self.refresh()

    def say(self, words: str) -> None:
        """Tell what is done now."""
        self.words = words
        self.refresh()

    def refresh(self) -> None:
        """Show what is known now."""

    @property
    def counts(self) -> str:
        """Checks that passed and failed; nothing before the plan is known."""
        if self.pace is None:
            return ""
        return f"{self.passed:,} passed, {self.failed:,} failed"

    @property
    def left(self) -> str:
        """The time that is left, in words."""
        if self.pace is None or self.pace.fraction >= 1:
            return ""
        return f"about {_time(self.pace.left)} left"


class _Bar(Shown):
    """A bar that stays in its line and goes when the run is over."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress
        self.task = progress.add_task(self.words, total=None, counts="", left="")
        self.refresh()

    def refresh(self) -> None:
        total = None if self.pace is None else 1.0
        self.progress.update(
            self.task,
            total=total,
            completed=self.pace.fraction if self.pace else 0,
            description=self.words,
            counts=self.counts,
            left=self.left,
            refresh=True,
        )


class _Lines(Shown):
    """A line when a run begins, and every few seconds from then on."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self.console = console
        self.last = float("-inf")
        console.print(self.words, highlight=False)

    def refresh(self) -> None:
        now = time.monotonic()
        if self.pace is None or now < self.last + EVERY:
            return
        self.last = now
        parts = [f"{self.pace.elapsed:.0f} s: {self.counts}", self.left]
        self.console.print(", ".join(filter(None, parts)), highlight=False)


@contextmanager
def shown(console: Console) -> Iterator[Shown]:
    """Show a run on a console as long as the context lasts."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = [
        BarColumn(24),
        *(
            TextColumn(f"{{task.{part}}}")
            for part in ("fields[counts]", "fields[left]")
        ),
        TextColumn("[dim]{task.description}"),
    ]
    # No thread draws it: workers are copies of a process that has one thread.
    with Progress(
        *columns, console=console, transient=True, auto_refresh=False
    ) as progress:
        yield _Bar(progress)


def _time(seconds: float) -> str:
    """Return a time as people say it, with no more digits than are known."""
    if seconds < 10:
        return f"{max(round(seconds), 1)} s"
    if seconds < 100:
        return f"{5 * round(seconds / 5)} s"
    return f"{round(seconds / 60)} min"
