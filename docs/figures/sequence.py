"""The figures of the losses of sequences."""

import itertools

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

import funloss as fl
from docs.figures.figure import Figure, Picture
from docs.figures.palette import SERIES

__all__ = ["FIGURES"]

CLASSES = ("blank", "c", "a", "t")
# Where each letter is heard, and how loud: one of the t in a wrong place.
HEARD = ((1, 2.0, 2.0), (2, 6.0, 2.0), (3, 10.0, 2.0), (3, 3.0, 2.0))
SPOKEN = ((1, 1.0, 3.0), (2, 4.0, 3.0), (3, 7.0, 3.0), (3, 2.0, 2.0))


def _ctc(canvas: Canvas) -> None:
    panels = canvas.subplots(2, 1, sharex=True)
    frames = np.arange(13.0)
    logits = np.zeros((len(frames), 4))
    logits[:, 0] = 1.0
    for letter, place, loud in HEARD:
        logits[:, letter] += loud * np.exp(-((frames - place) ** 2) / 2)
    log_probs = torch.log_softmax(torch.tensor(logits), -1).requires_grad_()
    word = torch.tensor([1, 2, 3])
    fl.ctc_loss(log_probs, word, len(frames), 3, reduction="sum").backward()
    for panel, shown, title in (
        (panels[0], log_probs.detach().exp(), "probabilities"),
        (panels[1], -log_probs.grad, "shares of alignments that spell c a t"),
    ):
        shades = panel.imshow(shown.T, vmin=0, vmax=1, cmap="viridis", aspect="auto")
        panel.set_yticks(range(4), CLASSES)
        panel.set_title(title, loc="left", fontsize=10)
        panel.grid(visible=False)
    panels[1].set_xlabel("frame")
    panels[1].set_xticks(frames)
    canvas.colorbar(shades, ax=panels)


def _rnnt(canvas: Canvas) -> None:
    panels = canvas.subplots(2, 1, sharex=True)
    frames = np.arange(10.0)
    logits = np.zeros((1, len(frames), 4, 4))
    logits[..., 0] = 1.0
    for letter, place, loud in SPOKEN:
        near = np.exp(-((frames - place) ** 2) / 2)
        logits[0, ..., letter] += loud * near[:, None]
    log_probs = torch.log_softmax(torch.tensor(logits), -1).requires_grad_()
    rest = torch.tensor([[1, 2, 3]]), [len(frames)], [3]
    fl.rnnt_loss(
        log_probs, *rest, blank=0, fused_log_softmax=False, reduction="sum"
    ).backward()
    for panel, shown, title in (
        (panels[0], log_probs.detach()[0].exp(), "probabilities of the steps"),
        (panels[1], -log_probs.grad[0], "shares of alignments that spell c a t"),
    ):
        _lattice(panel, shown.numpy())
        panel.set_title(title, loc="left", fontsize=10)
    panels[1].set_xlabel("frame")
    panels[1].set_xticks(frames)


def _lattice(panel: Axes, shown: np.ndarray) -> None:
    """Draw the blanks of each cell to the right, and the next letter upwards."""
    count, columns, _ = shown.shape
    for t, u in itertools.product(range(count), range(columns)):
        ways = [(1.0, 0.0, shown[t, u, 0])]
        if u < columns - 1:
            ways.append((0.0, 1.0, shown[t, u, u + 1]))
        for across, up, share in ways:
            panel.plot([t, t + across], [u, u + up], color="0.5", lw=0.4, zorder=1)
            wide = {"lw": 6 * share, "solid_capstyle": "butt"}
            panel.plot([t, t + across], [u, u + up], color=SERIES[0], **wide)
    panel.set_yticks(range(columns), ("", *CLASSES[1:]))
    panel.grid(visible=False)


FIGURES: dict[str, Figure] = {
    "ctc_loss": Picture(
        _ctc,
        "Above, the probabilities of a blank and three letters in 13 frames: c is "
        "likely near frame 2, a near 6, t near 10 and, wrongly, near 3. Below, the "
        "share of each among the alignments that spell c a t, which is minus the "
        "gradient: c, a and t follow each other, and nothing is left of the early t.",
    ),
    "rnnt_loss": Picture(
        _rnnt,
        "A lattice of 10 frames and the letters c, a and t: a line to the right is a "
        "blank, one upwards the next letter, the wider the likelier. Above, their "
        "probabilities: c is likely near frame 1, a near 4, t near 7 and, wrongly, "
        "near 2. Below, the share of the alignments that take each step, which is "
        "minus the gradient: a staircase, c, a and t at their places.",
    ),
}
