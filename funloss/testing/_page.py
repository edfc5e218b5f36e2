"""Reports as pages that need nothing else: no network, no other file."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, StrictUndefined

from funloss.testing._harness.check import Check
from funloss.testing._report import Report

__all__ = ["KINDS", "Figures", "environment", "grouped", "report_page"]

KINDS = ("value", "slope", "curvature")

# A fault that is everywhere would fill megabytes with the same code.
SHOWN = 3


def report_page(report: Report) -> str:
    """Return the page of one report."""
    rows = grouped(report.checks, "loss", "call", "library", "dtype")
    several = len({check.loss for check in report.checks}) > 1
    template = environment().get_template("report.html.jinja")
    return template.render(report=report, rows=rows, several=several)


def environment(*loaders: BaseLoader) -> Environment:
    """Return what fills templates: those of the loaders, and the shared ones."""
    made = Environment(
        loader=ChoiceLoader([*loaders, PackageLoader("funloss.testing")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(KINDS=KINDS, names=_names)
    made.filters.update(ulps=_ulps, sortable=_sortable)
    return made


@dataclass(frozen=True)
class Figures:
    """Checks that are alike in some attributes, summed up.

    Attributes:
        key: The values of these attributes.
        checks: The checks.
    """

    key: tuple[str, ...]
    checks: Sequence[Check]

    @property
    def failures(self) -> list[Check]:
        """The checks that found a fault, those with the fewest numbers first."""
        failures = [check for check in self.checks if check.fault]
        return sorted(failures, key=lambda check: (check.size, len(check.code)))

    @property
    def shown(self) -> list[Check]:
        """The failures that are worth showing: each more one is much the same."""
        return self.failures[:SHOWN]

    def largest(self, kind: str) -> float | None:
        """Return the largest error of a kind of quantity; None if none was checked."""
        errors = [c.ulps for c in self.checks if c.quantity.split()[0] == kind]
        return max(errors, default=None)

    def grouped(self, *attributes: str) -> "list[Figures]":
        """Return the same checks by further attributes."""
        return grouped(self.checks, *attributes)


def grouped(checks: Iterable[Check], *attributes: str) -> list[Figures]:
    """Sum checks up by attributes, in the order in which their values appear."""
    groups: dict[tuple[str, ...], list[Check]] = {}
    for check in checks:
        key = tuple(getattr(check, attribute) for attribute in attributes)
        groups.setdefault(key, []).append(check)
    return [Figures(key, own) for key, own in groups.items()]


def _names(checks: Iterable[Check], attribute: str) -> list[str]:
    return list(dict.fromkeys(getattr(check, attribute) for check in checks))


def _ulps(error: float | None) -> str:
    if error is None:
        return "-"
    if math.isinf(error):
        return "∞"
    if error and error < 0.05:
        return "<0.1"
    return f"{error:.1f}" if error < 1e4 else f"{error:.1e}"


def _sortable(error: float | None) -> str:
    """Return the number as JavaScript reads it; nothing, which it sorts last."""
    if error is None:
        return ""
    return "Infinity" if math.isinf(error) else f"{error:.6g}"
