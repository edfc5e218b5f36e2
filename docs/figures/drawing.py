"""Draw figures as SVG: for a page, a telephone and the gallery, in each theme."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.legend import Legend
from matplotlib.text import Text

from docs.figures.figure import Figure
from docs.figures.palette import STYLE, THEMES
from funloss._command import write

__all__ = ["FULL", "canvas", "save", "save_themed", "stacked"]

FULL, SMALL = (7.2, 3.4), (2.4, 1.8)
# The width of a telephone, and the height of one of the panels below each other.
NARROW, PANEL = 3.6, 2.7
# What a name in a legend takes of the height.
LINE = 0.2


class _Column(Canvas):
    """A canvas on which panels side by side are put below each other."""

    def subplots(self, nrows: int = 1, ncols: int = 1, **options: Any) -> Any:
        """Return the panels in one column, which all have their own numbers."""
        options.pop("width_ratios", None)
        self.set_figheight(PANEL * max(nrows, ncols))
        panels = super().subplots(max(nrows, ncols), 1, **options)
        for axes in np.ravel(panels):
            axes.tick_params(labelbottom=True)
        return panels

    def legend(self, *names: Any, **options: Any) -> Any:
        """Put the names below each other, and make room for them."""
        made = super().legend(*names, **options | {"ncols": 1})
        self.set_figheight(self.get_figheight() + LINE * len(made.get_texts()))
        return made


def save(name: str, figure: Figure, folder: Path) -> None:
    """Write the figure of a loss, a narrow one and its sketch, for every theme."""
    save_themed(_svg(name, canvas(figure.draw, FULL)), folder, name)
    narrow = f"{name}-narrow"
    save_themed(_svg(narrow, stacked(figure.draw)), folder, narrow)
    sketch = f"{name}-sketch"
    drawn = canvas(figure.sketch, SMALL)
    _without_words(drawn)
    save_themed(_svg(sketch, drawn), folder, sketch)


def save_themed(svg: str, folder: Path, name: str) -> None:
    """Write a drawing in the colours of each theme."""
    for theme, colours in THEMES.items():
        drawn = svg
        for written, read in colours.items():
            drawn = drawn.replace(written, read)
        write(folder / f"{name}-{theme}.svg", drawn)


def canvas(draw: Callable[[Canvas], None], size: tuple[float, float]) -> Canvas:
    """Return the drawing in ink that no theme has."""
    with mpl.rc_context(STYLE):
        made = Canvas(figsize=size, layout="constrained")
        draw(made)
    return made


def stacked(draw: Callable[[Canvas], None]) -> Canvas:
    """Return the drawing for a telephone: its panels and legends in one column."""
    with mpl.rc_context(STYLE):
        made = _Column(figsize=(NARROW, PANEL), layout="constrained")
        draw(made)
        first, *others = made.axes
        for axes in others:
            if first.get_shared_y_axes().joined(first, axes) and not axes.get_ylabel():
                axes.set_ylabel(first.get_ylabel())
    return made


def _svg(name: str, made: Canvas) -> str:
    with mpl.rc_context(STYLE | {"svg.hashsalt": name}):
        file = io.StringIO()
        FigureCanvasSVG(made).print_svg(file, metadata={"Date": None})
    # Hundredths of a point are more than a screen shows.
    return re.sub(r"(\d\.\d\d)\d+", r"\1", file.getvalue())


def _without_words(made: Canvas) -> None:
    """Leave the shapes: a sketch is too small to be read."""
    for words in made.findobj(lambda artist: isinstance(artist, Text | Legend)):
        words.set_visible(False)
    for axes in made.axes:
        axes.tick_params(length=0, labelbottom=False, labelleft=False)
