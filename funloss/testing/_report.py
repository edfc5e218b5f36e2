"""Sum checks up: for people, for programs, and as an error."""

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Column, Table

from funloss.testing._figures import KINDS, Figures, grouped, kind_of
from funloss.testing._harness.check import Check
from funloss.testing._harness.grid import readable

__all__ = ["Report"]


class Report:
    """The checks of a run.

    Attributes:
        title: What was checked, in words.
        checks: Every comparison of an array, in order.
    """

    def __init__(self, title: str, checks: Iterable[Check] = ()) -> None:
        """Start with some checks, or none."""
        self.title = title
        self.checks = list(checks)

    def add(self, checks: Iterable[Check]) -> None:
        """Take in more checks."""
        self.checks += checks

    @property
    def passed(self) -> bool:
        """Whether something was checked, and nothing failed."""
        return bool(self.checks) and not self.failures

    @property
    def failures(self) -> list[Check]:
        """The checks that found a fault; each has the `code` that shows it."""
        return [check for check in self.checks if check.fault]

    def smallest_failure(self) -> Check | None:
        """Return the failure with the fewest numbers in it."""
        return min(
            self.failures,
            key=lambda c: (c.size, KINDS.index(kind_of(c)), len(c.code)),
            default=None,
        )

    def raise_for_failures(self) -> None:
        """Raise `AssertionError` with the smallest failure, unless all passed."""
        if not self.checks:
            msg = f"{self.title}: nothing was checked"
            raise AssertionError(msg)
        worst = self.smallest_failure()
        if worst is not None:
            msg = f"{self.verdict()}\n{_shown(worst)}"
            raise AssertionError(msg)

    def verdict(self) -> str:
        """Return the outcome in one line."""
        failed = len(self.failures)
        if not self.checks:
            return f"{self.title}: nothing was checked"
        if failed:
            return f"{self.title}: {failed} of {len(self.checks)} checks failed"
        return f"{self.title}: {len(self.checks)} checks passed"

    def summary(self) -> list[dict[str, Any]]:
        """Return checks, failures and largest errors by loss, library and dtype."""
        return [
            row | {name: _number(row[name]) for name in ("ulps", *KINDS)}
            for row in self._rows()
        ]

    def _rows(self) -> list[dict[str, Any]]:
        """Return the summary with infinite errors as they are."""
        attributes = ("loss", "library", "dtype")
        groups = grouped(self.checks, *attributes)
        return [
            dict(zip(attributes, figures.key, strict=True))
            | {
                "checks": len(figures.checks),
                "failed": len(figures.failures),
                "ulps": figures.largest(*KINDS),
            }
            | {kind: figures.largest(kind) for kind in KINDS}
            for figures in sorted(groups, key=lambda figures: figures.key)
        ]

    def table(self, row: str = "call", columns: Sequence[str] = ()) -> Table:
        """Return a table: checks and the largest error in ulps by row and column.

        Args:
            row: The attribute of a check that makes a row: ``"call"`` or ``"loss"``.
            columns: The libraries, in order; all that were checked if empty.
        """
        columns = columns or list(dict.fromkeys(c.library for c in self.checks))
        table = Table(
            row,
            *(Column(name, no_wrap=True, min_width=8) for name in columns),
            title="checks ✓ largest error in ulps, or ✗ how many failed",
            box=box.SIMPLE_HEAD,
            padding=(0, 1, 0, 0),
        )
        groups = grouped(self.checks, row, "library")
        found = {figures.key: figures for figures in groups}
        for name in dict.fromkeys(key[0] for key in found):
            cells = [_cell(found.get((name, library))) for library in columns]
            shown = readable(name) if row == "call" else name
            table.add_row(escape(shown), *cells)
        return table

    def to_json(self) -> str:
        """Return verdict, summary and failures; an infinite error is null."""
        figures = {
            "title": self.title,
            "passed": self.passed,
            "summary": self.summary(),
            "failures": [vars(c) | {"ulps": _number(c.ulps)} for c in self.failures],
        }
        return json.dumps(figures, indent=1) + "\n"

    def to_markdown(self) -> str:
        """Return verdict, summary and failures as Markdown."""
        head = ("loss", "library", "dtype", "checks", "failed", *KINDS)
        rows = [[_text(row[name]) for name in head] for row in self._rows()]
        lines = [head, ["---"] * len(head), *rows]
        parts = [
            f"# {self.verdict()}",
            "Largest errors in ulps.",
            "\n".join(f"| {' | '.join(line)} |" for line in lines),
        ]
        for check in self.failures:
            words, fault, code = _shown(check).split("\n", 2)
            parts += [f"## {words}", fault, f"```python\n{code.strip()}\n```"]
        return "\n\n".join(parts) + "\n"

    def to_html(self) -> str:
        """Return one page that needs nothing else: it filters, sorts and searches."""
        from funloss.testing._page import environment  # noqa: PLC0415 - slow to import, rarely needed

        rows = grouped(self.checks, "loss", "call", "library", "dtype")
        several = len({check.loss for check in self.checks}) > 1
        template = environment().get_template("report.html.jinja")
        return template.render(report=self, rows=rows, several=several)

    def __repr__(self) -> str:
        """Return the verdict, and the smallest failure if there is one."""
        worst = self.smallest_failure()
        return self.verdict() + (f"\n{_shown(worst)}" if worst else "")


def _shown(check: Check) -> str:
    words = f"{check.loss} {readable(check.call)}, {check.library}, {check.dtype}"
    return f"{words}\n{check.quantity}: {check.fault}\n\n{check.code}"


def _number(ulps: float | None) -> float | None:
    """Return the error, None if it is infinite: JSON has no such number."""
    return None if ulps is None or math.isinf(ulps) else ulps


def _text(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def _cell(figures: Figures | None) -> str:
    if figures is None:
        return "[dim]-"
    count, failed = len(figures.checks), len(figures.failures)
    if failed:
        return f"[red]{count} ✗ {failed}"
    return f"[green]{count} ✓ {figures.largest(*KINDS):.1f}"
