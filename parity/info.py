"""A loss, and all that the checks of every loss need to know about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from benchmarks.gate import Gate
from parity.case import Case
from parity.curve import Curve
from parity.row import Row

__all__ = ["LossInfo"]


@dataclass(frozen=True)
class LossInfo:
    """One loss: what it is compared with, tried with, limited to and drawn along.

    Attributes:
        loss: The loss.
        cases: What `python -m parity` compares with the reference.
        rows: Small inputs, with which the tests of every loss try it.
        gates: What the compiler may count, at sizes as they are in use.
        curve: A line through its arguments, for the page of the parity run; its
            figure as well, unless `docs/figures/` has another.
        number: A number that may be the target of every element, if one may.
        number_with: Options that it needs to be that.
        no_number: Why a number may not be the target, or not without `number_with`.
        idle: Options that change nothing in a row, and why.
    """

    loss: Callable[..., Any]
    cases: Sequence[Case]
    rows: Sequence[Row]
    gates: Sequence[Gate]
    curve: Curve
    number: float | None = None
    number_with: Mapping[str, Any] = field(default_factory=dict)
    no_number: str = ""
    idle: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Tell the parts which loss they are of."""
        rows = [replace(row, loss=row.loss or self.loss) for row in self.rows]
        gates = [replace(gate, loss=self.name) for gate in self.gates]
        parts = {"rows": rows, "gates": gates}
        parts["curve"] = replace(self.curve, loss=self.name)
        for name, part in parts.items():
            object.__setattr__(self, name, part)

    @property
    def name(self) -> str:
        """Name of the loss."""
        return self.loss.__name__
