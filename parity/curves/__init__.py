"""The curve of every loss, by its name: what moves, from where to where, what stays."""

from parity.curves import (
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

__all__ = ["CURVES"]

CURVES = {
    curve.loss: curve
    for curve in [
        *regression.CURVES,
        *classification.CURVES,
        *segmentation.CURVES,
        *embedding.CURVES,
        *contrastive.CURVES,
        *ranking.CURVES,
        *distribution.CURVES,
        *sequence.CURVES,
        *reinforcement.CURVES,
    ]
}
