"""Rows of the losses of overlap."""

__all__ = ["ROWS"]

ROWS = []
