"""The figure of the loss of sequences."""

import numpy as np
import torch
from matplotlib.figure import Figure as Canvas

import funloss as fl
from docs.figures.figure import Figure, Picture

__all__ = ["FIGURES"]

CLASSES = ("blank", "c", "a", "t")
# Where each letter is heard, and how loud: one of the t in a wrong place.
HEARD = ((1, 2.0, 2.0), (2, 6.0, 2.0), (3, 10.0, 2.0), (3, 3.0, 2.0))


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


FIGURES: dict[str, Figure] = {
    "ctc_loss": Picture(
        _ctc,
        "Above, the probabilities of a blank and three letters in 13 frames: c is "
        "likely near frame 2, a near 6, t near 10 and, wrongly, near 3. Below, the "
        "share of each among the alignments that spell c a t, which is minus the "
        "gradient: c, a and t follow each other, and nothing is left of the early t.",
    ),
}
