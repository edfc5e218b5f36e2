"""Gates of the losses of overlap."""

from benchmarks.gate import Gate

__all__ = ["GATES"]

GATES: tuple[Gate, ...] = ()
