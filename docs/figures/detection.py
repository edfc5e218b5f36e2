"""Figures of the losses of detectors."""

from docs.figures.figure import Figure, Lines
from docs.figures.parts import curve_of
from parity.curves import CURVES

__all__ = ["FIGURES"]

FIGURES: dict[str, Figure] = {
    "box_iou_loss": Lines(
        CURVES["box_iou_loss"],
        *(curve_of("box_iou_loss", kind=kind) for kind in ("iou", "diou", "ciou")),
    ),
    "heatmap_focal_loss": Lines(
        CURVES["heatmap_focal_loss"],
        curve_of("heatmap_focal_loss", alpha=0.5),
        CURVES["binary_cross_entropy_with_logits"],
    ),
    "quality_focal_loss": Lines(
        CURVES["quality_focal_loss"],
        curve_of("quality_focal_loss", beta=1.0),
        curve_of("quality_focal_loss", beta=0.0),
    ),
    "varifocal_loss": Lines(
        CURVES["varifocal_loss"],
        curve_of("varifocal_loss", gamma=0.5),
        curve_of("varifocal_loss", alpha=0.25),
    ),
}
