"""Sum the checks up: a table for people, figures for programs."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from rich import box
from rich.table import Column, Table

from parity.check import Check

__all__ = ["Report"]


class Report:
    """The checks of a run, summed up by loss, library and dtype."""

    def __init__(self) -> None:
        """Start with no checks."""
        self.failures: list[Check] = []
        self.checks = 0
        self._figures: dict[tuple[str, str, str], dict[str, Any]] = {}

    def add(self, checks: Iterable[Check]) -> None:
        """Count more checks."""
        for check in checks:
            key = (check.loss, check.library, check.dtype)
            figures = self._figures.setdefault(
                key, {"checks": 0, "failed": 0, "ulps": 0.0}
            )
            figures["checks"] += 1
            figures["failed"] += bool(check.fault)
            figures["ulps"] = max(figures["ulps"], check.ulps)
            self.checks += 1
            if check.fault:
                self.failures.append(check)

    def smallest_failure(self) -> Check | None:
        """Return the failure with the fewest numbers in it."""
        order = ("value", "slope", "curvature")
        return min(
            self.failures,
            key=lambda c: (c.size, order.index(c.quantity.split()[0]), len(c.code)),
            default=None,
        )

    def table(self, losses: Sequence[str], libraries: Sequence[str]) -> Table:
        """Return one row a loss: checks and largest error in ulps on each library."""
        columns = [Column(name, no_wrap=True, min_width=8) for name in libraries]
        title = "checks, and the largest error in ulps"
        table = Table(
            "loss", *columns, title=title, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0)
        )
        for loss in losses:
            table.add_row(loss, *(self._cell(loss, library) for library in libraries))
        return table

    def _cell(self, loss: str, library: str) -> str:
        found = [f for key, f in self._figures.items() if key[:2] == (loss, library)]
        if not found:
            return "[dim]-"
        checks, failed = (sum(f[name] for f in found) for name in ("checks", "failed"))
        ulps = max(f["ulps"] for f in found)
        if failed:
            return f"[red]{checks} ✗ {failed}"
        return f"[green]{checks} ✓ {ulps:.1f}"

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON holds it; an infinite error is null."""
        return {
            "summary": [
                dict(zip(("loss", "library", "dtype"), key, strict=True))
                | figures
                | {"ulps": _number(figures["ulps"])}
                for key, figures in sorted(self._figures.items())
            ],
            "failures": [
                vars(check) | {"ulps": _number(check.ulps)} for check in self.failures
            ],
        }


def _number(ulps: float) -> float | None:
    return ulps if math.isfinite(ulps) else None
