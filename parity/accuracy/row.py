"""What was measured of a candidate at one kind of inputs."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Row"]

_ERRORS = ("value", "gradient")


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
    """How many of them have a finite result."""

    def as_json(self) -> dict[str, Any]:
        """Return the row as JSON holds it, which has no infinity."""
        row = asdict(self)
        for name in ("value", "gradient"):
            row[name] = "inf" if row[name] == math.inf else row[name]
        return row

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Row":
        """Return what `as_json` was made of."""
        errors = {k: math.inf if row[k] == "inf" else row[k] for k in _ERRORS}
        return cls(**{**row, **errors})
