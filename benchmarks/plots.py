"""Draw the figures: ratios by loss, and growth with size."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot as plt

from benchmarks.cases.growth import SERIES, Series
from benchmarks.goals import JITTED
from benchmarks.report import GROWTH, RATIOS
from benchmarks.result import Row

__all__ = ["draw"]

COLOURS = {"funloss": "#d1495b", "torch": "#ee8434", "optax": "#2e6f95"}


def draw(rows: Sequence[Row], folder: Path) -> None:
    """Write both drawings into `folder`, equal bytes for equal figures."""
    folder.mkdir(parents=True, exist_ok=True)
    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "funloss", "svg.fonttype": "none"})
    jitted = [r for r in rows if r.group in JITTED and r.quantity == "slope"]
    for name, figure in ((RATIOS, _ratios(jitted)), (GROWTH, _growth(rows))):
        figure.savefig(folder / name, metadata={"Date": None}, bbox_inches="tight")
        plt.close(figure)


def _ratios(rows: Sequence[Row]) -> plt.Figure:
    figure, axes = plt.subplots(figsize=(7, 1 + 0.22 * len(rows)))
    labels = [f"{r.loss} {'x'.join(map(str, r.shape))} {r.dtype}" for r in rows]
    for peer in ("torch", "optax"):
        points = [(r.ratios[peer], k) for k, r in enumerate(rows) if peer in r.ratios]
        axes.scatter(
            [ratio for ratio, _ in points],
            [k for _, k in points],
            s=22,
            color=COLOURS[peer],
            label=f"/ {peer}",
        )
    axes.axvline(1, color="grey", linewidth=0.8)
    axes.set_xscale("log")
    axes.set_xlabel("time of funloss, value and slope, in times of the peer")
    axes.set_yticks(range(len(rows)), labels, fontsize=7)
    axes.invert_yaxis()
    axes.grid(axis="x", linewidth=0.3)
    axes.legend()
    return figure


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
    panel.set_ylabel("ms, value and slope")
