"""Figures of the scores of forecasts."""

import numpy as np

import funloss as fl
from docs.figures.figure import Axis, Contour, Figure, Lines
from docs.figures.parts import curve_of
from parity.curves import CURVES

__all__ = ["FIGURES"]

MEMBERS = np.asarray([[-1.0, 0.0], [1.0, 0.0], [0.0, 2.0]])


def _crps(error: np.ndarray, scale: np.ndarray) -> np.ndarray:
    return fl.crps_normal_loss(error, 0.0, scale, reduction="none")


def _energy(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the scores of one ensemble where vectors of two numbers are seen."""
    members = np.broadcast_to(MEMBERS, (*x.shape, *MEMBERS.shape))
    return fl.energy_score_loss(members, np.stack([x, y], axis=-1), reduction="none")


FIGURES: dict[str, Figure] = {
    "crps_normal_loss": Contour(
        Axis("error of the mean", (-3.0, 3.0)),
        Axis("scale", (0.0, 4.0)),
        _crps,
        "Loss in the plane of error and scale: 0 at no error and no scale, from where "
        "it rises as the absolute error where the scale is 0, and a quarter as fast "
        "with a scale that is not needed. At an error of 1 it is least where the scale "
        "is 1.2, in proportion at others.",
    ),
    "crps_ensemble_loss": Lines(
        CURVES["crps_ensemble_loss"],
        curve_of("crps_ensemble_loss", fair=1.0),
    ),
    "energy_score_loss": Contour(
        Axis("first coordinate seen", (-3.0, 3.0)),
        Axis("second coordinate seen", (-2.0, 4.0)),
        _energy,
        "Losses of an ensemble of three vectors, at (-1, 0), (1, 0) and (0, 2), over "
        "the plane of what may be seen: a bowl with its bottom amid the members, close "
        "to (0, 0.6), and a kink at each member; far out it grows as the distance.",
    ),
}
