"""The figure of every loss, by its name."""

from docs.figures import (
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
from docs.figures.figure import Figure

__all__ = ["FIGURES"]

FIGURES: dict[str, Figure] = {
    **regression.FIGURES,
    **classification.FIGURES,
    **segmentation.FIGURES,
    **embedding.FIGURES,
    **contrastive.FIGURES,
    **ranking.FIGURES,
    **distribution.FIGURES,
    **sequence.FIGURES,
    **reinforcement.FIGURES,
}
