"""What funloss wants to reach, in times of its peers, and whether it does."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.case import BY_HAND
from benchmarks.result import Row

__all__ = ["COMPILED", "GOALS", "Goal", "beyond", "geometric_mean", "reached"]

JITTED = ("elementwise", "rows", "margin", "cross_entropy", "ctc")
BEYOND_TORCH = (
    "regression",
    "classification",
    "segmentation",
    "contrastive",
    "ranking",
    "reinforcement",
    "preference",
    "forecast",
    "detection",
    "image",
    "sequence",
    "audio",
)
COMPILED = JITTED + BEYOND_TORCH
FASTEST = "the fastest on JAX"
ON_JAX = ("optax", "keras", "rax", "rlax", "jaxopt")
BOTH_HUBERS = ("huber_loss", "smooth_l1_loss")
LOGITS = "binary_cross_entropy_with_logits"


@dataclass(frozen=True)
class Goal:
    """A bound on the ratios of some rows; an empty field takes every row."""

    what: str
    peer: str
    limit: float
    groups: tuple[str, ...]
    quantity: str = "gradient"
    losses: tuple[str, ...] = ()
    dtype: str = ""
    classes: int | None = None
    """The last size of the shape."""
    largest: bool = False
    """Whether the limit is on the slowest loss, not on the geometric mean of all."""
    each: bool = False
    """Whether the limit is on the slowest row: one size of one loss."""

    def takes(self, row: Row) -> bool:
        """Tell whether the goal speaks of this row."""
        return (
            self.beside(row) != ""
            and row.group in self.groups
            and row.quantity == self.quantity
            and (not self.losses or row.loss in self.losses)
            and self.dtype in ("", row.dtype)
            and self.classes in (None, row.shape[-1])
        )

    def beside(self, row: Row) -> str:
        """Return the peer that the row is held against; empty if it has none."""
        names = ON_JAX if self.peer == FASTEST else (self.peer,)
        found = [name for name in names if name in row.ratios]
        return max(found, key=row.ratios.__getitem__, default="")

    def ratio(self, row: Row) -> float:
        """Return the time of funloss over that of this peer."""
        return row.ratios[self.beside(row)]


GOALS = (
    Goal("all losses", "torch", 0.38, COMPILED),
    Goal("all losses", "optax", 0.70, COMPILED),
    Goal("all losses", "keras", 0.85, COMPILED),
    Goal("all losses", "rax", 0.75, COMPILED),
    Goal("all losses", "rlax", 0.80, COMPILED),
    Goal("the slowest row", FASTEST, 1.10, COMPILED, each=True),
    Goal("the slowest row", "torch", 1.0, COMPILED, each=True),
    Goal(
        "cross_entropy, bfloat16",
        "optax",
        0.55,
        ("cross_entropy",),
        losses=("cross_entropy",),
        dtype="bfloat16",
    ),
    Goal(LOGITS, "optax", 0.45, ("elementwise",), losses=(LOGITS,)),
    Goal(
        "huber_loss and smooth_l1_loss, value",
        "torch",
        1.0,
        ("elementwise",),
        "value",
        BOTH_HUBERS,
        each=True,
    ),
    Goal(
        "linear_cross_entropy",
        "optax",
        1.0,
        ("cross_entropy",),
        losses=("linear_cross_entropy",),
    ),
    Goal("ctc_loss", "torch", 0.55, ("ctc",)),
    Goal("ctc_loss", "optax", 0.85, ("ctc",)),
    Goal(
        "multilabel_margin_loss, 4000 classes",
        "torch",
        0.40,
        ("margin",),
        losses=("multilabel_margin_loss",),
        classes=4000,
    ),
    Goal("eager calls", "bare jit", 1.4, ("eager",), "value"),
    Goal("eager value_and_grad of cross_entropy", "optax", 0.15, ("eager",)),
    Goal("compile time of value and gradient", "optax", 1.0, ("compile",), "compile"),
    Goal(
        "NumPy elementwise, value", "torch", 0.9, ("numpy",), "value", classes=1 << 22
    ),
    Goal(
        "NumPy elementwise in cache, value",
        "torch",
        1.2,
        ("numpy",),
        "value",
        classes=1 << 17,
    ),
    Goal(
        "NumPy multilabel_margin_loss, value",
        "torch",
        0.05,
        ("numpy",),
        "value",
        ("multilabel_margin_loss",),
    ),
    Goal("NumPy ctc_loss, value", "torch", 1.5, ("numpy",), "value", ("ctc_loss",)),
    Goal("NumPy calls of 80 elements", BY_HAND, 3.0, ("numpy-calls",), "value"),
)


def reached(goal: Goal, rows: Iterable[Row]) -> float | None:
    """Return the ratio that the goal is held against; None if no row has it.

    In a geometric mean each loss counts once, however many cases it has.
    """
    by_loss: dict[str, list[float]] = {}
    for row in filter(goal.takes, rows):
        by_loss.setdefault(row.loss, []).append(goal.ratio(row))
    if not by_loss:
        return None
    if goal.each:
        return max(map(max, by_loss.values()))
    means = [geometric_mean(ratios) for ratios in by_loss.values()]
    return max(means) if goal.largest else geometric_mean(means)


def beyond(rows: Iterable[Row]) -> list[tuple[Row, Goal]]:
    """Return the rows that are beyond a goal of each row, with it, the worst first."""
    goals = [goal for goal in GOALS if goal.each]
    found = [
        (goal.ratio(row) / goal.limit, row, goal)
        for row in rows
        for goal in goals
        if goal.takes(row)
    ]
    found.sort(key=lambda each: -each[0])
    return [(row, goal) for excess, row, goal in found if excess > 1]


def geometric_mean(ratios: Iterable[float]) -> float:
    """Return the mean by which it does not matter which of two is the base."""
    logs = [math.log(ratio) for ratio in ratios]
    return math.exp(sum(logs) / len(logs))
