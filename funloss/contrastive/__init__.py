"""Losses of a batch of embeddings against itself."""

from funloss.contrastive._circle import circle_loss
from funloss.contrastive._ntxent import ntxent_loss

__all__ = ["circle_loss", "ntxent_loss"]
