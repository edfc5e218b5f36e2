"""Losses of overlap between regions."""

from funloss.segmentation._dice import dice_loss
from funloss.segmentation._generalized_dice import generalized_dice_loss
from funloss.segmentation._lovasz_hinge import lovasz_hinge_loss
from funloss.segmentation._lovasz_softmax import lovasz_softmax_loss
from funloss.segmentation._soft_cldice import soft_cldice_loss
from funloss.segmentation._tversky import tversky_loss

__all__ = [
    "dice_loss",
    "generalized_dice_loss",
    "lovasz_hinge_loss",
    "lovasz_softmax_loss",
    "soft_cldice_loss",
    "tversky_loss",
]
