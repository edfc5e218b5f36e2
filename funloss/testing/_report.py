"""Sum checks up: for people, for programs, and as an error."""

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Column, Table

from funloss.testing._harness.check import Check

__all__ = ["Report"]

_KINDS = ("value", "slope", "curvature")


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
            key=lambda c: (c.size, _KINDS.index(_kind(c)), len(c.code)),
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
        groups: dict[tuple[str, str, str], list[Check]] = {}
        for check in self.checks:
            key = (check.loss, check.library, check.dtype)
            groups.setdefault(key, []).append(check)
        return [
            dict(zip(("loss", "library", "dtype"), key, strict=True))
            | {
                "checks": len(own),
                "failed": sum(bool(check.fault) for check in own),
                "ulps": _largest(own),
            }
            | {kind: _largest([c for c in own if _kind(c) == kind]) for kind in _KINDS}
            for key, own in sorted(groups.items())
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
            title="checks, and the largest error in ulps",
            box=box.SIMPLE_HEAD,
            padding=(0, 1, 0, 0),
        )
        groups: dict[tuple[str, str], list[Check]] = {}
        for check in self.checks:
            groups.setdefault((getattr(check, row), check.library), []).append(check)
        for name in dict.fromkeys(key[0] for key in groups):
            table.add_row(
                escape(name), *(_cell(groups.get((name, c), [])) for c in columns)
            )
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
        head = ("loss", "library", "dtype", "checks", "failed", *_KINDS)
        rows = [[_text(row[name]) for name in head] for row in self.summary()]
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
        from funloss.testing._page import report_page  # noqa: PLC0415

        return report_page(self)

    def __repr__(self) -> str:
        """Return the verdict, and the smallest failure if there is one."""
        worst = self.smallest_failure()
        return self.verdict() + (f"\n{_shown(worst)}" if worst else "")


def _shown(check: Check) -> str:
    words = f"{check.loss} {check.call}, {check.library}, {check.dtype}"
    return f"{words}\n{check.quantity}: {check.fault}\n\n{check.code}"


def _kind(check: Check) -> str:
    return check.quantity.split()[0]


def _largest(checks: Sequence[Check]) -> float | None:
    """Return the largest error; None if there is none, or it is infinite."""
    return _number(max((check.ulps for check in checks), default=math.inf))


def _number(ulps: float) -> float | None:
    return ulps if math.isfinite(ulps) else None


def _text(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def _cell(checks: Sequence[Check]) -> str:
    if not checks:
        return "[dim]-"
    failed = sum(bool(check.fault) for check in checks)
    if failed:
        return f"[red]{len(checks)} ✗ {failed}"
    return f"[green]{len(checks)} ✓ {max(check.ulps for check in checks):.1f}"
