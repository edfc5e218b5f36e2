"""Figures of the losses of vectors and distances."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import torch
from matplotlib.axes import Axes as Panel
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure as Canvas

import funloss as fl
from docs.figures.figure import Axis, Contour, Figure, Lines, Picture
from docs.figures.palette import INK, SERIES
from docs.figures.parts import arrows
from parity.curves import CURVES

__all__ = ["FIGURES"]

OTHER = np.asarray([1.0, 0.5])
COORDINATES = [f"{which} coordinate of a vector" for which in ("first", "second")]
NORMS = {"1": 1.0, "2": 2.0, "4": 4.0, "inf": np.inf}
STYLES = ("-", "--", "-.", ":")


def _field(
    panel: Panel,
    span: tuple[float, float],
    loss: Callable[[torch.Tensor], torch.Tensor],
    levels: np.ndarray,
) -> ContourSet:
    """Draw the losses of a row anywhere in a square, and where it is pulled to."""
    x, y = np.meshgrid(*2 * [np.linspace(*span, 81)])
    rows = torch.tensor(np.stack([x, y], -1), requires_grad=True)
    losses = loss(rows)
    losses.sum().backward()
    shades = panel.contourf(
        x, y, losses.detach().numpy(), levels, cmap="viridis", extend="max"
    )
    at = (slice(5, None, 10), slice(5, None, 10))
    pull = -rows.grad.numpy()[at]
    size = np.linalg.norm(pull, axis=-1)
    unit = pull / np.where(size > 1e-9, size, np.nan)[..., None]
    panel.quiver(
        x[at], y[at], unit[..., 0], unit[..., 1], color="white", scale=14, width=0.008
    )
    panel.set_aspect("equal")
    panel.grid(visible=False)
    return shades


def _mark(panel: Panel, place: np.ndarray, word: str, colour: str) -> None:
    panel.plot(*place, "o", color=colour, markersize=7, zorder=4)
    panel.annotate(
        word, place, (6, 6), textcoords="offset points", color=colour, zorder=4
    )


def _cosine_distance(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    degrees, at = np.arange(-150.0, 151.0, 50.0), np.linspace(-180.0, 180.0, 181)
    for length, colour in zip((1.0, 2.0), SERIES, strict=False):
        x, gradient = _turned(np.radians(degrees), length)
        left.plot(*x.T, "o", color=colour, markersize=5, label=f"length {length:g}")
        arrows(left, x.T, -gradient.T, colour, zorder=3)
        size = np.linalg.norm(_turned(np.radians(at), length)[1], axis=-1)
        right.plot(at, size, "--", color=colour, label=f"gradient, length {length:g}")
    arrows(left, ([0.0], [0.0]), ([2.6], [0.0]), INK, zorder=3)
    left.annotate("target", (2.6, 0.0), (-4, 6), textcoords="offset points", ha="right")
    left.set(xlim=(-2.7, 2.9), ylim=(-2.7, 2.7), aspect="equal")
    left.set_title("vectors and their pull", loc="left", fontsize=10)
    rows = np.stack([np.cos(np.radians(at)), np.sin(np.radians(at))], -1)
    value = fl.cosine_distance(rows, np.asarray([1.0, 0.0]), reduction="none")
    right.plot(at, value, color=INK, linewidth=2, label="value")
    right.set_xticks(np.arange(-180, 181, 90))
    right.set_xlabel("angle to the target in degrees")
    right.set_title("value, and norm of the gradient", loc="left", fontsize=10)
    right.set_ylim(-0.1, 3.0)
    right.legend(fontsize=9, loc="upper center", ncols=2, columnspacing=1)


def _turned(angle: np.ndarray, length: float) -> tuple[np.ndarray, np.ndarray]:
    """Return vectors at angles to the target, and the gradients of their losses."""
    x = torch.tensor(
        length * np.stack([np.cos(angle), np.sin(angle)], -1), requires_grad=True
    )
    fl.cosine_distance(x, torch.tensor([1.0, 0.0]).double(), reduction="sum").backward()
    return x.detach().numpy(), x.grad.numpy()


def _cosine_embedding(canvas: Canvas) -> None:
    panels = canvas.subplots(1, 2, sharey=True)
    for panel, label in zip(panels, (1, -1), strict=True):

        def loss(rows: torch.Tensor, label: int = label) -> torch.Tensor:
            count = rows[..., 0].numel()
            return fl.cosine_embedding_loss(
                rows.reshape(count, 2),
                torch.tensor(OTHER[None]),
                torch.full((count,), label),
                margin=0.25,
                reduction="none",
            ).reshape(rows.shape[:-1])

        shades = _field(panel, (-2.0, 2.0), loss, np.linspace(0.0, 2.0, 17))
        panel.plot(*OTHER, "o", color=SERIES[1], markersize=8)
        panel.set_title(f"label {label}, margin 0.25", loc="left", fontsize=10)
        panel.set_xlabel(COORDINATES[0])
    panels[0].set_ylabel(COORDINATES[1])
    canvas.colorbar(shades, ax=panels)


def _pairwise_distance(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    x, y = np.meshgrid(*2 * [np.linspace(-1.3, 1.3, 201)])
    rows, line = np.stack([x, y], -1), np.linspace(-3.0, 3.0, 201)
    along = np.stack([line, np.ones_like(line)], -1)
    for (word, p), style, colour in zip(NORMS.items(), STYLES, SERIES, strict=False):
        size = fl.pairwise_distance(rows, np.zeros(2), p=p)
        left.contour(x, y, size, [1.0], linestyles=[style], colors=[colour])
        size = fl.pairwise_distance(along, np.zeros(2), p=p)
        right.plot(line, size, style, color=colour, label=f"p={word}")
    left.plot(0, 0, "o", color=INK, markersize=4)
    left.set_aspect("equal")
    left.set_title("all that is at the distance 1", loc="left", fontsize=10)
    left.set_xlabel("first difference")
    left.set_ylabel("second difference")
    right.set_title("distance where the second is 1", loc="left", fontsize=10)
    right.set_xlabel("first difference")
    right.set_ylim(0.0, 4.2)
    right.legend(fontsize=9, loc="upper center", ncols=2)


def _pdist(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    rows = np.asarray([[0.0, 0.0], [3.0, 4.0], [0.0, 4.0], [4.5, 0.5]])
    pairs = list(combinations(range(len(rows)), 2))
    distances = fl.pdist(rows)
    for (i, j), distance in zip(pairs, distances, strict=True):
        left.plot(*rows[[i, j]].T, color=SERIES[0], linewidth=1.4)
        across = (rows[j] - rows[i])[::-1] * (-1, 1) / distance
        place = 0.64 * rows[i] + 0.36 * rows[j] + 0.27 * across
        left.text(*place, f"{distance:.1f}", fontsize=9, ha="center", va="center")
    left.plot(*rows.T, "o", color=SERIES[1], markersize=7)
    for i, row in enumerate(rows):
        outwards = row - rows.mean(axis=0)
        place = row + 0.4 * outwards / np.linalg.norm(outwards)
        left.text(*place, str(i), color=SERIES[1], ha="center", va="center")
    left.set(aspect="equal", xlim=(-0.6, 5.2), ylim=(-0.6, 4.8))
    left.set_title("rows", loc="left", fontsize=10)
    right.bar([f"{i}, {j}" for i, j in pairs], distances, color=SERIES[0], width=0.6)
    right.set_title("distances, in order", loc="left", fontsize=10)
    right.set_xlabel("pair")
    right.grid(visible=False, axis="x")


def _triplet(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    places = np.asarray([[0.0, 0.0], [1.6, 0.8], [1.0, -1.2]])
    rows = [torch.tensor(place[None], requires_grad=True) for place in places]
    fl.triplet_margin_loss(*rows, eps=0.0).backward()
    pull = -np.concatenate([row.grad.numpy() for row in rows])
    near = fl.pairwise_distance(places[0], places[1], eps=0.0)
    turn = np.linspace(0.0, 2 * np.pi, 181)
    for radius, word in ((near, "d(a, p)"), (near + 1, "d(a, p) + margin")):
        left.plot(radius * np.cos(turn), radius * np.sin(turn), "--", color=SERIES[4])
        left.text(0.0, radius + 0.12, word, fontsize=9, ha="center")
    arrows(left, places.T, pull.T, INK, zorder=3)
    for place, word, colour in zip(places, "apn", (INK, *SERIES[2:0:-1]), strict=True):
        _mark(left, place, word, colour)
    left.set(aspect="equal", xlim=(-3.3, 3.3), ylim=(-3.3, 3.6))
    left.set_title("a triplet and its pulls", loc="left", fontsize=10)
    x, y = np.meshgrid(*2 * [np.linspace(0.0, 3.0, 121)])
    zero = np.zeros_like(x)
    loss = fl.triplet_margin_loss(
        np.zeros((*x.shape, 2)),
        np.stack([x, zero], -1),
        np.stack([zero, y], -1),
        eps=0.0,
        reduction="none",
    )
    shades = right.contourf(x, y, loss, np.linspace(0.0, 4.0, 17), cmap="viridis")
    canvas.colorbar(shades, ax=right)
    right.set_aspect("equal")
    right.grid(visible=False)
    right.set_title("loss, margin 1", loc="left", fontsize=10)
    right.set_xlabel("distance to the positive")
    right.set_ylabel("distance to the negative")


def _squared(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return ((x - y) ** 2).sum(-1)


def _cosine(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return fl.cosine_distance(x, y, reduction="none")


def _triplet_with_distance(canvas: Canvas) -> None:
    panels = canvas.subplots(1, 3, sharey=True)
    anchor, positive = torch.tensor([[1.0, 0.5], [1.5, -0.5]]).double()
    distances = {"distance": None, "its square": _squared, "cosine": _cosine}
    for panel, (word, distance) in zip(panels, distances.items(), strict=True):

        def loss(
            rows: torch.Tensor, distance: Callable | None = distance
        ) -> torch.Tensor:
            return fl.triplet_margin_with_distance_loss(
                anchor.expand_as(rows),
                positive.expand_as(rows),
                rows,
                distance_function=distance,
                reduction="none",
            )

        shades = _field(panel, (-2.0, 3.0), loss, np.linspace(0.0, 2.25, 16))
        for row, colour in ((anchor, SERIES[1]), (positive, SERIES[3])):
            panel.plot(*row, "o", color=colour, markersize=7)
        panel.set_title(word, loc="left", fontsize=10)
        panel.set_xlabel("first coordinate")
    panels[0].set_ylabel("second coordinate")
    canvas.colorbar(shades, ax=panels, shrink=0.85)
    canvas.legend(
        panels[0].lines, ("anchor", "positive"), loc="outside lower center", ncols=2
    )


def _hinge_embedding() -> Lines:
    curve = CURVES["hinge_embedding_loss"]
    apart, alike = (
        replace(
            curve,
            span=(0.0, 3.0),
            fixed="margin 1",
            arrays={"input": curve.arrays["input"]},
            options={"target": label},
        )
        for label in (-1.0, 1.0)
    )
    return Lines(apart, alike)


FIGURES: dict[str, Figure] = {
    "cosine_distance": Picture(
        _cosine_distance,
        "Vectors around the origin, of lengths 1 and 2, and the pull on each: along "
        "the circle, towards the target, and half as strong at length 2. Beside it the "
        "value, from 0 at the angle 0 to 2 at 180 degrees, and the norm of the "
        "gradient, a sine that is largest at the right angle and 0 at both ends.",
    ),
    "cosine_embedding_loss": Picture(
        _cosine_embedding,
        "The loss of a vector anywhere in the plane beside the vector (1, 0.5). With "
        "label 1 it grows with the angle, from 0 to 2; with label -1 and margin 0.25 "
        "only vectors within some 76 degrees have a loss, 0.75 at most. Arrows turn "
        "the vector, and none points outwards.",
    ),
    "cosine_similarity": Contour(
        Axis(COORDINATES[0], (-2.0, 2.0)),
        Axis(COORDINATES[1], (-2.0, 2.0)),
        lambda x, y: fl.cosine_similarity(np.stack([x, y], -1), OTHER, dim=-1),
        "The cosine of a vector anywhere in the plane with the vector (1, 0.5): 1 in "
        "its direction, -1 opposite, the same along each ray from the origin. The "
        "gradient stands at a right angle to the ray and shrinks with the length.",
    ),
    "hinge_embedding_loss": _hinge_embedding(),
    "pairwise_distance": Picture(
        _pairwise_distance,
        "Where the distance from a point is 1: a square on its tip for p=1, a circle "
        "for p=2, a rounded square for p=4, a square for p=inf. Beside it the "
        "distances as the first difference goes from -3 to 3 and the second is 1: p=1 "
        "has a corner at 0, p=inf is flat from -1 to 1, the others are smooth.",
    ),
    "pdist": Picture(
        _pdist,
        "Four rows in the plane with all six distances between them, and the same "
        "distances as bars in the order of the result: pairs 0, 1 to 2, 3.",
    ),
    "triplet_margin_loss": Picture(
        _triplet,
        "An anchor, a positive at the distance 1.8 and a negative at 1.6. The positive "
        "is pulled to the anchor, the negative pushed off until it leaves the circle "
        "of the margin. Beside it the loss over both distances: 0 where the negative "
        "is farther by 1, and from there it grows by 1 a unit of either distance.",
    ),
    "triplet_margin_with_distance_loss": Picture(
        _triplet_with_distance,
        "The loss of a negative anywhere in the plane, for an anchor at (1, 0.5) and a "
        "positive at (1.5, -0.5), by three distances. By the norm and by its square it "
        "is a disc around the anchor, with a constant and with a growing gradient; by "
        "the cosine it is a wedge in the direction of the anchor.",
    ),
}
