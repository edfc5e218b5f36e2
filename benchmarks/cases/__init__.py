"""All cases, in the order in which they run and are printed."""

from benchmarks.case import Case
from benchmarks.cases import (
    compiling,
    cross_entropy,
    eager,
    elementwise,
    growth,
    margin,
    numpy,
    rows,
    sequence,
)

__all__ = ["CASES"]

CASES: tuple[Case, ...] = (
    *elementwise.CASES,
    *rows.CASES,
    *margin.CASES,
    *cross_entropy.CASES,
    *sequence.CASES,
    *growth.CASES,
    *eager.CASES,
    *numpy.CASES,
    *compiling.CASES,
)
