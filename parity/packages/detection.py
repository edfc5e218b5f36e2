"""Losses of boxes by packages, called as the losses of funloss are."""

from parity.packages.loading import load
from parity.references.adapters import weighted

__all__ = ["box_iou_of_torchvision", "quality_focal_of_toolbelt"]

_NAMES = {
    "giou": "generalized_box_iou_loss",
    "diou": "distance_box_iou_loss",
    "ciou": "complete_box_iou_loss",
}


def box_iou_of_torchvision(input, target, *, kind, weight=None, reduction="mean"):
    """Return the loss of its kind, with its epsilon of 1e-7."""
    losses = load("torchvision.ops", _NAMES[kind])(input, target)
    return weighted(losses, weight, reduction)


def quality_focal_of_toolbelt(input, target, *, beta=2.0, reduction="mean"):
    """Return the quality focal loss, in float32."""
    name = "QualityFocalLoss"
    loss = load("pytorch_toolbelt.losses.quality_focal_loss", name)
    return loss(beta, reduction)(input, target).double()
