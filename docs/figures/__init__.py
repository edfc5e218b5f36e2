"""The figure of every loss, by its name."""

import importlib
import pkgutil

from docs.figures.figure import Figure

__all__ = ["FIGURES"]

FIGURES: dict[str, Figure] = {}
for _module in pkgutil.iter_modules(__path__):
    if _module.name not in {"__main__", "drawing", "figure", "palette"}:
        FIGURES |= importlib.import_module(f"{__name__}.{_module.name}").FIGURES
