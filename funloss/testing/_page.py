"""Templates of pages that need nothing else: no network, no other file."""

import math
from collections.abc import Iterable

from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, StrictUndefined

from funloss.testing._figures import KINDS
from funloss.testing._harness.check import Check
from funloss.testing._harness.grid import readable

__all__ = ["environment"]


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
    made.filters.update(readable=readable, ulps=_ulps, sortable=_sortable)
    return made


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
