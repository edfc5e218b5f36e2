"""Losses of values and policies in reinforcement learning."""

__all__: list[str] = []
