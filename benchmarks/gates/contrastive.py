"""Gates of the losses of a batch against itself."""

from benchmarks.gate import Gate

__all__ = ["GATES"]

GATES: tuple[Gate, ...] = ()
