"""How value and gradient take longer with one size at a time; drawn, not judged."""

import dataclasses

from benchmarks.case import Case
from benchmarks.cases import cross_entropy, margin, sequence
from benchmarks.series import SERIES

__all__ = ["CASES"]


def _gradient(loss: str) -> Case:
    known = (*cross_entropy.CASES, *margin.CASES, *sequence.CASES)
    return next(c for c in known if (c.loss, c.quantity) == (loss, "gradient"))


CASES = [
    dataclasses.replace(_gradient(series.loss), group="growth", shape=shape)
    for series in SERIES
    for shape in series.shapes
]
