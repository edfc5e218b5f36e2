"""The figures of the losses of sequences."""

import itertools

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

import funloss as fl
from docs.figures.figure import Figure, Picture
from docs.figures.palette import SERIES
from funloss._algorithms import soft_dtw

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


# What a name is made of, the words, and their scores.
TAGS, WORDS = ("other", "begin", "inside"), ("in", "New", "York", "City", "today")
TAG_SCORES = (
    *((2.0, 0.0, 0.5), (0.5, 1.0, 1.2), (0.2, 1.5, 1.3), (0.9, 0.5, 0.8)),
    (2.0, 0.5, 0.0),
)
# A name goes on inside, never out of another word.
TAG_PAIRS = ((1.0, 0.5, -np.inf), (-0.5, -1.5, 2.0), (0.0, -1.0, 1.0))
WANTED = (0, 1, 2, 2, 0)


def _crf(canvas: Canvas) -> None:
    panels = canvas.subplots(1, 2, sharey=True)
    none = (0.0,) * 3
    for panel, pairs, start, title in (
        (panels[0], np.zeros((3, 3)), none, "each word alone"),
        (panels[1], np.asarray(TAG_PAIRS), (0.0, 0.0, -np.inf), "with transitions"),
    ):
        chances = _tag_chances(pairs, start)
        for step in range(len(WORDS) - 1):
            for one, other in np.argwhere(np.isfinite(pairs)):
                width = 2.5 * min(1.0, np.exp(pairs[one, other] - 2.0) * 2.0)
                ends = (step, step + 1), (one, other)
                panel.plot(*ends, color="grey", linewidth=width, alpha=0.5, zorder=1)
        places = np.argwhere(np.ones_like(chances))
        style = {"s": 700 * chances.ravel(), "c": chances.ravel(), "zorder": 2}
        panel.scatter(*places.T, **style, cmap="viridis", vmin=0, vmax=1)
        for (step, tag), chance in zip(places, chances.ravel(), strict=True):
            panel.text(step, tag - 0.38, f"{chance:.2f}", ha="center", fontsize=8)
        panel.set_title(title, loc="left", fontsize=10)
        panel.set_xticks(range(len(WORDS)), WORDS)
        panel.set_yticks(range(3), TAGS)
        panel.set_ylim(2.5, -0.6)
        panel.set_xlim(-0.5, len(WORDS) - 0.5)
        panel.grid(visible=False)


def _tag_chances(pairs: np.ndarray, start: tuple[float, ...]) -> np.ndarray:
    """Return the probabilities of labels, ``(T, C)``: the gradient and the target."""
    scores = torch.tensor(TAG_SCORES, dtype=torch.float64, requires_grad=True)
    first = torch.tensor(start, dtype=torch.float64)
    fl.crf_loss(
        scores, torch.tensor(WANTED), torch.tensor(pairs), start=first
    ).backward()
    return np.asarray(scores.grad) + np.eye(3)[list(WANTED)]


def _soft_dtw(canvas: Canvas) -> None:
    gammas = (0.001, 1.0)
    first, *tables = canvas.subplots(1, 3)
    times = np.linspace(0.0, 1.0, 30)
    curves = [
        np.exp(-(((times - place) / 0.12) ** 2)) + 0.5 * (times > end)
        for place, end in ((0.3, 0.6), (0.5, 0.85))
    ]
    for curve, name in zip(curves, ("input", "target"), strict=True):
        first.plot(curve, label=name)
    first.set_ylim(-0.05, 1.5)
    first.legend(loc="upper right", fontsize=8)
    first.set_xlabel("step")
    for gamma, panel in zip(gammas, tables, strict=True):
        chances = _chances((curves[0][:, None] - curves[1]) ** 2, gamma)
        how = {"origin": "lower", "vmin": 0, "vmax": 1, "aspect": "auto"}
        shades = panel.imshow(chances, cmap="viridis", **how)
        panel.set_title(f"gamma {gamma:g}", loc="left", fontsize=10)
        panel.set_xlabel("target")
        panel.grid(visible=False)
    tables[0].set_ylabel("input")
    canvas.colorbar(shades, ax=tables)


def _chances(costs: np.ndarray, gamma: float) -> np.ndarray:
    """Return the probability that an alignment passes each pair: a gradient."""
    table = torch.tensor(costs[None], requires_grad=True)
    softness = torch.tensor(gamma, dtype=table.dtype)
    xp = fl.array_namespace(table)
    soft_dtw(xp, table, softness, None, None).sum().backward()
    return np.asarray(table.grad)[0]


FIGURES: dict[str, Figure] = {
    "crf_loss": Picture(
        _crf,
        "Probabilities of three labels for the words in New York City today, as disks "
        "and numbers, and lines that are the wider the likelier a transition is. On "
        "the left, each word alone: York would begin a name after one that is inside, "
        "and City is none. On the right, with transitions, none of which leads from "
        "other to inside: New begins a name, York and City are inside it.",
    ),
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
    "soft_dtw_loss": Picture(
        _soft_dtw,
        "First, two curves with a peak and a step up; both are later in the target. "
        "Then, the probabilities with which steps are paired: with gamma 0.001 a path "
        "that is narrow from peak to peak and wide where both curves are flat, with 1 "
        "a broad band about it.",
    ),
}
