"""Losses at shapes that grow in one size, which are drawn as lines."""

from dataclasses import dataclass

__all__ = ["SERIES", "Series"]


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
