"""Gates of the losses of ordered scores."""

from benchmarks.gate import Gate, Limit
from benchmarks.gates.shapes import ONE

__all__ = ["GATES"]

GATES = (Gate("margin_ranking_loss", 3 * ONE, Limit(4.0, 4.0), Limit(8.4), Limit(19)),)
