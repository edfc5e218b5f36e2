"""All cases, in the order in which they run and are printed."""

from benchmarks.case import Case
from benchmarks.cases import (
    classification,
    compiling,
    contrastive,
    cross_entropy,
    eager,
    elementwise,
    growth,
    margin,
    numpy,
    ranking,
    regression,
    reinforcement,
    rows,
    segmentation,
    sequence,
)

__all__ = ["CASES"]

CASES: tuple[Case, ...] = (
    *elementwise.CASES,
    *rows.CASES,
    *margin.CASES,
    *cross_entropy.CASES,
    *sequence.CASES,
    *regression.CASES,
    *classification.CASES,
    *segmentation.CASES,
    *contrastive.CASES,
    *ranking.CASES,
    *reinforcement.CASES,
    *growth.CASES,
    *eager.CASES,
    *numpy.CASES,
    *compiling.CASES,
)
