"""Drawings that are kept beside the pages, in the colours of each theme."""

from pathlib import Path

from docs.figures.palette import INK, RULE, THEMES
from funloss._command import write

__all__ = ["themed_drawings"]

_DARK = THEMES["dark"]
# They are made for white paper; without it they stand on the page.
_COLOURS = {
    "light": {"#ffffff": "none"},
    "dark": {
        "#ffffff": "none",
        # Words, ticks and rules of plots.
        "#000000": _DARK[INK],
        "#808080": _DARK[INK],
        "#b0b0b0": _DARK[RULE],
        "#cccccc": _DARK[RULE],
        # Boxes, lines and words of diagrams.
        "#eef3f8": "#1e2732",
        "#35506b": "#93b4d6",
        "#12202e": _DARK[INK],
    },
}


def themed_drawings(docs: Path, folder: Path) -> None:
    """Write each drawing of a folder once for every theme into another."""
    for drawing in docs.glob("*.svg"):
        kept = drawing.read_text(encoding="utf-8")
        for theme, colours in _COLOURS.items():
            # What names no colour is black.
            ink = colours.get("#000000", "#000000")
            drawn = kept.replace("<svg ", f'<svg fill="{ink}" ', 1)
            for written, read in colours.items():
                drawn = drawn.replace(written, read)
            made = folder / f"{drawing.stem}-{theme}.svg"
            write(made, drawn)
