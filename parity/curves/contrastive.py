"""Curves of the losses of a batch against itself."""

from parity.curve import Curve

__all__ = ["CURVES"]

CURVES: list[Curve] = []
