"""A report on the terminal."""

from collections.abc import Sequence

from rich.console import Console

from funloss.testing._harness.grid import readable
from funloss.testing._report import Report

__all__ = ["console", "show", "show_failure"]


def console() -> Console:
    """Return a console that is wide enough for a table where it is piped."""
    made = Console()
    if not made.is_terminal:
        made.width = 120
    return made


def show(
    report: Report, console: Console, *, row: str, columns: Sequence[str] = ()
) -> int:
    """Print table, verdict and smallest failure; return the exit status."""
    console.print(report.table(row, columns))
    colour = "green" if report.passed else "red"
    console.print(f"[{colour}]{report.verdict()}[/]", highlight=False)
    show_failure(report, console)
    return 0 if report.passed else 1


def show_failure(report: Report, console: Console) -> None:
    """Print the smallest failure, if there is one, as a program."""
    worst = report.smallest_failure()
    if worst is None:
        return
    console.print("The smallest failure:")
    call = readable(worst.call)
    console.print(f"{call}, {worst.library}, {worst.dtype}", markup=False)
    console.print(f"{worst.quantity}: {worst.fault}\n", markup=False)
    # Unwrapped and unstyled where it is piped, so that it can be pasted.
    console.print(worst.code, markup=False, highlight=False, soft_wrap=True)
