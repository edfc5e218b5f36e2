"""Figures of the losses of sound."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

import funloss as fl
from docs.figures.figure import Figure, Picture
from docs.figures.palette import INK, SERIES
from docs.figures.parts import panel

__all__ = ["FIGURES"]

MINUS = "\N{MINUS SIGN}"
TIME = np.linspace(0, 1, 400)


def _chirp(time: np.ndarray) -> np.ndarray:
    """Return a tone that rises and fades."""
    return np.sin(2 * np.pi * (3 + 6 * time) * time) * np.exp(-2 * time)


def _si_sdr(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2, width_ratios=(3, 2))
    truth, noise = _chirp(TIME), np.random.default_rng(0).standard_normal(400)
    signals = {
        "noise": truth + 0.1 * noise,
        "noise, gain 0.4": 0.4 * (truth + 0.1 * noise),
        "less noise, gain 1.6": 1.6 * (truth + 0.03 * noise),
    }
    left.plot(TIME, truth, color=INK, linewidth=1, label="target", zorder=5)
    for (name, signal), colour in zip(signals.items(), SERIES, strict=False):
        left.plot(TIME, signal, color=colour, linewidth=0.9, label=name)
    left.legend(fontsize=8, loc="upper right")
    panel(left, "signals", "time")
    losses: list[Any] = [fl.si_sdr_loss, fl.mse_loss]
    for row, loss in enumerate(losses):
        numbers = [float(loss(signal, truth)) for signal in signals.values()]
        lowest = min(numbers) if row == 0 else -max(numbers)
        places = np.arange(3) + 4 * row
        shares = [abs(x) / abs(lowest) for x in numbers]
        right.barh(places, shares, 0.8, color=SERIES[:3])
        for place, number, share in zip(places, numbers, shares, strict=True):
            unit = f"{MINUS}{-number:.1f} dB" if row == 0 else f"{number:.3f}"
            right.text(share + 0.03, place, unit, va="center", fontsize=9)
    right.set_yticks([1, 5], ["si_sdr_loss", "mse_loss"])
    right.set_xlim(0, 1.6)
    right.set_xticks([])
    right.invert_yaxis()
    right.grid(visible=False)
    panel(right, "losses", "")


def _stft(canvas: Canvas) -> None:
    time = np.linspace(0, 1, 2000)
    turns = 2 * np.pi * (60 + 160 * time) * time
    signals = {
        "target": np.sin(turns),
        "a quarter turn later": np.cos(turns),
        "rising further": np.sin(turns * (1 + 0.25 * time)),
    }
    truth = signals["target"]
    panels = canvas.subplots(1, 3, sharey=True)
    for axes, (name, signal) in zip(panels, signals.items(), strict=True):
        frames = np.lib.stride_tricks.sliding_window_view(signal, 128)[::16]
        sizes = np.abs(np.fft.rfft(frames * np.hanning(128)))[:, :56].T
        axes.imshow(sizes, origin="lower", aspect="auto", cmap="Greys")
        axes.set_xticks([])
        axes.set_yticks([])
        axes.grid(visible=False)
        spectra = fl.stft_loss(signal, truth, n_fft=128, hop=16, win_length=128)
        losses = {"stft_loss": spectra, "mse_loss": fl.mse_loss(signal, truth)}
        words = "\n".join(f"{name} {float(x):.2f}" for name, x in losses.items())
        axes.text(3, 53, words, va="top", fontsize=9)
        panel(axes, name, "time", "frequency" if signal is truth else "")


FIGURES: dict[str, Figure] = {
    "si_sdr_loss": Picture(
        _si_sdr,
        "A rising tone that fades, and three inputs: with noise, with the same noise "
        "and a gain of 0.4, and with less noise and a gain of 1.6. The loss is the "
        "same for the first two, -10.8 dB, and -21.3 dB for the third; the mean "
        "squared error is 0.010, 0.045 and 0.046, the largest for the third, whose "
        "noise is the least.",
    ),
    "stft_loss": Picture(
        _stft,
        "Spectra over time of a rising tone, of the same a quarter of a turn later, "
        "which look alike, and of one that rises further. The loss is 0, 0.62 and "
        "2.35; the mean squared error is 0, 1.00 and 0.94, the largest for the tone "
        "that sounds the same.",
    ),
}
