"""Figures of the losses of images."""

import functools
from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.cbook import get_sample_data
from matplotlib.figure import Figure as Canvas

import funloss as fl
from docs.figures.figure import Figure, Lines, Picture
from docs.figures.palette import SERIES
from docs.figures.parts import curve_of
from parity.curves import CURVES

__all__ = ["FIGURES"]

STEPS = 6
SHOWN = 3


@functools.cache
def _portrait() -> np.ndarray:
    """Return 128 x 128 grey levels in 0..1 of the photograph that matplotlib has."""
    path = str(get_sample_data("grace_hopper.jpg", asfileobj=False))
    colours = plt.imread(path) / 255
    grey = colours[20:404, 64:448].mean(-1)
    return grey.reshape(128, 3, 128, 3).mean((1, 3))


def _blurred(image: np.ndarray, step: int) -> np.ndarray:
    # One axis after the other, which are exchanged.
    for _ in range(2 * step**2):
        wide = np.pad(image, ((1, 1), (0, 0)), mode="edge")
        image = ((wide[:-2] + 2 * image + wide[2:]) / 4).T
    return image


def _noisy(image: np.ndarray, step: int) -> np.ndarray:
    noise = np.random.default_rng(0).standard_normal(image.shape)
    return image + 0.02 * step * noise


def _brighter(image: np.ndarray, step: int) -> np.ndarray:
    return image + 0.03 * step


CHANGES: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "blurred": _blurred,
    "noisy": _noisy,
    "brighter": _brighter,
}


def _ssim(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    true = _portrait()
    images = [true, *(change(true, SHOWN) for change in CHANGES.values())]
    rows = np.concatenate(
        [np.concatenate(images[:2], axis=1), np.concatenate(images[2:], axis=1)]
    )
    left.imshow(rows, cmap="gray", vmin=0, vmax=1)
    for k, word in enumerate(["true", *CHANGES]):
        place = 6 + 128 * (k % 2), 118 + 128 * (k // 2)
        box = {"facecolor": "white", "edgecolor": "none", "pad": 2}
        left.text(*place, word, fontsize=9, color="black", bbox=box)
    left.set_axis_off()
    for (word, change), colour in zip(CHANGES.items(), SERIES, strict=False):
        changed = [change(true, step) for step in range(STEPS + 1)]
        across = [fl.mse_loss(x, true) for x in changed]
        up = [fl.ssim_loss(x, true) for x in changed]
        right.plot(across, up, "-", color=colour, linewidth=2.2, label=word)
        right.plot(across, up, ".", color=colour)
        right.plot(across[SHOWN], up[SHOWN], "o", color=colour, fillstyle="none")
    right.set_title("ssim_loss", loc="left", fontsize=10)
    right.set_xlabel("mse_loss")
    right.legend(fontsize=9)


FIGURES: dict[str, Figure] = {
    "ssim_loss": Picture(
        _ssim,
        "A photograph, and the same blurred, noisy and brighter. Beside it ssim_loss "
        "against mse_loss as each change grows in six steps, of which the third is "
        "shown: at an mse_loss of 0.014, ssim_loss is 0.54 with noise, 0.46 blurred "
        "and 0.09 where all pixels are brighter.",
    ),
    "total_variation_loss": Lines(
        CURVES["total_variation_loss"],
        curve_of("total_variation_loss", isotropic=True),
        curve_of("total_variation_loss", p=2.0),
    ),
}
