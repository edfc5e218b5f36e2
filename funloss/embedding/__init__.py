"""Losses of rows that should lie near or far, and their distances."""

from funloss.embedding._distance import pairwise_distance
from funloss.embedding._hinge import hinge_embedding_loss
from funloss.embedding._triplet import triplet_margin_loss

__all__ = ["hinge_embedding_loss", "pairwise_distance", "triplet_margin_loss"]
