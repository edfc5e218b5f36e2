"""Figures of the losses of probability distributions."""

from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure as Canvas
from scipy.stats import norm

import funloss as fl
from docs.figures.figure import Axis, Contour, Figure, Lines, Picture
from docs.figures.palette import INK, SERIES
from docs.figures.parts import curve_of
from parity.curves import CURVES

__all__ = ["FIGURES"]


def _gaussian_kl(mean: np.ndarray, log_var: np.ndarray) -> np.ndarray:
    return fl.gaussian_kl_divergence(mean, log_var, axis=None, reduction="none")


def _kl(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    one = np.linspace(0.005, 0.995, 199)
    predicted = np.log(np.stack([one, 1 - one], -1))
    true = np.log(np.asarray([0.75, 0.25]))
    both = {"KL(true, predicted)": (predicted, true)}
    both["KL(predicted, true)"] = both["KL(true, predicted)"][::-1]
    for (word, pair), style, colour in zip(
        both.items(), ("-", "--"), SERIES, strict=False
    ):
        loss = fl.kl_div(*pair, log_target=True, axis=-1, reduction="none")
        left.plot(one, loss, style, color=colour, label=word)
    left.set_title("two classes", loc="left", fontsize=10)
    left.set_xlabel("predicted probability, true 0.75")
    left.set_ylim(-0.1, 2.6)
    left.legend(fontsize=9)
    z = np.linspace(-5.0, 5.0, 161)
    spread, place = np.meshgrid(np.linspace(0.4, 3.5, 63), np.linspace(-4.0, 4.0, 81))
    bells = norm.logpdf(z, place[..., None], spread[..., None])
    bells -= np.log(np.exp(bells).sum(-1, keepdims=True))
    true = 0.6 * norm.pdf(z, -1.8, 0.6) + 0.4 * norm.pdf(z, 1.8, 0.6)
    true = np.log(true / true.sum())
    right.fill_between(z, np.exp(true) / (z[1] - z[0]), color=INK, alpha=0.15)
    for pair, style, colour in zip(
        ((bells, true), (true, bells)), ("-", "--"), SERIES, strict=False
    ):
        loss = fl.kl_div(*pair, log_target=True, axis=-1, reduction="none")
        best = bells[np.unravel_index(loss.argmin(), loss.shape)]
        right.plot(z, np.exp(best) / (z[1] - z[0]), style, color=colour)
    right.set_title("the bell with the least of each", loc="left", fontsize=10)
    right.set_xlabel("outcome; the true density is shaded")


def _generalized_kl() -> Lines:
    curve = CURVES["generalized_kl_divergence"]
    others = ("kl_div", "poisson_nll_loss")
    return Lines(curve, *(replace(curve, loss=name) for name in others))


FIGURES: dict[str, Figure] = {
    "distillation_loss": Lines(
        CURVES["distillation_loss"],
        curve_of("distillation_loss", beta=0.5),
        curve_of("distillation_loss", beta=1.0),
    ),
    "gaussian_kl_divergence": Contour(
        Axis("mean", (-2.5, 2.5)),
        Axis("logarithm of the variance", (-3.0, 2.0)),
        _gaussian_kl,
        "Divergence from the standard normal distribution in the plane of mean and "
        "logarithm of the variance: a bowl around mean 0 and variance 1, steeper "
        "towards large variances than towards small ones.",
    ),
    "generalized_kl_divergence": _generalized_kl(),
    "kl_div": Picture(
        _kl,
        "The divergence of two classes as the predicted probability goes from 0 to 1 "
        "and the true one is 0.75, both ways round: 0 at 0.75, and unbounded at 0 and "
        "1 if the truth comes first, bounded if the prediction does. Beside it a truth "
        "with two peaks and the bell curve of least divergence: with the truth first "
        "it spreads over both, with the prediction first it takes the higher peak.",
    ),
    "mmd_loss": Lines(
        CURVES["mmd_loss"],
        curve_of("mmd_loss", kernel="laplacian"),
        curve_of("mmd_loss", kernel="energy"),
    ),
}
