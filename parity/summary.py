"""The end of a run in print: a table, the outcome in a sentence, where to go next."""

import argparse
import math
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Column, Table

from funloss._registry import LOSSES
from funloss.testing import Report
from funloss.testing._figures import KINDS, Figures, grouped, kind_of
from funloss.testing._terminal import console as standard
from funloss.testing._terminal import show_failure
from funloss.testing.harness import TOLERANCES, Check
from parity.arguments import ALL_DTYPES, ALL_LIBRARIES

__all__ = ["show", "table"]


def show(
    report: Report,
    options: argparse.Namespace,
    seconds: float,
    console: Console | None = None,
) -> int:
    """Print table, outcome and smallest failure; return the exit status."""
    console = console or standard()
    if report.checks:
        console.print(table(report, by_loss=bool(options.loss)))
    colour = "green" if report.passed else "red"
    outcome = _outcome(report, options, seconds)
    console.print(f"[{colour}]{outcome}[/]", highlight=False)
    if not report.passed:
        show_failure(report, console)
        return 1
    console.print(_next(options), highlight=False, markup=False)
    return 0


def table(report: Report, *, by_loss: bool) -> Table:
    """Return a row for each family or loss, or for each library of a single loss."""
    by, rows = _rows(report.checks, by_loss=by_loss)
    checked = {check.dtype for check in report.checks}
    dtypes = [dtype for dtype in ALL_DTYPES if dtype in checked]
    of = f" of {report.checks[0].loss}" if by == "library" else ""
    made = Table(
        Column(by, no_wrap=True),
        *(Column(name, justify="right") for name in ("checks", "failed", *dtypes)),
        title=f"Largest error{of} in ulps, the spacings of each dtype's numbers",
        title_justify="left",
        caption="A Hessian-vector product may err by four times as much. Where a call "
        "asks for a dtype, its value is counted in ulps of that dtype in every column, "
        "and may err by what is allowed there: "
        f"{TOLERANCES['float64'].ulps:g} with dtype=float64.",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        show_footer=True,
        padding=0,
    )
    made.columns[0].footer = "allowed"
    for column, dtype in zip(made.columns[3:], dtypes, strict=True):
        column.footer = f"{TOLERANCES[dtype].ulps:g}"
    if by == "family":
        made.add_column("nearest to what is allowed", overflow="fold")
    for figures in rows:
        own = {found.key[0]: found for found in figures.grouped("dtype")}
        cells = [_error(own.get(dtype)) for dtype in dtypes]
        failed = len(figures.failures)
        counts = [f"{len(figures.checks):,}", f"[red]{failed:,}" if failed else "0"]
        last = [_nearest(figures)] if by == "family" else []
        made.add_row(figures.key[0], *counts, *cells, *last)
    return made


def _rows(checks: Sequence[Check], *, by_loss: bool) -> tuple[str, list[Figures]]:
    """Return what the rows are by, and the checks of each, in the register's order."""
    losses = _ordered(grouped(checks, "loss"), list(LOSSES))
    if len(losses) == 1:
        return "library", _ordered(grouped(checks, "library"), ALL_LIBRARIES)
    if by_loss:
        return "loss", losses
    families: dict[str, list[Check]] = {}
    for figures in losses:
        (name,) = figures.key
        family = LOSSES[name].family if name in LOSSES else name
        families.setdefault(family, []).extend(figures.checks)
    return "family", [Figures((name,), own) for name, own in families.items()]


def _ordered(rows: Sequence[Figures], order: Sequence[str]) -> list[Figures]:
    """Return rows in an order; what it does not name comes last."""
    places = {name: place for place, name in enumerate(order)}
    return sorted(rows, key=lambda row: places.get(row.key[0], len(places)))


def _error(figures: Figures | None) -> str:
    if figures is None:
        return "[dim]-"
    error = figures.largest(*KINDS) or 0.0
    if math.isinf(error):
        return "∞"
    return f"{error:.1f}" if error < 1e4 else f"{error:.0e}"


def _nearest(figures: Figures) -> str:
    """Return the loss whose largest error is nearest to what is allowed, or beyond."""
    return max(figures.checks, key=_share).loss


def _share(check: Check) -> float:
    kind = "products" if kind_of(check) == "Hessian" else "values"
    return check.ulps / TOLERANCES[check.dtype].bound(kind)


def _outcome(report: Report, options: argparse.Namespace, seconds: float) -> str:
    count, failed = len(report.checks), len(report.failures)
    if not count:
        return "Nothing was checked: no loss runs on this library in this dtype."
    losses = {check.loss for check in report.checks}
    libraries = {check.library for check in report.checks}
    if failed:
        outcome = f"{failed:,} of {count:,} checks failed"
    else:
        outcome = f"All {count:,} checks passed"
    of = next(iter(losses)) if len(losses) == 1 else f"{len(losses)} losses"
    on = ", ".join(name for name in ALL_LIBRARIES if name in libraries)
    drawn = "every call" if options.full else f"samples of seed {options.seed}"
    return f"{outcome}: {of} against PyTorch on {on}; {drawn}; {_minutes(seconds)}."


def _next(options: argparse.Namespace) -> str:
    """Return what else there is, without what was just asked for."""
    offers = {
        "--loss NAME": "one loss" if not options.loss else "",
        "--full": "every call" if not options.full else "",
        "--html FILE": "a page with curves" if not options.html else "",
        f"--seed {options.seed}": "the same again" if not options.full else "",
    }
    given = [f"{option} ({what})" for option, what in offers.items() if what]
    return f"More: {', '.join(given)}; --help says what each costs."


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
