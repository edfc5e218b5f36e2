"""Checks that are alike, summed up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from funloss.testing._harness.check import Check

__all__ = ["KINDS", "Figures", "grouped", "kind_of"]

KINDS = ("value", "gradient", "Hessian")

# A fault that is everywhere would fill megabytes with the same code.
SHOWN = 3


@dataclass(frozen=True)
class Figures:
    """Checks that are alike in some attributes.

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

    def largest(self, *kinds: str) -> float | None:
        """Return the largest error of these kinds; None if none was checked."""
        errors = [check.ulps for check in self.checks if kind_of(check) in kinds]
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


def kind_of(check: Check) -> str:
    """Return the kind of quantity that was compared."""
    return next(kind for kind in KINDS if check.quantity.startswith(kind))
