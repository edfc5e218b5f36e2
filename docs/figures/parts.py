"""What figures of several families are made with."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes

from parity.curve import Curve
from parity.curves import CURVES

__all__ = ["arrows", "curve_of", "gradient_of", "panel"]


def curve_of(name: str, **options: Any) -> Curve:
    """Return the curve of a loss with other options."""
    return replace(CURVES[name], options=options)


def gradient_of(
    loss: Callable[..., Any], input: Any, *rest: Any, **options: Any
) -> Any:
    """Return the gradients of a loss in its first array."""
    moved = torch.tensor(input, dtype=torch.float64, requires_grad=True)
    rest = tuple(torch.tensor(np.asarray(x)) for x in rest)
    loss(moved, *rest, reduction="sum", **options).backward()
    return np.asarray(moved.grad)


def panel(axes: Axes, title: str, across: str, up: str = "") -> None:
    """Name a panel and its axes."""
    axes.set_title(title, loc="left", fontsize=10)
    axes.set_xlabel(across)
    axes.set_ylabel(up)


def arrows(axes: Axes, tails: Any, ways: Any, colour: str, **options: Any) -> None:
    """Draw arrows that are as long as they say, in the units of the panel.

    `tails` and `ways` hold what is across, and what is up.
    """
    units = {"angles": "xy", "scale_units": "xy", "scale": 1}
    style = {"color": colour, "width": 0.008, "zorder": 4} | options
    axes.quiver(*tails, *np.broadcast_arrays(*ways), **units, **style)
