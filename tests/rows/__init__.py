"""The rows of the table, one module a family of losses."""

from tests.rows import (
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

__all__ = ["ROWS"]

ROWS = [
    *regression.ROWS,
    *classification.ROWS,
    *segmentation.ROWS,
    *embedding.ROWS,
    *contrastive.ROWS,
    *ranking.ROWS,
    *distribution.ROWS,
    *sequence.ROWS,
    *reinforcement.ROWS,
]
