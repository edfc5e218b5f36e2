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
}
