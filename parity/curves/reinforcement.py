"""Curves of the losses of values and policies."""

from parity.curve import Curve

__all__ = ["CURVES"]

CURVES: list[Curve] = []
