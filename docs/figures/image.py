"""Figures of the losses of images."""

from docs.figures.figure import Figure, Lines
from docs.figures.parts import curve_of
from parity.curves import CURVES

__all__ = ["FIGURES"]

FIGURES: dict[str, Figure] = {
    "total_variation_loss": Lines(
        CURVES["total_variation_loss"],
        curve_of("total_variation_loss", isotropic=True),
        curve_of("total_variation_loss", p=2.0),
    ),
}
