"""Figures of the losses of errors of numbers."""

from collections.abc import Callable

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

import funloss as fl
from docs.figures.figure import STYLES, Axis, Contour, Figure, Lines, Picture
from docs.figures.palette import INK, SERIES
from docs.figures.parts import curve_of
from parity.curves import CURVES

__all__ = ["FIGURES"]

AMOUNTS = np.asarray([1.0, 2.0, 3.0, 4.0, 20.0])
CONSTANTS = np.linspace(0.5, 12.0, 1151)
OF_AMOUNTS = {
    "mean_absolute_percentage_error": "percentage",
    "mean_squared_logarithmic_error": "squared log",
    "l1_loss": "l1",
    "mse_loss": "mse",
}


def _nll(error: np.ndarray, var: np.ndarray) -> np.ndarray:
    return fl.gaussian_nll_loss(error, np.zeros_like(error), var, reduction="none")


def _laplace(error: np.ndarray, scale: np.ndarray) -> np.ndarray:
    zero = np.zeros_like(error)
    return fl.laplace_nll_loss(error, zero, scale, reduction="none")


def _counts(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    log_rate = torch.linspace(-2.0, 2.75, 191, dtype=torch.float64, requires_grad=True)
    for count, style, colour in zip((0, 3, 8), STYLES, SERIES, strict=False):
        seen = torch.full_like(log_rate, count)
        loss = fl.poisson_nll_loss(log_rate, seen, reduction="none")
        (gradient,) = torch.autograd.grad(loss.sum(), log_rate)
        at, drawn = log_rate.detach().numpy(), loss.detach().numpy()
        line = {"color": colour, "linestyle": style, "linewidth": 2}
        left.plot(at, drawn, label=f"count {count}", **line)
        right.plot(at, gradient.numpy(), **line)
        if count:
            least = np.argmin(drawn)
            left.plot(at[least], drawn[least], "o", color=colour)
            right.plot(at[least], gradient[least], "o", color=colour)
    for axes, kind in ((left, "value"), (right, "gradient")):
        axes.set_title(kind, loc="left", fontsize=10)
        axes.set_xlabel("logarithm of the rate")
    left.legend(fontsize=9)


# Of the cohort that is drawn; the last two have their events together.
TIMES, SEEN = np.asarray([5.0, 4.0, 2.5, 1.5, 3.5, 3.5]), np.asarray([0, 1, 0, 1, 1, 1])


def _cohort(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2, sharey=True)
    place = np.arange(len(TIMES))
    left.hlines(place, 0, TIMES, color=INK, linewidth=1.6)
    for seen, face, name in ((1, INK, "event"), (0, "none", "censored")):
        those = seen == SEEN
        line = {"color": INK, "markerfacecolor": face, "label": name}
        left.plot(TIMES[those], place[those], "o", **line)
    left.set_title("time at risk", loc="left", fontsize=10)
    left.set(xlabel="time", ylabel="individual", xlim=(0, 5.4), ylim=(-0.6, 7))
    left.legend(fontsize=9)
    hazards = torch.zeros(len(TIMES), dtype=torch.float64, requires_grad=True)
    cohort = torch.asarray(TIMES), torch.asarray(SEEN)
    for ties, shift, colour in zip(
        ("efron", "breslow"), (-0.18, 0.18), SERIES, strict=False
    ):
        loss = fl.cox_loss(hazards, *cohort, ties=ties, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, hazards)
        right.barh(place + shift, -gradient.numpy(), 0.34, color=colour, label=ties)
    right.axvline(0, color=INK, linewidth=1)
    right.set_title("minus the gradient, hazards equal", loc="left", fontsize=10)
    right.set_xlabel("pull on the logarithm of the hazard")
    right.legend(fontsize=9)


def _amounts(
    loss: str, targets: tuple[int, ...], unit: str
) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        left, right = canvas.subplots(1, 2)
        _of_targets(left, loss, targets)
        left.set_title("loss of one prediction", loc="left", fontsize=10)
        left.set_xlabel("prediction")
        left.set_ylabel(unit)
        _of_constants(right, loss)
        right.set_title("one prediction for 1, 2, 3, 4 and 20", loc="left", fontsize=10)
        right.set_xlabel("prediction")
        right.set_ylabel("mean loss over its least")
        for axes in (left, right):
            axes.set_xticks(range(0, 13, 2))
        names = right.get_legend_handles_labels()
        canvas.legend(*names, loc="outside lower center", ncols=4, fontsize=9)

    return draw


def _of_targets(axes: Axes, loss: str, targets: tuple[int, ...]) -> None:
    at = np.linspace(0.0, 12.0, 481)
    for target, style in zip(targets, STYLES, strict=False):
        value = getattr(fl, loss)(at, np.full_like(at, target), reduction="none")
        name = f"target {target}"
        axes.plot(at, value, color=INK, linestyle=style, linewidth=1.6, label=name)
    axes.legend(fontsize=9)


def _of_constants(axes: Axes, loss: str) -> None:
    constants, amounts = np.broadcast_arrays(CONSTANTS[:, None], AMOUNTS)
    for (name, short), style, colour in zip(
        OF_AMOUNTS.items(), STYLES, SERIES, strict=False
    ):
        value = getattr(fl, name)(constants, amounts, reduction="none").mean(-1)
        least = value.argmin()
        width = 2.6 if name == loss else 1.4
        line = {"color": colour, "linestyle": style, "linewidth": width}
        label = f"{short}: best {CONSTANTS[least]:.3g}"
        axes.plot(CONSTANTS, value / value[least], label=label, **line)
        axes.plot(CONSTANTS[least], 1.0, "o", color=colour, clip_on=False)
    axes.set(xlim=(0, 12.4), ylim=(0.9, 2.6))


FIGURES: dict[str, Figure] = {
    "l1_loss": Lines(CURVES["l1_loss"], CURVES["huber_loss"], CURVES["mse_loss"]),
    "mse_loss": Lines(CURVES["mse_loss"], CURVES["huber_loss"], CURVES["l1_loss"]),
    "huber_loss": Lines(
        CURVES["huber_loss"], curve_of("huber_loss", delta=2.0), CURVES["l1_loss"]
    ),
    "smooth_l1_loss": Lines(
        CURVES["smooth_l1_loss"],
        curve_of("smooth_l1_loss", beta=2.0),
        CURVES["l1_loss"],
    ),
    "log_cosh_loss": Lines(
        CURVES["log_cosh_loss"], CURVES["huber_loss"], CURVES["l1_loss"]
    ),
    "general_robust_loss": Lines(
        CURVES["general_robust_loss"],
        curve_of("general_robust_loss", alpha=0.0),
        curve_of("general_robust_loss", alpha=-2.0),
    ),
    "tukey_loss": Lines(
        CURVES["tukey_loss"],
        curve_of("tukey_loss", scale=4.0),
        CURVES["huber_loss"],
    ),
    "expectile_loss": Lines(
        CURVES["expectile_loss"],
        curve_of("expectile_loss", expectile=0.2),
        CURVES["mse_loss"],
    ),
    "gaussian_nll_loss": Contour(
        Axis("error of the mean", (-2.5, 2.5)),
        Axis("variance", (0.5, 6.0)),
        _nll,
        "Loss in the plane of error and variance: a valley whose floor is at the "
        "variance that equals the squared error, deepest at no error and the smallest "
        "variance, and with steep walls where a small variance meets a large error.",
    ),
    "laplace_nll_loss": Contour(
        Axis("error of the median", (-2.5, 2.5)),
        Axis("scale", (0.5, 6.0)),
        _laplace,
        "Loss in the plane of error and scale: a valley whose floor is at the scale "
        "that equals the absolute error, deepest at no error and the smallest scale, "
        "with a crease where the error changes its sign.",
    ),
    "cox_loss": Picture(
        _cohort,
        "On the left the times at risk of six individuals, of whom two are censored "
        "and two have their events together; on the right the pull on each at equal "
        "hazards: up for early events, by most for the first, and down for those who "
        "stay at risk long, by most for the censored one that stays longest.",
    ),
    "student_t_nll_loss": Lines(
        CURVES["student_t_nll_loss"],
        curve_of("student_t_nll_loss", df=1.0),
        curve_of("student_t_nll_loss", df=1000.0),
    ),
    "poisson_nll_loss": Picture(
        _counts,
        "Value and gradient for counts of 0, 3 and 8 as the logarithm of the rate "
        "moves: the counts 3 and 8 have their least loss at their own logarithms, 1.1 "
        "and 2.08, where the gradient crosses 0; left of it the gradient levels off at "
        "minus the count, right of it the loss grows exponentially. For a count of 0 "
        "it is the rate itself.",
    ),
    "mean_absolute_percentage_error": Picture(
        _amounts("mean_absolute_percentage_error", (2, 4, 8), "percent"),
        "Left, the loss of a prediction for targets of 2, 4 and 8: each is 100 at "
        "0 and nothing at its target, and rises the faster the smaller the target. "
        "Right, the mean loss of one prediction for the amounts 1, 2, 3, 4 and 20: it "
        "is least at 2, below the median of 3 and far below the mean of 6.",
    ),
    "mean_squared_logarithmic_error": Picture(
        _amounts("mean_squared_logarithmic_error", (2, 4, 8), "squared nats"),
        "Left, the loss of a prediction for targets of 2, 4 and 8: from its target "
        "each rises faster to the left than to the right. Right, the mean loss of one "
        "prediction for the amounts 1, 2, 3, 4 and 20: it is least at 3.79, between "
        "the median of 3 and the mean of 6.",
    ),
    "quantile_loss": Lines(
        CURVES["quantile_loss"],
        curve_of("quantile_loss", tau=0.2),
        CURVES["expectile_loss"],
    ),
}
