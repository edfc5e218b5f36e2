"""The curve of every loss, by its name: what moves, from where to where, what stays."""

import importlib

from funloss._registry import FAMILIES

__all__ = ["CURVES"]

CURVES = {
    curve.loss: curve
    for family in FAMILIES
    for curve in importlib.import_module(f"{__name__}.{family}").CURVES
}
