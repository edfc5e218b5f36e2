"""Draw the figures: ratios by loss, and growth with size."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt

from benchmarks.result import Row
from benchmarks.series import SERIES, Series
from benchmarks.summary import ratios_by_peer
from funloss._command import whole

__all__ = ["GROWTH", "RATIOS", "draw"]

RATIOS, GROWTH = "performance-ratios.svg", "performance-growth.svg"

COLOURS = {"funloss": "#d1495b", "torch": "#ee8434", "optax": "#2e6f95"}
COLOURS |= {"quicker": "#2c9a61", "slower": "#d4690a"}
TICKS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5)

Panels = list[tuple[str, Mapping[str, float]]]


def draw(rows: Sequence[Row], folder: Path) -> None:
    """Write both drawings into `folder`, equal bytes for equal figures."""
    folder.mkdir(parents=True, exist_ok=True)
    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "funloss", "svg.fonttype": "none"})
    for name, figure in ((RATIOS, _ratios(rows)), (GROWTH, _growth(rows))):
        with whole(folder / name) as new:
            figure.savefig(new, metadata={"Date": None}, bbox_inches="tight")
        plt.close(figure)


def _ratios(rows: Sequence[Row]) -> plt.Figure:
    """Draw a panel a peer, in two columns of about as many losses."""
    columns: tuple[Panels, Panels] = ([], [])
    for panel in ratios_by_peer(rows).items():
        min(columns, key=_lines).append(panel)
    height = 0.17 * max(map(_lines, columns)) + 0.3
    figure = plt.figure(figsize=(9.5, height), layout="constrained")
    for part, column in zip(figure.subfigures(1, 2), columns, strict=True):
        if not column:  # a run of other groups, or of one peer
            continue
        sizes = [len(ratios) + 2 for _, ratios in column]
        axes = part.subplots(len(column), height_ratios=sizes, sharex=True)
        for one, (peer, ratios) in zip(np.atleast_1d(axes), column, strict=True):
            _bars(one, peer, ratios)
    return figure


def _lines(column: Panels) -> int:
    return sum(len(ratios) + 2 for _, ratios in column)


def _bars(axes: plt.Axes, peer: str, ratios: Mapping[str, float]) -> None:
    places = range(len(ratios))
    widths = [ratio - 1 for ratio in ratios.values()]
    colours = [COLOURS["quicker" if width < 0 else "slower"] for width in widths]
    axes.barh(places, widths, left=1, color=colours, height=0.7)
    axes.axvline(1, color="grey", linewidth=0.8)
    axes.set_xscale("log")
    axes.set_xlim(0.025, 8)
    axes.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS], fontsize=7)
    axes.minorticks_off()
    axes.set_yticks(places, list(ratios), fontsize=7)
    axes.set_ylim(len(ratios) - 0.4, -0.6)
    axes.set_title(f"time of funloss / time of {peer}", fontsize=9)
    axes.grid(axis="x", linewidth=0.3)


def _growth(rows: Iterable[Row]) -> plt.Figure:
    grown = [row for row in rows if row.group == "growth"]
    figure, panels = plt.subplots(2, 2, figsize=(8, 6), layout="constrained")
    for panel, series in zip(panels.flat, SERIES, strict=True):
        _panel(panel, series, [row for row in grown if _belongs(row, series)])
    return figure


def _belongs(row: Row, series: Series) -> bool:
    return row.loss == series.loss and row.shape in series.shapes


def _panel(panel: plt.Axes, series: Series, rows: Sequence[Row]) -> None:
    for name, colour in COLOURS.items():
        points = [
            (row.shape[series.position], row.milliseconds[name])
            for row in rows
            if name in row.milliseconds
        ]
        if points:
            panel.loglog(*zip(*points, strict=True), "o-", color=colour, label=name)
            panel.legend(fontsize=7)
    panel.set_title(series.loss, fontsize=9)
    sizes = [shape[series.position] for shape in series.shapes]
    panel.set_xticks(sizes, sizes, fontsize=7)
    panel.minorticks_off()
    panel.set_xlabel(series.letter)
    panel.set_ylabel("ms, value and gradient")
