"""The rows of the table, one module a family of losses."""

import importlib

from funloss._registry import FAMILIES

__all__ = ["ROWS"]

ROWS = [
    row
    for family in FAMILIES
    for row in importlib.import_module(f"{__name__}.{family}").ROWS
]
