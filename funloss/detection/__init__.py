"""Losses of detectors: of boxes."""

from funloss.detection._box_iou import box_iou_loss

__all__ = ["box_iou_loss"]
