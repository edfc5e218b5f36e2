"""The cases: every module of this folder, in the order of their names."""

import importlib
import pkgutil

__all__ = ["MODULES"]

MODULES = [
    importlib.import_module(f"{__name__}.{found.name}")
    for found in pkgutil.iter_modules(__path__)
]
