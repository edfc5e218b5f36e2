"""Draw by how many bits funloss is more exact than its peers."""

from collections.abc import Iterable, Mapping, Sequence
from io import StringIO

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from parity.accuracy.compare import compared
from parity.accuracy.row import Row

__all__ = ["picture"]

_MORE, _LESS = "#2c9a61", "#d4690a"

Panel = tuple[str, Mapping[str, float]]


def picture(rows: Iterable[Row]) -> str:
    """Return the drawing as SVG, equal for equal figures: a panel a peer."""
    file = StringIO()
    with mpl.rc_context({"svg.hashsalt": "funloss", "svg.fonttype": "none"}):
        figure = _figure(_panels(rows))
        figure.savefig(file, format="svg", metadata={"Date": None}, bbox_inches="tight")
    return file.getvalue()


def _figure(panels: Mapping[str, Mapping[str, float]]) -> Figure:
    """Draw the panels in two columns of about as many losses."""
    columns: tuple[list[Panel], list[Panel]] = ([], [])
    for panel in sorted(panels.items(), key=lambda one: -len(one[1])):
        min(columns, key=_lines).append(panel)
    every = [0.0, *(bits for ahead in panels.values() for bits in ahead.values())]
    ends = min(every) - 0.5, max(every) + 0.5
    height = 0.17 * max(map(_lines, columns)) + 0.3
    figure = Figure(figsize=(9.5, height), layout="constrained")
    parts = np.asarray(figure.subfigures(1, 2))
    for part, column in zip(parts, columns, strict=True):
        if column:  # a part of the losses may have one peer
            sizes = {"height_ratios": [len(ahead) + 2 for _, ahead in column]}
            axes = part.subplots(len(column), sharex=True, squeeze=False, **sizes)
            for one, panel in zip(axes.flat, column, strict=True):
                _bars(one, *panel)
                one.set_xlim(ends)
    return figure


def _panels(rows: Iterable[Row]) -> dict[str, dict[str, float]]:
    """Return by peer and loss the bits that funloss is ahead, the most first."""
    panels: dict[str, dict[str, float]] = {}
    for loss in compared(rows, "float32"):
        for peer, (own, other) in loss.peers.items():
            # Options are in the table.
            name = loss.name.split("`")[1]
            ahead = panels.setdefault(peer, {})
            ahead[name] = min(other - own, ahead.get(name, other - own))
    return {
        peer: dict(sorted(ahead.items(), key=lambda one: -one[1]))
        for peer, ahead in panels.items()
    }


def _lines(column: Sequence[Panel]) -> int:
    return sum(len(ahead) + 2 for _, ahead in column)


def _bars(axes: Axes, peer: str, ahead: Mapping[str, float]) -> None:
    places = range(len(ahead))
    colours = [_MORE if bits > 0 else _LESS for bits in ahead.values()]
    axes.barh(places, list(ahead.values()), color=colours, height=0.7)
    axes.axvline(0, color="grey", linewidth=0.8)
    axes.tick_params(axis="x", labelsize=7)
    axes.set_yticks(places, list(ahead), fontsize=7)
    axes.set_ylim(len(ahead) - 0.4, -0.6)
    axes.set_title(f"bits that {peer} loses and funloss does not", fontsize=9)
    axes.grid(axis="x", linewidth=0.3)
