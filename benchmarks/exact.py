"""Count what the gates limit."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import funloss
from benchmarks import peers
from benchmarks.compiler import counts
from benchmarks.gate import Gate
from benchmarks.gates import GATES

__all__ = ["EXACT", "ExactRow", "exact_row", "exact_rows", "measured"]

EXACT = "exact"
QUANTITIES = ("bytes", "temporaries", "equations", "cpu_temporaries")


@dataclass(frozen=True)
class ExactRow:
    """The counts of one gate beside its limits."""

    name: str
    counts: dict[str, float]
    limits: dict[str, float]
    goals: dict[str, float]
    over_peer: bool
    """Whether temporaries are in multiples of the peer's, not megabytes."""
    reason: str

    def as_json(self) -> dict[str, Any]:
        """Return the row as JSON holds it."""
        return asdict(self)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "ExactRow":
        """Return what `as_json` was made of."""
        return cls(**row)


def measured(gate: Gate) -> Callable[..., Any]:
    """Return the function that a gate is of."""
    if gate.function:
        return getattr(peers, gate.function)
    return getattr(funloss, gate.loss)


def exact_row(gate: Gate) -> ExactRow:
    """Compile the program of a gate and count."""
    found = asdict(counts(measured(gate), gate.shapes, gate.wrt, gate.options))
    if gate.peer:
        name, shapes = gate.peer
        beside = counts(getattr(peers, name), shapes, wrt=gate.wrt)
        found["temporaries"] /= beside.temporaries
        found["cpu_temporaries"] /= beside.cpu_temporaries
    bounds = {name: getattr(gate, name) for name in QUANTITIES}
    # Where it has no limit of its own, the CPU's program is held to that of the other.
    if found["cpu_temporaries"] != found["temporaries"]:
        bounds["cpu_temporaries"] = gate.cpu_temporaries or gate.temporaries
    bounds = {name: bound for name, bound in bounds.items() if bound}
    return ExactRow(
        name=gate.name,
        # Hundredths count: the cost itself is a few bytes more than the least.
        counts={name: round(found[name], 2) for name in bounds},
        limits={name: bound.limit for name, bound in bounds.items()},
        goals={name: b.goal for name, b in bounds.items() if b.goal is not None},
        over_peer=gate.peer is not None,
        reason=gate.reason,
    )


def exact_rows() -> list[ExactRow]:
    """Count for every gate."""
    return [exact_row(gate) for gate in GATES]
