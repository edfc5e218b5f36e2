"""Losses of detectors: of boxes, and of the scores of where objects are."""

from funloss.detection._box_iou import box_iou_loss
from funloss.detection._heatmap_focal import heatmap_focal_loss
from funloss.detection._quality_focal import quality_focal_loss
from funloss.detection._varifocal import varifocal_loss

__all__ = [
    "box_iou_loss",
    "heatmap_focal_loss",
    "quality_focal_loss",
    "varifocal_loss",
]
