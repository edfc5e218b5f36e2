"""How value and slope get dearer with one size at a time; drawn, not judged."""

import dataclasses
from dataclasses import dataclass

from benchmarks.case import Case
from benchmarks.cases import cross_entropy, margin, sequence

__all__ = ["CASES", "SERIES", "Series"]


@dataclass(frozen=True)
class Series:
    """A loss at shapes that differ in one size."""

    loss: str
    position: int
    """Of the size that differs, in the shape."""
    letter: str
    shapes: tuple[tuple[int, ...], ...]


SERIES = (
    Series("cross_entropy", 0, "N", tuple((n, 1000) for n in (256, 1024, 4096))),
    Series("cross_entropy", 1, "V", tuple((512, v) for v in (100, 2000, 10000, 50000))),
    Series("ctc_loss", 0, "T", tuple((t, 16, 32, 50) for t in (100, 300, 600, 1200))),
    Series("multilabel_margin_loss", 1, "C", tuple((32, c) for c in (250, 700, 2000))),
)


def _slope(loss: str) -> Case:
    known = (*cross_entropy.CASES, *margin.CASES, *sequence.CASES)
    return next(c for c in known if (c.loss, c.quantity) == (loss, "slope"))


CASES = [
    dataclasses.replace(_slope(series.loss), group="growth", shape=shape)
    for series in SERIES
    for shape in series.shapes
]
