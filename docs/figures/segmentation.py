"""Figures of the losses of overlap."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Patch

import funloss as fl
from docs.figures.figure import Axis, Contour, Figure, Lines, Picture
from docs.figures.palette import INK, SERIES
from parity.curves import CURVES

__all__ = ["FIGURES"]

JACCARD = {"axis": None, "alpha": 1.0, "beta": 1.0}
SIDE = 64
CLASSES = ("background", "organ", "lesion")


def _disc(row: float, column: float, radius: float) -> np.ndarray:
    y, x = np.mgrid[:SIDE, :SIDE]
    return ((x - column) ** 2 + (y - row) ** 2 <= radius**2).astype(float)


def _dice(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    true, predicted = _disc(32, 26, 14), _disc(32, 38, 14)
    loss = fl.dice_loss(predicted[None], true[None], axis=None)
    parts = {
        "shared": (true * predicted, SERIES[2]),
        "missed": (true - true * predicted, SERIES[0]),
        "extra": (predicted - true * predicted, SERIES[1]),
    }
    for part, colour in parts.values():
        shown = np.ma.masked_equal(part, 0)
        left.imshow(shown, cmap=ListedColormap([colour]), interpolation="nearest")
    patches = [Patch(color=c, label=word) for word, (_, c) in parts.items()]
    left.legend(handles=patches, fontsize=9, loc="upper center", ncols=3)
    left.set_title(f"truth and prediction: loss {loss:.2f}", loc="left", fontsize=10)
    left.grid(visible=False)
    for radius, style, colour in zip((12, 6), ("-", "--"), SERIES, strict=False):
        shifts = np.arange(2 * radius + 1)
        true = _disc(32, 32, radius)[None]
        moved = [_disc(32, 32 + shift, radius)[None] for shift in shifts]
        for name, loss, width in (
            ("dice_loss", partial(fl.dice_loss, axis=None), 2.2),
            ("mse_loss", fl.mse_loss, 1.0),
        ):
            right.plot(
                shifts / (2 * radius),
                [loss(x, true) for x in moved],
                style,
                color=colour,
                linewidth=width,
                label=f"{name}, radius {radius}",
            )
    right.set_title("loss of a disc off its place", loc="left", fontsize=10)
    right.set_xlabel("shift, in diameters")
    right.legend(fontsize=9)


def _generalized_dice(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    organ, lesion = _disc(32, 32, 18) > 0, _disc(26, 38, 4) > 0
    labels = torch.tensor(organ.astype(int) + lesion)[None]
    colours = (SERIES[4], SERIES[0], SERIES[1])
    left.imshow(labels[0], cmap=ListedColormap(colours), interpolation="nearest")
    patches = [
        Patch(color=colour, label=f"{word}, {int((labels == k).sum())} pixels")
        for k, (word, colour) in enumerate(zip(CLASSES, colours, strict=True))
    ]
    left.set_title("classes of pixels", loc="left", fontsize=10)
    left.grid(visible=False)
    losses = {
        "generalized_dice_loss": fl.generalized_dice_loss,
        "dice_loss": fl.dice_loss,
        "nll_loss": lambda p, labels: fl.nll_loss(torch.log(p), labels),
    }
    for place, (name, loss), colour in zip(
        (-0.27, 0.0, 0.27), losses.items(), (*SERIES[2:4], INK), strict=True
    ):
        right.bar(np.arange(3) + place, _gradients(loss, labels), 0.25, color=colour)
        patches.append(Patch(color=colour, label=name))
    canvas.legend(
        handles=[patches[i] for i in (0, 3, 1, 4, 2, 5)],
        loc="outside lower center",
        ncols=3,
        fontsize=9,
    )
    right.set_yscale("log")
    right.set_title("norm of the gradient at one pixel", loc="left", fontsize=10)
    right.set_xticks(range(3), CLASSES)
    right.grid(visible=False, axis="x")


def _gradients(loss: Callable[..., torch.Tensor], labels: torch.Tensor) -> list[float]:
    """Return how hard a pixel of each class pulls its own probability up."""
    true = torch.nn.functional.one_hot(labels, 3).movedim(-1, 1)
    p = (0.2 + 0.4 * true.double()).requires_grad_()
    loss(p, labels).backward()
    own = (p.grad * true).sum(1)
    return [-own[labels == k][0].item() for k in range(3)]


def _tversky(extra: np.ndarray, missed: np.ndarray) -> np.ndarray:
    predicted = np.stack([1 - missed, extra], -1).reshape(-1, 2)
    true = np.broadcast_to([1.0, 0.0], predicted.shape)
    loss = fl.tversky_loss(
        predicted, true, alpha=0.3, beta=0.7, axis=None, reduction="none"
    )
    return loss.reshape(extra.shape)


def _tube(width: float, gap: int) -> np.ndarray:
    """Return a curved tube of a width, with a gap in the middle."""
    y, x = np.mgrid[:SIDE, :SIDE]
    line = np.abs(y - 32 - 14 * np.sin(x / 10)) / np.hypot(1, 1.4 * np.cos(x / 10))
    is_whole = (np.abs(x - 0.5 - SIDE / 2) > gap / 2) if gap else x >= 0
    return ((line <= width / 2) & is_whole).astype(float)


def _soft_cldice(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    true, gaps, widths = _tube(3, 0), np.arange(0, 9), np.arange(3, 12)
    shown = {"true": true, "broken": _tube(3, 4), "thick": _tube(7, 0)}
    left.imshow(np.concatenate([*shown.values()]), cmap="gray_r")
    for place, word in enumerate(shown):
        left.text(66, 34 + SIDE * place, word, fontsize=9)
        left.axhline(SIDE * place - 0.5, color=INK, linewidth=0.8)
    left.set_axis_off()
    changes = {
        "broken, by pixels": (gaps, [_tube(3, int(gap)) for gap in gaps]),
        "thicker, by pixels": (
            widths - 3,
            [_tube(float(k), 0) for k in widths],
        ),
    }
    losses = {"soft_cldice_loss": fl.soft_cldice_loss, "dice_loss": fl.dice_loss}
    for (name, loss), colour in zip(losses.items(), SERIES, strict=False):
        options = {"iterations": 6} if loss is fl.soft_cldice_loss else {}
        for (word, (across, tubes)), style in zip(
            changes.items(), ("-", "--"), strict=True
        ):
            up = [loss(x[None], true[None], axis=None, **options) for x in tubes]
            right.plot(across, up, style, color=colour, label=f"{name}, {word}")
    right.set_title("loss of a tube 3 pixels wide", loc="left", fontsize=10)
    right.set_xlabel("pixels")
    canvas.legend(loc="outside lower center", ncols=2, fontsize=9)


FIGURES: dict[str, Figure] = {
    "dice_loss": Picture(
        _dice,
        "A true disc and the predicted one, 12 pixels to its right: what they share, "
        "what is missed and what is extra. Beside it the loss as a disc leaves its "
        "place: dice_loss grows from 0 to 1 where the two part, alike for a radius of "
        "12 and of 6 pixels; mse_loss ends near 0.2 and near 0.06.",
    ),
    "generalized_dice_loss": Picture(
        _generalized_dice,
        "A picture of 3087 pixels of background, 960 of an organ and 49 of a lesion, "
        "and the norm of the gradient at one pixel of each, on a logarithmic scale, "
        "where each true class has the probability 0.6. It is the same for all with "
        "nll_loss; with dice_loss it grows as the class shrinks, and with "
        "generalized_dice_loss as its square does.",
    ),
    "lovasz_softmax_loss": Lines(
        CURVES["lovasz_softmax_loss"],
        replace(CURVES["lovasz_softmax_loss"], loss="dice_loss"),
        replace(CURVES["lovasz_softmax_loss"], loss="tversky_loss", options=JACCARD),
    ),
    "soft_cldice_loss": Picture(
        _soft_cldice,
        "A curved tube 3 pixels wide, the same with a gap of 4 pixels, and one 7 "
        "pixels wide. Beside it the loss as a gap and as the width grow: with "
        "soft_cldice_loss a gap of 8 pixels has 0.09 and 8 pixels more of width 0.04; "
        "with dice_loss they have 0.08 and 0.57.",
    ),
    "tversky_loss": Contour(
        Axis("extra, in sizes of the true region", (0.0, 1.0)),
        Axis("missed, in the same unit", (0.0, 1.0)),
        _tversky,
        "The loss with alpha 0.3 and beta 0.7 over what is predicted beyond the true "
        "region and what is missed of it, both as shares of its size: 0 where both are "
        "0, 0.23 for as much again, 0.41 for half of it missed and 1 for all of it. "
        "The direction of descent leads to fewer misses first.",
    ),
}
