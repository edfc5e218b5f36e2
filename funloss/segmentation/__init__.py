"""Losses of overlap between regions."""

from funloss.segmentation._dice import dice_loss, tversky_loss
from funloss.segmentation._generalized_dice import generalized_dice_loss

__all__ = ["dice_loss", "generalized_dice_loss", "tversky_loss"]
