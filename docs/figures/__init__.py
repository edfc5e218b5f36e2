"""The figure of every loss, by its name."""

import importlib

from docs.figures.figure import Figure, Lines
from funloss._registry import FAMILIES
from parity.curves import CURVES

__all__ = ["FIGURES"]

_SPECIAL: dict[str, Figure] = {
    name: figure
    for family in FAMILIES
    for name, figure in importlib.import_module(f"{__name__}.{family}").FIGURES.items()
}
FIGURES: dict[str, Figure] = {
    name: _SPECIAL.get(name) or Lines(curve) for name, curve in CURVES.items()
}
