"""A library in one mode, as it is checked."""

from collections.abc import Mapping
from dataclasses import dataclass

from funloss.testing.harness import Mode

__all__ = ["Library"]


@dataclass(frozen=True)
class Library:
    """A library in one mode, and the highest derivative checked by dtype."""

    mode: Mode
    orders: Mapping[str, int]
