"""What the compiler may count for each loss, one module a family."""

from benchmarks.gate import Gate
from benchmarks.gates import (
    classification,
    contrastive,
    distribution,
    embedding,
    ranking,
    regression,
    reinforcement,
    segmentation,
    sequence,
)

__all__ = ["GATES"]

GATES: tuple[Gate, ...] = (
    *regression.GATES,
    *classification.GATES,
    *segmentation.GATES,
    *embedding.GATES,
    *contrastive.GATES,
    *ranking.GATES,
    *distribution.GATES,
    *sequence.GATES,
    *reinforcement.GATES,
)
