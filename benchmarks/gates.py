"""What the compiler may count for each loss."""

from benchmarks.gate import Gate
from parity.losses import BY_FAMILY

__all__ = ["GATES"]

GATES: tuple[Gate, ...] = tuple(gate for info in BY_FAMILY for gate in info.gates)
