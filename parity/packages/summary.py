"""The end of a run beside packages in print: a row for each package of a loss."""

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Column, Table

from funloss.testing import Report
from funloss.testing._figures import Figures
from funloss.testing._terminal import console as standard
from funloss.testing._terminal import show_failure
from funloss.testing.harness import Check
from parity.case import Package
from parity.check import EPSILON
from parity.collection import beside_packages

__all__ = ["Beside", "beside", "show", "table"]


@dataclass(frozen=True)
class Beside:
    """A loss beside a package, and what was found.

    Attributes:
        loss: The loss.
        package: The package.
        figures: The checks; none if the run did not compare with the package.
    """

    loss: str
    package: Package
    figures: Figures

    def error(self, kind: str) -> str:
        """Return the largest relative error of values or gradients, in words."""
        ulps = self.figures.largest(kind)
        if ulps is None:
            return "-"
        return "∞" if math.isinf(ulps) else f"{ulps * EPSILON:.0e}"


def beside(checks: Sequence[Check]) -> list[Beside]:
    """Return what was found, a row for each package of a loss, with checks or none."""
    rows: dict[tuple[str, ...], tuple[Package, set[str]]] = {}
    for case in beside_packages():
        own = case.package
        assert own is not None
        key = (case.loss, own.name, f"{own.tolerance}", own.quirk)
        _, calls = rows.setdefault(key, (own, set()))
        calls |= {call.id for call in case.calls()}
    return [
        Beside(key[0], package, Figures(key, [c for c in checks if c.call in calls]))
        for key, (package, calls) in rows.items()
    ]


def table(report: Report) -> Table:
    """Return the packages, how far funloss is from them, and their quirks."""
    numbers = ("checks", "failed", "value", "gradient", "allowed")
    made = Table(
        Column("loss", no_wrap=True),
        Column("package", overflow="fold"),
        *(Column(name, justify="right", no_wrap=True) for name in numbers),
        Column("what it does otherwise", overflow="fold"),
        title="Largest error beside each package, relative, in float64",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        padding=0,
    )
    for row in _checked(report):
        failed = len(row.figures.failures)
        made.add_row(
            row.loss,
            row.package.name,
            f"{len(row.figures.checks):,}",
            f"[red]{failed:,}" if failed else "0",
            row.error("value"),
            row.error("gradient"),
            f"{row.package.tolerance:.0e}",
            row.package.quirk or "-",
        )
    return made


def show(
    report: Report,
    options: argparse.Namespace,
    seconds: float,
    console: Console | None = None,
) -> int:
    """Print table, outcome and smallest failure; return the exit status."""
    console = console or standard()
    if report.checks:
        console.print(table(report))
    colour = "green" if report.passed else "red"
    console.print(f"[{colour}]{_outcome(report, seconds)}[/]", highlight=False)
    show_failure(report, console)
    return 0 if report.passed else 1


def _checked(report: Report) -> list[Beside]:
    return [row for row in beside(report.checks) if row.figures.checks]


def _outcome(report: Report, seconds: float) -> str:
    count, failed = len(report.checks), len(report.failures)
    if not count:
        return "Nothing was checked: no case of these losses names a package."
    said = (
        f"{failed:,} of {count:,} checks failed"
        if failed
        else f"All {count:,} checks passed"
    )
    losses = {check.loss for check in report.checks}
    of = next(iter(losses)) if len(losses) == 1 else f"{len(losses)} losses"
    packages = {row.package.name.split()[0] for row in _checked(report)}
    return f"{said}: {of} beside {', '.join(sorted(packages))}; {seconds:.0f} s."
