"""Gates of the losses of values and policies."""

from benchmarks.gate import Gate

__all__ = ["GATES"]

GATES: tuple[Gate, ...] = ()
