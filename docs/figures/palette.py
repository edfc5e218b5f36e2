"""Colours of the figures: ink and rules change with the theme, series serve both."""

__all__ = ["INK", "RULE", "SERIES", "STYLE", "THEMES"]

# What is drawn with, and what a theme puts in its place.
INK, RULE = "#010101", "#020202"
THEMES = {
    "light": {INK: "#24292f", RULE: "#d5dae0"},
    "dark": {INK: "#d8dee6", RULE: "#3b424b"},
}
# Three to one and more against white and against the dark page.
SERIES = ("#3a7fd5", "#d4690a", "#2c9a61", "#a964c9", "#8a8f98")

STYLE = {
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.facecolor": "none",
    "svg.fonttype": "none",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
}
