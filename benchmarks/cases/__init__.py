"""All cases, in the order in which they run and are printed."""

from benchmarks.case import Case
from benchmarks.cases import (
    audio,
    classification,
    compiling,
    contrastive,
    cross_entropy,
    detection,
    eager,
    elementwise,
    forecast,
    growth,
    image,
    margin,
    numpy,
    preference,
    ranking,
    regression,
    reinforcement,
    rows,
    segmentation,
    sequence,
    sharing,
    structured,
)

__all__ = ["CASES"]

# In several sizes: what is compiled, with its values or gradients.
_SIZED = (
    *elementwise.CASES,
    *rows.CASES,
    *margin.CASES,
    *cross_entropy.CASES,
    *sequence.CASES,
    *structured.CASES,
    *regression.CASES,
    *classification.CASES,
    *segmentation.CASES,
    *contrastive.CASES,
    *ranking.CASES,
    *forecast.CASES,
    *detection.CASES,
    *image.CASES,
    *audio.CASES,
    *preference.CASES,
    *reinforcement.CASES,
)
CASES: tuple[Case, ...] = (
    *(case for usual in _SIZED for case in usual.sized()),
    *growth.CASES,
    *eager.CASES,
    *numpy.CASES,
    *compiling.CASES,
    *sharing.CASES,
)
