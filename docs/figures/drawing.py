"""Draw figures as SVG: once, and then in the colours of each theme."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.legend import Legend
from matplotlib.text import Text

from docs.figures.figure import Figure
from docs.figures.palette import STYLE, THEMES

__all__ = ["FULL", "canvas", "save", "save_themed"]

FULL, SMALL = (7.2, 3.4), (2.4, 1.8)


def save(name: str, figure: Figure, folder: Path) -> None:
    """Write the figure of a loss and its sketch, each for every theme."""
    save_themed(_svg(name, figure.draw, FULL), folder, name)
    sketch = f"{name}-sketch"
    save_themed(_svg(sketch, figure.sketch, SMALL, words=False), folder, sketch)


def save_themed(svg: str, folder: Path, name: str) -> None:
    """Write a drawing in the colours of each theme."""
    for theme, colours in THEMES.items():
        drawn = svg
        for written, read in colours.items():
            drawn = drawn.replace(written, read)
        (folder / f"{name}-{theme}.svg").write_text(drawn, encoding="utf-8")


def canvas(draw: Callable[[Canvas], None], size: tuple[float, float]) -> Canvas:
    """Return the drawing in ink that no theme has."""
    made = Canvas(figsize=size, layout="constrained")
    draw(made)
    return made


def _svg(
    name: str,
    draw: Callable[[Canvas], None],
    size: tuple[float, float],
    *,
    words: bool = True,
) -> str:
    with mpl.rc_context(STYLE | {"svg.hashsalt": name}):
        made = canvas(draw, size)
        if not words:
            _without_words(made)
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
