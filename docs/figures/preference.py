"""Figures of the losses of preferences."""

import numpy as np

import funloss as fl
from docs.figures.figure import Axis, Contour, Figure, Lines
from docs.figures.parts import curve_of
from parity.curves import CURVES

__all__ = ["FIGURES"]


def _orpo(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the losses of two probabilities a token."""
    return fl.orpo_loss(np.log(x), np.log(y), reduction="none")


FIGURES: dict[str, Figure] = {
    "dpo_loss": Lines(
        CURVES["dpo_loss"],
        curve_of("dpo_loss", label_smoothing=0.2),
        curve_of("dpo_loss", loss_type="hinge"),
        curve_of("dpo_loss", loss_type="apo_zero"),
    ),
    "kto_loss": Lines(
        CURVES["kto_loss"],
        curve_of("kto_loss", kl=10.0),
        curve_of("kto_loss", beta=0.3),
    ),
    "orpo_loss": Contour(
        Axis("probability of a chosen token", (0.02, 0.98)),
        Axis("of a rejected one", (0.02, 0.98)),
        _orpo,
        "Losses over the mean probabilities of a token of both answers. Where they are "
        "equal the loss is 0.69; it falls towards 0 where the chosen answer has the "
        "larger odds, and rises without bound where the other is nearly certain.",
    ),
}
