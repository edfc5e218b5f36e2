"""Figures of the losses of a batch against itself."""

from collections.abc import Callable

import numpy as np
import torch
from matplotlib.axes import Axes as Panel
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure as Canvas
from torch.func import grad_and_value, vmap

import funloss as fl
from docs.figures.figure import Figure, Picture
from docs.figures.palette import SERIES
from docs.figures.parts import arrows

__all__ = ["FIGURES"]

LABELS = torch.tensor([0, 0, 1, 1, 2, 2])
MARKS = ("o", "s", "^")


def _ntxent(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2)
    rows = _on_circle(np.asarray([20.0, 75.0, 95.0, 150.0, 215.0, 330.0]))
    fl.ntxent_loss(rows, LABELS, temperature=0.5).backward()
    pull = -0.9 * rows.grad.numpy()
    left.plot(*_on_circle(np.arange(361.0)).detach().T, ":", color=SERIES[4])
    for label, (mark, colour) in enumerate(zip(MARKS, SERIES, strict=False)):
        own = LABELS.numpy() == label
        x = rows.detach().numpy()[own]
        left.plot(*x.T, mark, color=colour, markersize=8)
        arrows(left, x.T, pull[own].T, colour, width=0.012, zorder=1)
    left.set(aspect="equal", xlim=(-1.6, 1.6), ylim=(-1.6, 1.6))
    left.set_title("rows of three labels and their pulls", loc="left", fontsize=10)
    degrees = np.arange(0.0, 181.0, 5.0)
    labels = torch.cat([torch.zeros(2), torch.arange(1, len(degrees) + 1)]).long()
    for temperature, style, colour in zip(
        (1.0, 0.3, 0.1), ("-", "--", "-."), SERIES, strict=False
    ):
        rows = _on_circle(np.asarray([0.0, -30.0, *degrees]))
        loss = fl.ntxent_loss(rows, labels, temperature=temperature, reduction="none")
        loss[0].backward()
        size = np.linalg.norm(rows.grad.numpy()[2:], axis=-1)
        words = f"temperature={temperature:g}"
        right.plot(degrees, size, style, color=colour, label=words)
    right.set_title(
        "gradient of negatives, one every 5 degrees", loc="left", fontsize=10
    )
    right.set_xlabel("angle of the negative to a row, in degrees")
    right.set_xticks(np.arange(0, 181, 45))
    right.legend(fontsize=9)


def _on_circle(degrees: np.ndarray) -> torch.Tensor:
    turn = np.radians(degrees)
    return torch.tensor(np.stack([np.cos(turn), np.sin(turn)], -1), requires_grad=True)


def _of_two_cosines(loss: Callable[..., torch.Tensor]) -> Callable:
    """Return the loss of a row by its cosines to another and to its own label."""

    def of_cosines(cosines: torch.Tensor) -> torch.Tensor:
        other, own = cosines
        zero = torch.zeros_like(own)
        rows = [
            torch.stack([zero + 1, zero, zero]),
            torch.stack([own, torch.sqrt(1 - own**2), zero]),
            torch.stack([other, zero, torch.sqrt(1 - other**2)]),
        ]
        return loss(torch.stack(rows), LABELS[:3], reduction="none")[0]

    return vmap(grad_and_value(of_cosines))


def _circle(canvas: Canvas) -> None:
    left, right = canvas.subplots(1, 2, sharey=True)
    shades = _losses(left, lambda *a, **k: fl.circle_loss(*a, gamma=8.0, **k))
    left.set_title("circle_loss(gamma=8)", loc="left", fontsize=10)
    left.set_ylabel("cosine to a row of its own label")
    canvas.colorbar(shades, ax=left)
    shades = _losses(right, lambda *a, **k: fl.ntxent_loss(*a, temperature=0.25, **k))
    right.set_title("ntxent_loss(temperature=0.25)", loc="left", fontsize=10)
    canvas.colorbar(shades, ax=right)


def _losses(panel: Panel, loss: Callable[..., torch.Tensor]) -> ContourSet:
    cosines = np.linspace(-0.2, 0.99, 80)
    x, y = np.meshgrid(cosines, cosines)
    both = torch.tensor(np.stack([x.ravel(), y.ravel()], -1))
    gradients, losses = (a.numpy() for a in _of_two_cosines(loss)(both))
    shades = panel.contourf(x, y, losses.reshape(x.shape), levels=14, cmap="viridis")
    pull = -gradients.reshape(*x.shape, 2)[5::10, 5::10]
    panel.quiver(
        x[5::10, 5::10],
        y[5::10, 5::10],
        pull[..., 0],
        pull[..., 1],
        color="white",
        width=0.008,
        scale=9 * np.linalg.norm(pull, axis=-1).max(),
    )
    panel.set_xlabel("cosine to a row of another label")
    panel.set_aspect("equal")
    panel.grid(visible=False)
    return shades


FIGURES: dict[str, Figure] = {
    "circle_loss": Picture(
        _circle,
        "The loss of a row with one other of its own label and one of another, over "
        "the two cosines. For circle_loss the lines of equal loss are circles around "
        "the corner where the row is like its own and at a right angle to the other, "
        "and the arrows of the pull shrink towards that corner. For ntxent_loss they "
        "are straight, and all arrows point the same way.",
    ),
    "ntxent_loss": Picture(
        _ntxent,
        "Six rows of three labels on the unit circle: each is pulled along the circle "
        "towards the other of its label and off its neighbours of other labels. Beside "
        "it the gradients of negatives at 0 to 180 degrees from a row: at temperature "
        "1 they spread over all, at 0.1 over those within some 60 degrees.",
    ),
}
