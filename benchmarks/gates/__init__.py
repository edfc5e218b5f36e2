"""What the compiler may count for each loss, one module a family."""

import importlib

from benchmarks.gate import Gate
from funloss._registry import FAMILIES

__all__ = ["GATES"]

GATES: tuple[Gate, ...] = tuple(
    gate
    for family in FAMILIES
    for gate in importlib.import_module(f"{__name__}.{family}").GATES
)
