"""Losses of overlap between regions."""

__all__: list[str] = []
