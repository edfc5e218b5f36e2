"""Figures of the losses of class scores and probabilities."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from scipy.special import xlogy

import funloss as fl
from docs.figures.figure import STYLES, Axis, Contour, Figure, Lines, Picture
from docs.figures.palette import INK, RULE, SERIES
from docs.figures.parts import arrows, curve_of, gradient_of, panel
from parity.curves import CURVES

__all__ = ["FIGURES"]

MINUS = "\N{MINUS SIGN}"
LAYER = np.asarray([[1.0, 0.0], [-0.5, 0.8], [-0.5, -0.8]])


def _across(name: str, span: tuple[float, float]) -> Any:
    return replace(CURVES[name], span=span)


def _of_logits(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    scores = np.stack([x, y, np.zeros_like(x)], -1)
    labels = np.zeros(x.shape, int)
    return fl.cross_entropy(scores, labels, axis=-1, reduction="none")


def _of_wrong(loss: Callable[..., Any]) -> Callable[..., np.ndarray]:
    """Return the losses of rows by the scores of their two wrong classes."""

    def of_scores(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        scores = np.stack([np.zeros_like(x), x, y], -1)
        return loss(scores, np.zeros(x.shape, int), axis=-1, reduction="none")

    return of_scores


def _of_features(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    features = np.stack([x.ravel(), y.ravel()], -1)
    loss = fl.linear_cross_entropy(
        features, LAYER, np.zeros(x.size, int), reduction="none"
    )
    return loss.reshape(x.shape)


def _of_probabilities(p: np.ndarray, t: np.ndarray) -> np.ndarray:
    return fl.binary_cross_entropy(p, t, reduction="none")


def _nll(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2, sharex=True)
    scores, label = np.asarray([1.0, 2.0, 0.0]), np.asarray(0)
    log_p = torch.log_softmax(torch.tensor(scores), -1).numpy()
    colours = [SERIES[0], SERIES[4], SERIES[4]]
    left.bar(range(3), log_p, 0.6, color=colours)
    loss = fl.nll_loss(log_p, label)
    left.text(0, log_p[0] - 0.08, f"loss {loss:.2f}", ha="center", va="top")
    left.set_ylim(log_p.min() * 1.15, 0)
    left.set_xticks(range(3), ["0, true", "1", "2"])
    panel(left, "log-probabilities", "class")

    def of_scores(scores: Any, label: Any, **options: Any) -> Any:
        return fl.nll_loss(torch.log_softmax(scores, -1), label, **options)

    gradients = {
        "in the log-probabilities": gradient_of(fl.nll_loss, log_p, label),
        "in the scores before": gradient_of(of_scores, scores, label),
    }
    for (name, gradient), shift, colour in zip(
        gradients.items(), (-0.2, 0.2), SERIES[1:], strict=False
    ):
        right.bar(np.arange(3) + shift, gradient, 0.36, color=colour, label=name)
    right.axhline(0, color=INK, linewidth=0.8)
    right.legend(fontsize=9, loc="lower right")
    panel(right, "gradient", "class")


def _entmax(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    scores, label = np.asarray([1.5, 1.0, 0.25, -0.5, -1.5]), np.asarray(0)
    losses = {
        "cross_entropy": (fl.cross_entropy, {}),
        "entmax_loss(alpha=1.5)": (fl.entmax_loss, {"alpha": 1.5}),
        "entmax_loss(alpha=2)": (fl.entmax_loss, {"alpha": 2}),
    }
    for number, (loss, options) in enumerate(losses.values()):
        # A gradient is the probabilities less the label.
        p = gradient_of(loss, scores, label, **options) + np.eye(5)[0]
        places = np.arange(5) + 0.27 * (number - 1)
        left.bar(places, p, 0.24, color=SERIES[number])
    left.set_xticks(range(5), [f"{score:g}".replace("-", MINUS) for score in scores])
    panel(left, "probabilities", "score of a class")
    curves = [
        _across("cross_entropy", (-3.0, 4.0)),
        CURVES["entmax_loss"],
        curve_of("entmax_loss", alpha=2),
    ]
    for name, curve, style, colour in zip(losses, curves, STYLES, SERIES, strict=False):
        at, line = curve.own
        right.plot(at, line.value, style, color=colour, linewidth=2, label=name)
    panel(right, "loss beside scores of 0 and 1", "score of the true class")
    names = right.get_legend_handles_labels()
    canvas.legend(*names, loc="outside lower center", ncols=3, fontsize=9)


def _softplus(x: np.ndarray) -> np.ndarray:
    return np.logaddexp(0.0, x).sum(-1)


def _minus_entropy(y: np.ndarray) -> np.ndarray:
    return (xlogy(y, y) + xlogy(1 - y, 1 - y)).sum(-1)


def _gap(x: np.ndarray, y: float) -> np.ndarray:
    scores = np.asarray(x)[..., None]
    return fl.fenchel_young_loss(
        scores,
        np.full_like(scores, y),
        conjugate=_softplus,
        regularizer=_minus_entropy,
        reduction="none",
    )


def _fenchel_young(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2, sharex=True)
    at = np.linspace(-4.0, 4.0, 161)
    conjugate = _gap(at, 0.0)
    left.plot(at, conjugate, color=SERIES[0], linewidth=2, label="conjugate")
    line = conjugate - _gap(at, 0.75)
    left.plot(at, line, "--", color=SERIES[1], label="line of slope 0.75")
    for x in (-3.25, -1.25):
        loss, top = _gap(np.asarray([x]), 0.75)[0], _gap(np.asarray([x]), 0.0)[0]
        left.plot([x, x], [top - loss, top], color=INK, linewidth=1.4)
        left.annotate(
            f"{loss:.2f}",
            (x, top - loss / 2),
            (-4, -4),
            ha="right",
            textcoords="offset points",
            fontsize=9,
        )
    left.legend(fontsize=9, loc="upper left")
    panel(left, "the gap is the loss", "score")
    for y, style, colour in zip((0.25, 0.5, 0.75), STYLES, SERIES[2:], strict=False):
        loss = _gap(at, y)
        right.plot(at, loss, style, color=colour, linewidth=2, label=f"target {y:g}")
        least = loss.argmin()
        right.plot(at[least], loss[least], "o", color=colour, clip_on=False, zorder=4)
    right.legend(fontsize=9, loc="upper center")
    panel(right, "value", "score")


def _multilabel_margin(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2, width_ratios=(3, 2))
    scores, true, wrong = np.asarray([1.8, 0.4, 1.2, 0.7, -0.6]), [0, 1], [2, 3, 4]
    labels = np.asarray([*true, -1, -1, -1])
    gradient = gradient_of(fl.multilabel_margin_loss, scores, labels)
    _scored(
        left,
        scores,
        -gradient,
        [SERIES[0] if i in true else SERIES[4] for i in range(5)],
    )
    left.set_xticks(range(5), ["0, true", "1, true", "2", "3", "4"])
    panel(left, "scores, and where they are pulled", "class")
    for row, k in enumerate(true):
        for column, i in enumerate(wrong):
            pair = np.full(5, -np.inf)
            pair[[k, i]] = scores[[k, i]]
            loss = fl.multilabel_margin_loss(pair, np.asarray([k, -1, -1, -1, -1]))
            right.scatter(column, row, 1600 * loss, color=SERIES[1])
            right.annotate(
                f"{loss:.2f}",
                (column, row),
                (0, -34),
                textcoords="offset points",
                ha="center",
                fontsize=9,
            )
    right.set(xlim=(-0.6, 2.6), ylim=(1.6, -0.5))
    right.set_xticks(range(3), wrong)
    right.set_yticks(range(2), true)
    right.grid(visible=False)
    panel(right, "loss of each pair", "wrong class", "true class")


def _scored(axes: Axes, scores: np.ndarray, pull: np.ndarray, colours: Any) -> None:
    axes.bar(range(len(scores)), scores, 0.6, color=colours)
    axes.axhline(0, color=RULE)
    moved = np.flatnonzero(pull)
    arrows(axes, (moved, scores[moved]), (0.0, pull[moved]), INK)
    axes.margins(y=0.2)


def _multilabel_soft_margin(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    logits, tags = np.asarray([2.5, -1.5, 0.5, 1.5, -2.5]), np.asarray([1, 1, 0, 0, 0])
    # The pull of one question, which the mean over five divides by five.
    pull = -5 * gradient_of(fl.multilabel_soft_margin_loss, logits, tags)
    colours = [SERIES[0] if tag else SERIES[4] for tag in tags]
    _scored(left, logits, pull, colours)
    panel(left, "logits, and where they are pulled", "class")
    alone = fl.multilabel_soft_margin_loss(
        logits[:, None], tags[:, None], reduction="none"
    )
    row = fl.multilabel_soft_margin_loss(logits, tags)
    right.bar(range(5), alone, 0.6, color=colours)
    right.axhline(row, color=SERIES[1], linestyle="--", label=f"the row, {row:.2f}")
    right.set_ylim(0, 1.3 * alone.max())
    right.legend(fontsize=9, loc="upper right")
    panel(right, "loss of each class alone", "class")
    for axes in (left, right):
        axes.set_xticks(range(5), ["0, true", "1, true", "2", "3", "4"])


def _zlpr(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    scores, tags = np.asarray([2.5, -1.5, 0.5, 1.5, -2.5]), np.asarray([1, 1, 0, 0, 0])
    pull = -gradient_of(fl.zlpr_loss, scores, tags)
    colours = [SERIES[0] if tag else SERIES[4] for tag in tags]
    _scored(left, scores, pull, colours)
    panel(left, "scores, and where they are pulled", "class")
    alone = -gradient_of(fl.binary_cross_entropy_with_logits, scores, tags)
    for (name, each), shift, colour in zip(
        {"zlpr_loss": pull, "each class alone": alone}.items(),
        (-0.2, 0.2),
        SERIES[1:],
        strict=False,
    ):
        right.bar(np.arange(5) + shift, each, 0.36, color=colour, label=name)
    right.axhline(0, color=INK, linewidth=0.8)
    right.legend(fontsize=9, loc="upper right")
    panel(right, "pull", "class")
    for axes in (left, right):
        axes.set_xticks(range(5), ["0, true", "1, true", "2", "3", "4"])


def _smooth(canvas: Canvas) -> None:
    panels = canvas.subplots(1, 2, sharey=True)
    truth = np.asarray([0.0, 1.0, 0.0, 0.0])
    masks = {
        "all classes": None,
        "class 3 is masked": np.asarray([True, True, True, False]),
    }
    for axes, (title, where) in zip(panels, masks.items(), strict=True):
        for number, smoothing in enumerate((0.0, 0.2, 0.5)):
            smooth = fl.smooth_labels(truth, smoothing, where=where)
            places = np.arange(4) + 0.27 * (number - 1)
            name = f"label_smoothing={smoothing:g}"
            axes.bar(places, smooth, 0.24, color=SERIES[number], label=name)
        axes.set_xticks(range(4))
        panel(axes, title, "class")
    panels[0].set_ylabel("mass")
    names = panels[0].get_legend_handles_labels()
    canvas.legend(*names, loc="outside lower center", ncols=3, fontsize=9)


def _two_hot(canvas: Canvas) -> None:
    panels = canvas.subplots(1, 2, sharey=True)
    support, numbers = np.arange(8.0), (1.25, 4.5)
    for axes, sigma in zip(panels, (None, 0.75), strict=True):
        for shift, number, colour in zip((-0.2, 0.2), numbers, SERIES, strict=False):
            shares = fl.two_hot(np.asarray(number), support, sigma=sigma)
            axes.bar(support + shift, shares, 0.36, color=colour, label=f"{number:g}")
            axes.axvline(number, color=colour, linewidth=1, linestyle="--")
        axes.set_xticks(support)
        panel(axes, f"sigma={sigma}", "support")
    panels[0].set_ylabel("probability")
    panels[0].legend(fontsize=9, title="number", title_fontsize=9)


FREQUENT, CUTOFFS, CLASSES, LABEL = 4, (4, 8), 12, 5


def _adaptive(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2, width_ratios=(2, 3))
    layers = _zipf()
    colours = [SERIES[0]] * 4 + [SERIES[1]] * 4 + [SERIES[2]] * 4
    every, _ = _scored_classes(layers, np.arange(CLASSES))
    left.bar(range(CLASSES), every.exp().detach().numpy(), 0.7, color=colours)
    panel(left, "probabilities", "class, by falling frequency", "")
    left.set_xticks(range(0, CLASSES, 2))
    _, loss = _scored_classes(layers, np.asarray([LABEL]))
    gradients = torch.autograd.grad(loss, layers)
    pull = np.concatenate([-gradient.numpy().ravel() for gradient in gradients])
    names = [*"0123", "A", "B", *map(str, range(4, CLASSES))]
    places = np.arange(14) + np.repeat([0, 1, 2], [6, 4, 4])
    right.bar(
        places, pull, 0.7, color=[*colours[:4], SERIES[1], SERIES[2], *colours[4:]]
    )
    right.axhline(0, color=INK, linewidth=0.8)
    right.set_xticks(places, names, fontsize=9)
    panel(right, f"pull of a row with label {LABEL}", "head, and clusters A and B")
    for word, colour in zip(("head", "A", "B"), SERIES, strict=False):
        left.bar(0, 0, color=colour, label=word)
    left.legend(fontsize=9)


def _zipf() -> list[torch.Tensor]:
    """Return scores of the head and of two clusters: classes as frequent as 1 / k."""
    frequency = 1 / np.arange(1.0, CLASSES + 1)
    tails = np.split(frequency, CUTOFFS)[1:]
    head = [*frequency[:FREQUENT], *(tail.sum() for tail in tails)]
    return [
        torch.tensor(np.log(x), requires_grad=True) for x in (np.asarray(head), *tails)
    ]


def _scored_classes(layers: list[torch.Tensor], labels: np.ndarray) -> Any:
    head, *tails = layers
    return fl.adaptive_log_softmax_with_loss(
        torch.ones((len(labels), 1), dtype=torch.float64),
        torch.tensor(labels),
        head[:, None],
        [(torch.ones((1, 1), dtype=torch.float64), tail[:, None]) for tail in tails],
        cutoffs=CUTOFFS,
    )


WRONG = (
    Axis("score of a wrong class (true: 0)", (-3.0, 3.0)),
    Axis("score of the other (true: 0)", (-3.0, 3.0)),
)

FIGURES: dict[str, Figure] = {
    "cross_entropy": Contour(
        Axis("logit of the true class", (-4.0, 4.0)),
        Axis("logit of another, beside 0", (-4.0, 4.0)),
        _of_logits,
        "Loss of a row of three classes by the logits of the true class and of "
        "another, beside a third of 0: near 0 where the true logit is above both, and "
        "a gradient that is nearly even where it is below. The direction of descent "
        "raises the true logit and lowers the other one where that is the larger of "
        "the two.",
    ),
    "nll_loss": Picture(
        _nll,
        "Bars of the log-probabilities of three classes: the loss, 1.41, is the length "
        "of the bar of the true one. Beside it the gradients: in the log-probabilities "
        "-1 at the true class and 0 at the others, in the scores before the softmax "
        "-0.76, 0.67 and 0.09, which add up to 0.",
    ),
    "binary_cross_entropy": Contour(
        Axis("probability", (0.02, 0.98)),
        Axis("truth", (0.0, 1.0)),
        _of_probabilities,
        "Loss in the square of probability and truth: a valley along the diagonal, "
        "0.69 high in the middle and falling to 0 at both ends, with walls at the "
        "corners where the one is 0 and the other 1. The gradient along the "
        "probability is steepest there.",
    ),
    "binary_cross_entropy_with_logits": Lines(
        CURVES["binary_cross_entropy_with_logits"],
        curve_of("binary_cross_entropy_with_logits", pos_weight=3.0),
        CURVES["sigmoid_focal_loss"],
    ),
    "soft_margin_loss": Lines(
        _across("soft_margin_loss", (-3.0, 3.0)),
        CURVES["binary_sparsemax_loss"],
        CURVES["hinge_loss"],
    ),
    "multilabel_soft_margin_loss": Picture(
        _multilabel_soft_margin,
        "Five logits as bars with arrows along the pull on each: the two true classes "
        "are pulled up and the three others down, hardly where the logit is 2.5 on "
        "its own side, and by 0.82 where it is 1.5 on the wrong one. Beside it the "
        "loss of each class alone, from 0.08 to 1.70, and the loss of the row, which "
        "is their mean, 0.91.",
    ),
    "zlpr_loss": Picture(
        _zlpr,
        "Five scores as bars with arrows along the pull on each: the true class at "
        "-1.5 is pulled up by 0.81 and the one at 2.5 hardly, and of the three others "
        "the one at 1.5 is pushed down by 0.62, the one at 0.5 by 0.23 and the one at "
        "-2.5 by 0.01. Beside it the same pulls and those of each class alone: these "
        "are 0.62 and 0.82 on the two false classes above 0, far more than 1 together.",
    ),
    "hinge_loss": Lines(
        CURVES["hinge_loss"],
        curve_of("hinge_loss", p=2),
        _across("soft_margin_loss", (-3.0, 3.0)),
    ),
    "binary_sparsemax_loss": Lines(
        CURVES["binary_sparsemax_loss"],
        CURVES["hinge_loss"],
        _across("soft_margin_loss", (-3.0, 3.0)),
    ),
    "multiclass_hinge_loss": Contour(
        *WRONG,
        _of_wrong(fl.multiclass_hinge_loss),
        "Loss by the scores of two wrong classes, the true one at 0: nothing while "
        "both are below -1, then a pyramid up to 4 whose levels are squares. The "
        "gradient is 1 everywhere outside, and the direction of descent is along the "
        "larger score alone; on the diagonal the two share it.",
    ),
    "multi_margin_loss": Contour(
        *WRONG,
        _of_wrong(fl.multi_margin_loss),
        "Loss by the scores of two wrong classes, the true one at 0: nothing while "
        "both are below -1, 1.33 where one of them is at 3 and 2.67 where both are. "
        "The direction of descent is along each score that is above -1, so along the "
        "diagonal where both are.",
    ),
    "multilabel_margin_loss": Picture(
        _multilabel_margin,
        "Scores of five classes as bars with arrows along the pull on each: the two "
        "true classes are pulled up, by 0.2 and 0.4, the two wrong ones that are too "
        "near are pushed down, by 0.4 and 0.2, and the last wrong one is not. Beside "
        "it a disc for each pair of a true and a wrong class, as large as what the "
        "pair has loss 0.08, 0.36, 0.26 and three times 0.",
    ),
    "sigmoid_focal_loss": Lines(
        CURVES["sigmoid_focal_loss"],
        curve_of("sigmoid_focal_loss", gamma=0.5),
        CURVES["binary_cross_entropy_with_logits"],
    ),
    "asymmetric_loss": Lines(
        CURVES["asymmetric_loss"],
        curve_of("asymmetric_loss", gamma_neg=1.0),
        curve_of("asymmetric_loss", gamma_neg=0.0, clip=0.0),
    ),
    "softmax_focal_loss": Lines(
        CURVES["softmax_focal_loss"],
        curve_of("softmax_focal_loss", gamma=0.5),
        CURVES["cross_entropy"],
    ),
    "poly_loss": Lines(
        CURVES["poly_loss"],
        curve_of("poly_loss", epsilon=-1.0),
        CURVES["cross_entropy"],
    ),
    "generalized_cross_entropy": Lines(
        CURVES["generalized_cross_entropy"],
        curve_of("generalized_cross_entropy", q=0.25),
        CURVES["cross_entropy"],
    ),
    "bi_tempered_loss": Lines(
        CURVES["bi_tempered_loss"],
        curve_of("bi_tempered_loss", t1=0.2, t2=4.0),
        CURVES["cross_entropy"],
    ),
    "smooth_labels": Picture(
        _smooth,
        "Mass of four classes with no smoothing, 0.2 and 0.5. Of the true class there "
        "stay 1, 0.85 and 0.625, and each other one gets 0, 0.05 and 0.125. With one "
        "class masked, that class gets nothing, and three share: 0.87 and 0.07 for a "
        "smoothing of 0.2.",
    ),
    "two_hot": Picture(
        _two_hot,
        "Shares of two numbers in a support of 0 to 7: of 1.25 the class 1 gets 0.75 "
        "and the class 2 the rest, of 4.5 the classes 4 and 5 one half each. With a "
        "sigma of 0.75, the classes around each number have the masses of a normal "
        "distribution around it: 0.48 and 0.33 for 1.25, and 0.41 twice for 4.5.",
    ),
    "entmax_loss": Picture(
        _entmax,
        "Probabilities of five classes with scores from 1.5 to -1.5: all are above 0 "
        "with the softmax of cross_entropy, three with an alpha of 1.5 and two with "
        "2, and the best class has 0.48, 0.65 and 0.75. Beside it the loss of a true "
        "class as its score moves: with both alphas it is exactly 0 from a lead on, "
        "which is 2 and 1, and with cross_entropy never.",
    ),
    "fenchel_young_loss": Picture(
        _fenchel_young,
        "The conjugate softplus and the line of slope 0.75 that touches it from below "
        "at a score of 1.1: the gap between the two is the loss for a target of 0.75, "
        "such as 1.91 at -3.25 and 0.63 at -1.25. Beside it the losses for targets of "
        "0.25, 0.5 and 0.75, each 0 at the score whose sigmoid is the target.",
    ),
    "linear_cross_entropy": Contour(
        Axis("first feature", (-4.0, 4.0)),
        Axis("second feature", (-4.0, 4.0)),
        _of_features,
        "Loss of a row by its two features, for a layer of three classes whose weights "
        "point in three directions: low to the right, where those of the true class "
        "point, 6.7 at the left end and 9.2 in the corners beyond the other two. The "
        "direction of descent leads to the right, and away from the nearer of the two.",
    ),
    "adaptive_log_softmax_with_loss": Picture(
        _adaptive,
        "Probabilities of twelve classes that fall as 1 over the rank: four in the "
        "head, four in cluster A and four in B. Beside it the pull of a row with "
        "label 5: up on cluster A in the head, by 0.80, and on class 5 in the "
        "cluster, by 0.74; down on the others of both; none on the classes of cluster "
        "B.",
    ),
}
