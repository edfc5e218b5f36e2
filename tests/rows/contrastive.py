"""Rows of the losses of a batch against itself."""

__all__ = ["ROWS"]

ROWS = []
