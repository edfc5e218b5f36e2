"""The kinds of figures: along a line, over a plane, or a picture of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from docs.figures.palette import SERIES
from parity.curve import Curve, Line

__all__ = ["Axis", "Contour", "Figure", "Lines", "Picture"]

# What the panels of a line show, and what it is called on a curve.
PANELS = ("value", "derivative")
STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))


@dataclass(frozen=True)
class Lines:
    """Value and derivative along a line, beside the siblings of a loss."""

    curve: Curve
    siblings: tuple[Curve, ...]

    def __init__(self, curve: Curve, *siblings: Curve) -> None:
        """Take the curve of the loss first."""
        object.__setattr__(self, "curve", curve)
        object.__setattr__(self, "siblings", siblings)

    @property
    def words(self) -> str:
        """What is seen."""
        at, line = self.curve.own
        low, high = self.curve.span
        path = f"as the {self.curve.moved} goes from {low:g} to {high:g}"
        words = [
            f"Value and derivative of {self.curve.loss} {path} ({self.curve.fixed})."
        ]
        for kind in PANELS:
            y = getattr(line, kind)
            least, most = np.nanargmin(y), np.nanargmax(y)
            words.append(
                f"The {kind} begins at {y[0]:.3g} and ends at {y[-1]:.3g}; its least "
                f"is {y[least]:.3g} at {at[least]:.3g}, its largest {y[most]:.3g} at "
                f"{at[most]:.3g}."
            )
        if self.siblings:
            words.append(f"Beside it: {', '.join(map(_label, self.siblings))}.")
        return " ".join(words)

    def draw(self, canvas: Canvas) -> None:
        """Draw value and derivative in two panels."""
        panels = canvas.subplots(1, 2)
        for axes, kind in zip(panels, PANELS, strict=True):
            self._panel(axes, kind, (self.curve, *self.siblings))
            axes.set_title(kind, loc="left", fontsize=10)
            axes.set_xlabel(self.curve.moved)
            axes.locator_params(nbins=6, steps=[1, 2, 5, 10])
        if self.siblings:
            names = canvas.axes[0].get_legend_handles_labels()
            canvas.legend(*names, loc="outside lower center", ncols=2, fontsize=9)

    def sketch(self, canvas: Canvas) -> None:
        """Draw the value of the loss alone."""
        self._panel(canvas.subplots(), "value", (self.curve,))

    def _panel(self, axes: Axes, kind: str, curves: tuple[Curve, ...]) -> None:
        for curve, style, colour in zip(curves, STYLES, SERIES, strict=False):
            own = curve is self.curve
            at, line = curve.own
            axes.plot(
                at,
                _broken(line, kind),
                linestyle=style,
                color=colour,
                linewidth=2.4 if own else 1.4,
                zorder=3 if own else 2,
                label=_label(curve),
            )
        axes.margins(x=0.02, y=0.08)


def _label(curve: Curve) -> str:
    """Return the name of the loss, and the options that it is drawn with."""
    options = [f"{name}={_word(x)}" for name, x in curve.options.items()]
    return f"{curve.loss}({', '.join(options)})" if options else curve.loss


def _word(option: Any) -> str:
    return getattr(option, "__name__", repr(option))


def _broken(line: Line, kind: str) -> np.ndarray:
    """Return the numbers with a gap where a derivative jumps, so that it is seen to."""
    y = getattr(line, kind).astype(float)
    if kind == "derivative":
        steps = np.abs(np.diff(y))
        jumps = steps > max(20 * np.median(steps), 0.2 * np.nanmax(np.abs(y)))
        y[1:][jumps] = np.nan
    return y


@dataclass(frozen=True)
class Axis:
    """What changes along an axis of a plane, in words, and from where to where."""

    words: str
    span: tuple[float, float]


@dataclass(frozen=True)
class Contour:
    """A loss of two numbers: its values, its gradient and the way of descent."""

    x: Axis
    y: Axis
    value: Callable[[np.ndarray, np.ndarray], np.ndarray]
    words: str

    def draw(self, canvas: Canvas) -> None:
        """Draw the losses, and the gradient with the direction of descent."""
        left, right = canvas.subplots(1, 2, sharey=True)
        x, y, loss = self._losses(81)
        canvas.colorbar(left.contourf(x, y, loss, levels=14, cmap="viridis"), ax=left)
        left.set_title("value", loc="left", fontsize=10)
        down, across = np.gradient(loss, y[:, 0], x[0, :])
        size = np.hypot(across, down)
        top = 1.001 * np.nanpercentile(size, 99) or 1.0
        levels = np.linspace(0, top, 15)
        shades = right.contourf(x, y, size, levels, cmap="viridis", extend="max")
        canvas.colorbar(shades, ax=right, format="%.3g")
        at = (slice(4, None, 8), slice(4, None, 8))
        with np.errstate(divide="ignore", invalid="ignore"):
            moving = np.where(size[at] > 1e-6 * top, size[at], np.nan)
            unit = [-across[at] / moving, -down[at] / moving]
        right.quiver(x[at], y[at], *unit, color="white", scale=18, width=0.006)
        right.set_title(
            "size of the gradient, direction of descent", loc="left", fontsize=10
        )
        left.set_ylabel(self.y.words)
        for axes in (left, right):
            axes.set_xlabel(self.x.words)
            axes.grid(visible=False)

    def sketch(self, canvas: Canvas) -> None:
        """Draw the losses alone."""
        x, y, loss = self._losses(41)
        canvas.subplots().contourf(x, y, loss, levels=14, cmap="viridis")

    def _losses(self, points: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        x, y = np.meshgrid(*(np.linspace(*a.span, points) for a in (self.x, self.y)))
        return x, y, self.value(x, y)


@dataclass(frozen=True)
class Picture:
    """A worked picture: what it draws comes from calls of the loss."""

    draw: Callable[[Canvas], None]
    words: str

    @property
    def sketch(self) -> Callable[[Canvas], None]:
        """Draw the same."""
        return self.draw


Figure = Lines | Contour | Picture
