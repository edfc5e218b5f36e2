"""The figures of one case, and of a whole run."""

import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.case import OURS, Case
from benchmarks.clock import AGAIN
from benchmarks.sizes import USUAL

__all__ = ["Row", "measured"]


@dataclass(frozen=True)
class Row:
    """One case: the time of each candidate, and how `funloss` compares."""

    group: str
    loss: str
    quantity: str
    dtype: str
    shape: tuple[int, ...]
    milliseconds: dict[str, float]
    """Median of the rounds, by candidate."""
    ratios: dict[str, float]
    """Median over the rounds of the time of `funloss` over that of a peer."""
    noise: float
    """The same, of `funloss` over itself."""
    options: str = ""
    """Of the case, in words."""
    size: str = USUAL
    """Of the shape, as `Case.size`; figures of older runs do not say it."""

    def as_json(self) -> dict[str, Any]:
        """Return the row as JSON holds it."""
        return asdict(self)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Row":
        """Return what `as_json` was made of."""
        return cls(**{**row, "shape": tuple(row["shape"])})


def measured(case: Case, seconds: Mapping[str, list[float]]) -> Row:
    """Return the row of a case from the seconds of all rounds."""
    ratios = {
        name: statistics.median(a / b for a, b in zip(seconds[OURS], own, strict=True))
        for name, own in seconds.items()
        if name != OURS
    }
    noise = ratios.pop(AGAIN)
    milliseconds = {
        name: 1e3 * statistics.median(own)
        for name, own in seconds.items()
        if name != AGAIN
    }
    return Row(
        case.group,
        case.loss,
        case.quantity,
        case.dtype,
        case.shape,
        milliseconds,
        ratios,
        noise,
        case.options,
        case.size,
    )
