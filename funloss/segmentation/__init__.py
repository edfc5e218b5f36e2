"""Losses of overlap between regions."""

from funloss.segmentation._dice import dice_loss
from funloss.segmentation._generalized_dice import generalized_dice_loss
from funloss.segmentation._tversky import tversky_loss

__all__ = ["dice_loss", "generalized_dice_loss", "tversky_loss"]
