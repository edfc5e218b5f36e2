"""Losses of real-valued predictions."""

from funloss.regression._absolute import l1_loss
from funloss.regression._squared import mse_loss

__all__ = ["l1_loss", "mse_loss"]
