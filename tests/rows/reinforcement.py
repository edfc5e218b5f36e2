"""Rows of the losses of values and policies."""

__all__ = ["ROWS"]

ROWS = []
