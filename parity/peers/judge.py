"""Whether a peer is still wrong, and funloss right."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from parity.peers.record import Defect

__all__ = ["objection"]

# Of float32, and of numbers that are 0 there.
_RELATIVE, _ABSOLUTE = 2e-6, 1e-22
# How many times farther from the right value than funloss a peer is, at least.
_FARTHER = 100
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|\binf\b|\bnan\b)")


def objection(defect: Defect, outcome: Mapping[str, Any]) -> str:
    """Return why a record does not belong on the page, or an empty string."""
    right, ours = outcome["right"], outcome["ours"]
    if len(ours) != len(right) or not all(map(_same, ours, right)):
        return f"funloss gives {ours} instead of {right}"
    came = _numbers(outcome["came"])
    if len(came) != len(right):
        return ""
    least = _FARTHER * max(map(_error, ours, right))
    farthest = max(map(_error, came, right))
    return "" if farthest > least else f"it gives {outcome['came']}, which is right"


def _same(ours: float, right: float) -> bool:
    return math.isclose(ours, right, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE)


def _error(found: float, right: float) -> float:
    """Return the distance, relative to what is right unless that is 0."""
    error = abs(found - right) / (abs(right) or 1)
    return math.inf if math.isnan(error) else error


def _numbers(printed: str) -> Sequence[float]:
    """Return the numbers that were printed; none if an error was."""
    if re.match(r"\w+Error: ", printed):
        return []
    return [float(number) for number in _NUMBER.findall(printed)]
