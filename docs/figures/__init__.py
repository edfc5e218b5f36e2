"""The figure of every loss, by its name."""

import importlib

from docs.figures.figure import Figure
from funloss._registry import FAMILIES

__all__ = ["FIGURES"]

FIGURES: dict[str, Figure] = {
    name: figure
    for family in FAMILIES
    for name, figure in importlib.import_module(f"{__name__}.{family}").FIGURES.items()
}
