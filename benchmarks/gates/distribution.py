"""Gates of the losses of probability distributions."""

from benchmarks.gate import Gate, Limit
from benchmarks.gates.shapes import ONE

__all__ = ["GATES"]

GATES = (
    Gate("kl_div", 2 * ONE, Limit(2.4, 2.4), Limit(4.2), Limit(20)),
    Gate("generalized_kl_divergence", 2 * ONE, Limit(2.4, 4.0), Limit(4.2), Limit(70)),
)
