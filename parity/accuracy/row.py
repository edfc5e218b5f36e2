"""What was measured of a candidate at one kind of inputs."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from benchmarks.case import OURS

__all__ = ["FLOAT64", "MOVED", "Row", "from_lines", "in_lines"]

# funloss itself in float64, and in float64 of inputs that differ by an ulp.
FLOAT64, MOVED = "float64", "inputs an ulp off"


@dataclass(frozen=True)
class Row:
    """The largest errors of a candidate at one kind of inputs, in ulps of the dtype."""

    loss: str
    options: str
    dtype: str
    kind: str
    candidate: str
    value: float
    gradient: float | None
    """None of NumPy, which has no gradients."""
    inputs: int
    """How many of them it computes, of those with a result that the dtype has."""

    @property
    def is_own(self) -> bool:
        """Tell whether this is funloss, on one of its libraries."""
        return self.candidate.startswith(OURS)

    @property
    def is_of_a_peer(self) -> bool:
        """Tell whether this is another library."""
        return not self.is_own and self.candidate not in (FLOAT64, MOVED)

    @property
    def worst(self) -> float:
        """The larger of the errors of value and gradient."""
        return max(self.value, self.gradient or 0.0)

    @property
    def name(self) -> str:
        """The loss with its options, as a table has it."""
        return f"`{self.loss}` {self.options}".rstrip()


def in_lines(rows: Iterable[Row], kinds: Sequence[str]) -> list[dict[str, Any]]:
    """Return rows as JSON holds them, a line for all kinds of a candidate.

    A kind has errors of value and gradient, and the number of inputs; or nothing.
    """
    lines = []
    for place, own in groupby(rows, _place):
        found = {row.kind: _written(row) for row in own}
        errors = [found.get(kind) for kind in kinds]
        lines.append({**dict(zip(_PLACE, place, strict=True)), "errors": errors})
    return lines


def from_lines(
    lines: Iterable[Mapping[str, Any]], kinds: Sequence[str]
) -> Iterator[Row]:
    """Yield the rows that `in_lines` wrote."""
    for line in lines:
        for kind, found in zip(kinds, line["errors"], strict=True):
            if found:
                value, gradient = (math.inf if x == "inf" else x for x in found[:2])
                place: dict[str, Any] = {name: line[name] for name in _PLACE}
                place |= {"kind": kind, "value": value, "gradient": gradient}
                yield Row(**place, inputs=found[2])


_PLACE = ("loss", "options", "dtype", "candidate")


def _place(row: Row) -> tuple[str, ...]:
    return row.loss, row.options, row.dtype, row.candidate


def _written(row: Row) -> list[Any]:
    return [_figure(row.value), _figure(row.gradient), row.inputs]


def _figure(error: float | None) -> Any:
    """Return three digits, and a word for infinity, which JSON has not."""
    if error is None or error == math.inf:
        return error and "inf"
    return int(error) if error == int(error) < 1000 else float(f"{error:.3g}")
