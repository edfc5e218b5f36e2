"""Curves of the losses of overlap."""

from parity.curve import Curve

__all__ = ["CURVES"]

CURVES: list[Curve] = []
