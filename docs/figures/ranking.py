"""Figures of the losses of ordered scores."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import FancyArrowPatch

import funloss as fl
from docs.figures.figure import STYLES, Axis, Contour, Figure, Picture
from docs.figures.palette import INK, RULE, SERIES

__all__ = ["FIGURES"]

# One list for all pictures, by falling score.
ITEMS = "ABCDE"
SCORES = np.asarray([2.5, 1.4, 0.9, 0.1, -0.8])
RELEVANCE = np.asarray([1.0, 0.0, 2.0, 0.0, 1.0])
LEADS = np.linspace(-3.0, 3.0, 301)
SHORT = {
    "pairwise_hinge_loss": "hinge",
    "pairwise_logistic_loss": "logistic",
    "pairwise_soft_zero_one_loss": "soft zero-one",
}

Pulls = dict[str, np.ndarray]


def _gradient(
    loss: str, scores: Any = SCORES, relevance: Any = RELEVANCE, **options: Any
) -> np.ndarray:
    """Return the gradient of the loss of one list."""
    at = torch.tensor(scores, dtype=torch.float64, requires_grad=True)
    options = {"reduction": "sum"} | options
    value = getattr(fl, loss)(at, torch.tensor(relevance), **options)
    (gradient,) = torch.autograd.grad(value, at)
    return gradient.numpy()


def _rows(loss: str, scores: np.ndarray, relevance: Any, **options: Any) -> np.ndarray:
    """Return the loss of each list of two."""
    relevance = np.broadcast_to(np.asarray(relevance, float), scores.shape)
    return getattr(fl, loss)(scores, relevance, reduction="none", **options)


def _list(axes: Axes, pulls: Pulls) -> None:
    """Draw the scores of the items and which way, and how far, each is pulled."""
    place = np.arange(len(ITEMS))
    axes.vlines(place, -2.0, SCORES, color=RULE, linewidth=10)
    axes.plot(place, SCORES, "o", color=INK, markersize=5)
    longest = max(np.abs(pull).max() for pull in pulls.values())
    middle = (len(pulls) - 1) / 2
    for turn, ((label, pull), colour) in enumerate(
        zip(pulls.items(), SERIES, strict=False)
    ):
        at = place + 0.2 * (turn - middle)
        _arrows(axes, at, 1.3 * pull / longest, colour)
        axes.plot([], [], color=colour, linewidth=2, label=label)
        if len(pulls) == 1:
            _numbers(axes, at, pull)
    names = [f"{x}\n{y:g}" for x, y in zip(ITEMS, RELEVANCE, strict=True)]
    axes.set_xticks(place, names)
    axes.set(xlabel="item, and its relevance", ylabel="score")
    axes.set(xlim=(-0.5, 5.0), ylim=(-2.0, 4.0))
    axes.set_title("scores, and the pull on each", loc="left", fontsize=10)
    axes.grid(visible=False, axis="x")


def _arrows(axes: Axes, at: np.ndarray, reach: np.ndarray, colour: str) -> None:
    line = {"color": colour, "linewidth": 2, "shrinkA": 0, "shrinkB": 0, "zorder": 3}
    for x, score, length in zip(at, SCORES, reach, strict=True):
        if abs(length) > 0.05:
            ends = (x, score), (x, score + length)
            arrow = FancyArrowPatch(*ends, arrowstyle="-|>", mutation_scale=11, **line)
            axes.add_patch(arrow)


def _numbers(axes: Axes, at: np.ndarray, pull: np.ndarray) -> None:
    for x, score, number in zip(at, SCORES, pull, strict=True):
        axes.text(x + 0.14, score, _signed(number), fontsize=9, va="center")


def _signed(number: float) -> str:
    return f"{number:+.2f}".replace("-", "\N{MINUS SIGN}")


def _pairs() -> list[tuple[int, int]]:
    """Return the pairs of which the first item should lead."""
    pairs = itertools.permutations(range(len(ITEMS)), 2)
    return [(i, j) for i, j in pairs if RELEVANCE[i] > RELEVANCE[j]]


def _dots(
    axes: Axes, x: np.ndarray, y: np.ndarray, *, below: str, aside: str = ""
) -> None:
    """Draw the pairs of the list on the line of the loss of a pair."""
    axes.plot(x, y, "o", color=INK, markersize=5, zorder=4)
    shifts = dict.fromkeys(below.split(), (-10, -13))
    shifts |= dict.fromkeys(aside.split(), (7, -7))
    for (i, j), across, up in zip(_pairs(), x, y, strict=True):
        name = ITEMS[i] + ITEMS[j]
        text = {"textcoords": "offset points", "fontsize": 9}
        axes.annotate(name, (across, up), shifts.get(name, (4, 5)), **text)


def _of_leads(
    loss: str, pulls: Callable[[], Pulls], *, below: str = ""
) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        left, right = canvas.subplots(1, 2)
        _list(left, pulls())
        if len(left.get_legend_handles_labels()[0]) > 1:
            left.legend(fontsize=9)
        for (name, short), style, colour in zip(
            SHORT.items(), STYLES, SERIES, strict=False
        ):
            lists = np.stack([LEADS, np.zeros_like(LEADS)], -1)
            line = {"color": colour, "linestyle": style, "label": short}
            line["linewidth"] = 2.4 if name == loss else 1.2
            right.plot(LEADS, _rows(name, lists, [1, 0]), **line)
        first, second = np.transpose(_pairs())
        value = _rows(loss, SCORES[np.stack([first, second], -1)], [1, 0])
        _dots(right, SCORES[first] - SCORES[second], value, below=below)
        right.set_xlabel("lead of the more relevant item")
        right.set_title("loss of each pair", loc="left", fontsize=10)
        right.set_ylim(-0.5, 3.4)
        right.legend(fontsize=9)

    return draw


def _of_errors(
    loss: str, below: str, kinds: dict[str, dict[str, Any]], **options: Any
) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        left, right = canvas.subplots(1, 2)
        own = next(iter(kinds.values()))
        _plane(left, -_gradient(loss, **own, **options))
        misses = np.linspace(-3.4, 3.4, 341)
        lists = np.stack([misses + 1, np.zeros_like(misses)], -1)
        for (label, kind), style, colour in zip(
            kinds.items(), STYLES, SERIES, strict=False
        ):
            line = {"color": colour, "linestyle": style, "linewidth": 2, "label": label}
            right.plot(misses, _rows(loss, lists, [1, 0], **kind), **line)
        pairs = np.asarray(_pairs())
        losses = _rows(loss, SCORES[pairs], RELEVANCE[pairs], **own)
        first, second = (SCORES - RELEVANCE)[pairs].T
        _dots(right, first - second, losses, below=below, aside="AB CE AD")
        right.set_xlabel("lead in score less lead in relevance")
        right.set_title("loss of each pair", loc="left", fontsize=10)
        if len(kinds) > 1:
            right.legend(fontsize=9)

    return draw


def _plane(axes: Axes, pull: np.ndarray) -> None:
    """Draw the items by relevance and score, and a line on which leads are right."""
    shift = np.mean(SCORES - RELEVANCE)
    ends = np.asarray([-0.3, 2.6])
    axes.plot(ends, ends + shift, color=RULE, linestyle="--", linewidth=2)
    _arrows(axes, RELEVANCE, pull / np.abs(pull).max(), SERIES[0])
    axes.plot(RELEVANCE, SCORES, "o", color=INK, markersize=5)
    _numbers(axes, RELEVANCE, pull)
    for item, x, score in zip(ITEMS, RELEVANCE, SCORES, strict=True):
        axes.annotate(item, (x, score), (-15, -4), textcoords="offset points")
    axes.set(xlabel="relevance", ylabel="score", xlim=(-0.4, 2.8), ylim=(-2.2, 3.4))
    axes.set_xticks(range(3))
    axes.set_title("scores, and the pull on each", loc="left", fontsize=10)


def _shares_beside(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    gradient = _gradient("ranking_softmax_loss")
    _list(left, {"": -gradient})
    total = RELEVANCE.sum()
    place = np.arange(len(ITEMS))
    softmax, due = (gradient + RELEVANCE) / total, RELEVANCE / total
    right.bar(place - 0.2, softmax, 0.38, color=SERIES[0], label="softmax")
    right.bar(place + 0.2, due, 0.38, color=SERIES[1], label="relevance")
    right.set_xticks(place, ITEMS)
    right.set_xlabel("item")
    right.set_title("share of each item", loc="left", fontsize=10)
    right.legend(fontsize=9)
    right.grid(visible=False, axis="x")


def _with_epsilon(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    relevance = (np.arange(len(ITEMS)) == 2).astype(float)
    scores = np.tile(SCORES, (len(LEADS), 1))
    scores[:, 2] = LEADS + 1
    targets = np.tile(relevance, (len(LEADS), 1))
    place = np.arange(len(ITEMS))
    for turn, (epsilon, style, colour) in enumerate(
        zip((-1.0, 0.0, 1.0, 4.0), STYLES, SERIES, strict=False)
    ):
        loss = fl.poly1_softmax_loss(scores, targets, epsilon=epsilon, reduction="none")
        name = f"epsilon {epsilon:g}"
        line = {"color": colour, "linestyle": style, "linewidth": 2, "label": name}
        left.plot(scores[:, 2], loss, **line)
        pull = -_gradient("poly1_softmax_loss", SCORES, relevance, epsilon=epsilon)
        right.bar(place + 0.2 * (turn - 1.5), pull, 0.19, color=colour)
    left.set_title("loss of the list", loc="left", fontsize=10)
    left.set_xlabel("score of C, the one relevant item")
    right.set_title("pull on each item, C at 0.9", loc="left", fontsize=10)
    right.set_xticks(place, ITEMS)
    right.axhline(0.0, color=INK, linewidth=0.8)
    right.grid(visible=False, axis="x")
    names = left.get_legend_handles_labels()
    canvas.legend(*names, loc="outside lower center", ncols=4, fontsize=9)


def _stacks(axes: Axes, rows: list[tuple[str, dict[int, float]]]) -> None:
    """Draw whose the probability of each choice is, the right item first."""
    axes.set_yticks(range(len(rows)), [label for label, _ in rows])
    axes.invert_yaxis()
    for row, (_, shares) in enumerate(rows):
        start = 0.0
        for turn, (item, share) in enumerate(shares.items()):
            colour = SERIES[0] if not turn else RULE
            axes.barh(
                row, share, 0.7, start, color=colour, edgecolor=INK, linewidth=0.6
            )
            if share > 0.06:
                middle = start + share / 2
                text = {"ha": "center", "va": "center", "fontsize": 9}
                axes.text(middle, row, ITEMS[item], **text)
            start += share
    axes.set_xlim(0.0, 1.0)
    axes.set_xlabel("probability")
    axes.grid(visible=False, axis="y")


def _choices(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    _list(left, {"": -_gradient("unique_softmax_loss")})
    rows = []
    for i in np.argsort(-RELEVANCE, kind="stable"):
        among = [int(i), *(int(j) for j in np.flatnonzero(RELEVANCE[i] > RELEVANCE))]
        if len(among) > 1:
            chosen = np.zeros(len(among))
            chosen[0] = 1.0
            shares = _gradient("unique_softmax_loss", SCORES[among], chosen) + chosen
            rows.append((ITEMS[i], dict(zip(among, shares, strict=True))))
    _stacks(right, rows)
    right.set_ylabel("item to choose")
    right.set_title("among itself and less relevant ones", loc="left", fontsize=10)


def _draws(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    _list(left, {"": -_gradient("listmle_loss")})
    order = np.argsort(-RELEVANCE, kind="stable")
    rows = []
    for k in range(len(order)):
        # What the draws from here on pull less what those after it pull.
        gradients = _gradient("listmle_loss", SCORES[order[k:]], RELEVANCE[order[k:]])
        if k + 1 < len(order):
            rest = order[k + 1 :]
            gradients[1:] -= _gradient("listmle_loss", SCORES[rest], RELEVANCE[rest])
        gradients[0] += 1.0
        shares = dict(zip(map(int, order[k:]), gradients, strict=True))
        rows.append((f"{k + 1}: {ITEMS[order[k]]}", shares))
    _stacks(right, rows)
    right.set_ylabel("draw, and the right item")
    right.set_title("among those that are left", loc="left", fontsize=10)


def _stairs(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    scores = np.tile(SCORES, (len(LEADS), 1))
    scores[:, 2] = 4.0 * LEADS / 3.0 + 1.0
    relevance = np.broadcast_to(RELEVANCE, scores.shape)
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("temperature 1", {}),
        ("temperature 0.3", {"temperature": 0.3}),
        ("temperature 0.01", {"temperature": 0.01}),
        ("hinge step", {"step": "hinge"}),
    ]
    _list(left, {name: -_gradient("approx_ndcg_loss", **x) for name, x in kinds[:2]})
    for (name, options), style, colour in zip(kinds, STYLES, SERIES, strict=False):
        loss = fl.approx_ndcg_loss(scores, relevance, reduction="none", **options)
        line = {"color": colour, "linestyle": style, "linewidth": 2, "label": name}
        right.plot(scores[:, 2], loss, **line)
    right.set_xlabel("score of C, the best item")
    right.set_title("loss of the list", loc="left", fontsize=10)
    names = right.get_legend_handles_labels()
    canvas.legend(*names, loc="outside lower center", ncols=4, fontsize=9)


def _margins(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    better = np.ones_like(first)
    return fl.margin_ranking_loss(first, second, better, margin=1.0, reduction="none")


def _plain(loss: str) -> Callable[[], Pulls]:
    return lambda: {"pull": -_gradient(loss)}


def _with_gains() -> Pulls:
    plain, gains = (
        -_gradient("pairwise_logistic_loss", lambda_weight=kind)
        for kind in (None, "dcg")
    )
    most = np.abs(plain).max() / np.abs(gains).max()
    return {"all pairs alike": plain, f'"dcg", times {most:.2g}': most * gains}


FIGURES: dict[str, Figure] = {
    "margin_ranking_loss": Contour(
        Axis("score that should lead", (-2.5, 2.5)),
        Axis("other score", (-2.5, 2.5)),
        _margins,
        "Loss in the plane of two scores, with a margin of 1: nothing where the first "
        "leads by 1 or more, and from that line on a plane that rises towards the "
        "corner where the other leads. Everywhere on it the gradient is the same, and "
        "the way down raises the first score and lowers the other.",
    ),
    "pairwise_hinge_loss": Picture(
        _of_leads(
            "pairwise_hinge_loss", _plain("pairwise_hinge_loss"), below="AB CE AD"
        ),
        "Left, five items by falling score, of relevance 1, 0, 2, 0 and 1, and the "
        "pull on each: whole numbers, one for every pair that lacks something, such as "
        "3 upwards on the best item, which stands third. Right, the loss of a pair "
        "over the lead of its more relevant item: a straight line down to 0 at a lead "
        "of 1. Three of the eight pairs of the list lie beyond and have loss 0. "
        "Beside it: the logistic and the soft zero-one loss.",
    ),
    "pairwise_logistic_loss": Picture(
        _of_leads("pairwise_logistic_loss", _with_gains, below="CD CE"),
        "Left, five items by falling score, of relevance 1, 0, 2, 0 and 1, and the "
        "pull on each, once with all pairs alike and once with lambda_weight 'dcg': "
        "the weights move the pull from the last two items, which they nearly leave "
        "alone, to the top of the list. Right, the loss of a pair over the lead of its "
        "more relevant item, 0.69 at no lead: none of the eight pairs of the list "
        "has loss 0. Beside it: the hinge and the soft zero-one loss.",
    ),
    "pairwise_soft_zero_one_loss": Picture(
        _of_leads(
            "pairwise_soft_zero_one_loss",
            _plain("pairwise_soft_zero_one_loss"),
            below="CA CB CD CE",
        ),
        "Left, five items by falling score, of relevance 1, 0, 2, 0 and 1, and the "
        "pull on each: strongest, 0.72 upwards, on the best item, which stands third, "
        "and weak, 0.16, on the relevant item at the end, far from those it should "
        "lead. Right, the loss of a pair over the lead of its more relevant item: a "
        "step smoothed to fall from 1 to 0, flat on both sides. Beside it: the hinge "
        "and the logistic loss.",
    ),
    "pairwise_mse_loss": Picture(
        _of_errors("pairwise_mse_loss", "", {"": {}}, reduction="mean"),
        "Left, five items by relevance and score, and the pull of the mean on each, "
        "towards a line of slope 1 on which all leads are right: the farther from the "
        "line, the stronger, 1.46 upwards for the item farthest below. Right, the loss "
        "of a pair in both orders over what its lead in score exceeds that in "
        "relevance by: a parabola around 0. Six of the eight pairs drawn miss by more "
        "than 1.",
    ),
    "pairwise_quantile_loss": Picture(
        _of_errors(
            "pairwise_quantile_loss",
            "CB",
            {"tau 0.75": {"tau": 0.75}, "tau 0.5": {"tau": 0.5}},
        ),
        "Left, five items by relevance and score, a line of slope 1 on which all leads "
        "are right, and the pull on each with tau 0.75, which is a multiple of a "
        "quarter: 2 upwards for the best item. Right, the loss of a pair over what its "
        "lead in score exceeds that in relevance by: with tau 0.75 a lead that is too "
        "small has three times the loss of one that is too large, with tau 0.5 both "
        "have the same.",
    ),
    "ranking_softmax_loss": Picture(
        _shares_beside,
        "Left, five items by falling score, of relevance 1, 0, 2, 0 and 1, and the "
        "pull on each. Right, its share of the softmax beside its share of the "
        "relevance: the first item has 0.6 of the one and 0.25 of the other and is "
        "pulled down, the third has 0.12 and 0.5 and is pulled up; the pull is four "
        "times the difference.",
    ),
    "poly1_softmax_loss": Picture(
        _with_epsilon,
        "Left, the loss of a list with one relevant item over the score of that item, "
        "for epsilon -1, 0, 1 and 4: all fall as it rises, and the larger epsilon, the "
        "higher the loss and the steeper its fall. Right, the pull on each item where "
        "the relevant one stands third: upwards on it, from 0.77 at epsilon -1 to 1.31 "
        "at 4, and downwards on the others, most on the first.",
    ),
    "unique_softmax_loss": Picture(
        _choices,
        "Left, five items by falling score, of relevance 1, 0, 2, 0 and 1, and the "
        "pull on each. Right, for each relevant item the softmax among itself and the "
        "less relevant ones: the best, C, has 0.12 against four others, A has 0.7 "
        "against the two irrelevant ones, E 0.08 against the same. C counts three "
        "times, so that it is pulled up by 2.64 and A, its strongest rival, down by "
        "1.51.",
    ),
    "listmle_loss": Picture(
        _draws,
        "Left, five items by falling score, of relevance 1, 0, 2, 0 and 1, and the "
        "pull on each. Right, the five draws of the right order C, A, E, B, D, each a "
        "softmax among the items that are left: the right one has the probability "
        "0.12, 0.68, 0.08, 0.79 and 1. The loss is minus the logarithm of their "
        "product.",
    ),
    "approx_ndcg_loss": Picture(
        _stairs,
        "Left, five items by falling score, of relevance 1, 0, 2, 0 and 1, and the "
        "pull on each at the temperatures 1 and 0.3: up for the best item, which "
        "stands third, and down for the irrelevant one before it; the item at the end "
        "is hardly moved. Right, the loss of the list over the score of the best item: "
        "stairs from -0.63 to -0.97 at temperature 0.01, one step for each item that "
        "it passes, rounder the higher the temperature; the loss of the hinge step "
        "lies above the stairs.",
    ),
}
