"""What the compiler may count for the value and gradient of each loss.

One row a program. A limit is the goal where that is reached. Where it is not, or where
there is no goal, the limit is what was measured, rounded up to two digits, so that it
can only improve; `reason` says what stands between limit and goal. Measured at jax
0.10.2 on a CPU. Bytes of a loop's body are counted once however often it runs, so a
program with a loop has no limit on them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.case import in_words

__all__ = ["Gate", "Limit"]


@dataclass(frozen=True)
class Limit:
    """The most that a count may be, and what it should be; None if that is open."""

    limit: float
    goal: float | None = None


@dataclass(frozen=True)
class Gate:
    """A program and its limits."""

    shapes: tuple[Any, ...]
    bytes: Limit | None
    """Multiples of the inputs read once and the gradients written once."""
    temporaries: Limit
    """Megabytes, of the program for an accelerator; with `peer`, multiples of its."""
    equations: Limit
    """Of the jaxpr: what has to be compiled."""
    reason: str = ""
    wrt: tuple[int, ...] = (0,)
    function: str | None = None
    """What of `benchmarks.peers` is measured, if it is not the loss alone."""
    options: Mapping[str, Any] = field(default_factory=dict)
    peer: tuple[str, tuple[Any, ...]] | None = None
    """What of `benchmarks.peers` computes the same, and its shapes."""
    cpu_temporaries: Limit | None = None
    """Temporaries of the program for a CPU, where more is kept; None if it is not."""
    loss: str = ""
    """Its name, from the loss that the gate stands with."""

    @property
    def name(self) -> str:
        """The program in words."""
        inputs = list(dict.fromkeys(x for x in self.shapes if isinstance(x, str)))
        beside = "/ optax" if self.peer else ""
        words = [self.loss, *inputs[:2], in_words(self.options), beside]
        return " ".join(filter(None, words))
