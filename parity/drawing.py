"""Draw a curve as SVG that stands in a page and takes its colours from there."""

import io
import re

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from parity.curve import Curve, Line, Samples

__all__ = ["agreement", "described", "drawn"]

# What matplotlib writes, and what the page reads instead.
INK = {
    "#010101": "currentColor",
    "#020202": "var(--rule)",
    "#030303": "var(--reference)",
    "#040404": "var(--ours)",
}
TEXT, RULE, REFERENCE, OURS = INK

# The page is HTML, has a font and a scale of its own, and no need of micrometres.
SHORTER = {
    r"<metadata>.*?</metadata>|<style.*?</style>": "",
    r'<svg [^>]*viewBox="([^"]*)"[^>]*>': r'<svg viewBox="\1" aria-hidden="true">',
    r"xlink:href": "href",
    r"font: ([\d.]+px) [^;\"]*": r"font-size: \1",
    r"font-family: [^;\"]*; ": "",
    r' transform="rotate\(-0 [^"]*"': "",
    r"(\d\.\d\d)\d+": r"\1",
    r"\s*\n\s*": " ",
}

STYLE = {
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "svg.fonttype": "none",
    "font.size": 11,
    "text.color": TEXT,
    "axes.edgecolor": RULE,
    "axes.labelcolor": TEXT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": TEXT,
    "ytick.labelcolor": TEXT,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
}


def drawn(curve: Curve, samples: Samples) -> dict[str, str]:
    """Return a panel for the value and one for the derivative."""
    return {
        kind: _panel(curve, samples, kind, f"{curve.loss}-{kind}")
        for kind in ("value", "derivative")
    }


def described(curve: Curve, samples: Samples) -> str:
    """Say what is seen, for those who do not see it."""
    low, high = curve.span
    path = f"as the {curve.moved} goes from {low:g} to {high:g}"
    words = [f"Value and derivative of {curve.loss} {path}."]
    for kind in ("value", "derivative"):
        line = getattr(samples.ours, kind)
        least, most = np.argmin(line), np.argmax(line)
        words.append(
            f"The {kind} begins at {line[0]:.3g} and ends at {line[-1]:.3g}; its least "
            f"is {line[least]:.3g} at {samples.at[least]:.3g}, its largest "
            f"{line[most]:.3g} at {samples.at[most]:.3g}."
        )
    return " ".join([*words, agreement(samples)])


def agreement(samples: Samples) -> str:
    """Say how far apart the two sides are."""
    ours, theirs = (
        np.concatenate([line.value, line.derivative])
        for line in (samples.ours, samples.torch)
    )
    apart = np.max(np.abs(ours - theirs))
    if apart == 0:
        return "funloss and torch agree to the last bit."
    return f"funloss and torch differ by at most {apart:.0e}."


def _panel(curve: Curve, samples: Samples, kind: str, name: str) -> str:
    with mpl.rc_context(STYLE | {"svg.hashsalt": name}):
        figure = Figure(figsize=(4.4, 2.9), layout="constrained")
        axes = figure.add_subplot()
        _lines(axes, samples, kind)
        axes.set_title(kind, fontsize=11, loc="left")
        axes.set_xlabel(curve.moved)
        axes.margins(x=0.02, y=0.08)
        axes.locator_params(nbins=6, steps=[1, 2, 5, 10])
        file = io.StringIO()
        FigureCanvasSVG(figure).print_svg(file, metadata={"Date": None})
    return _embedded(file.getvalue())


def _lines(axes: Axes, samples: Samples, kind: str) -> None:
    def plot(line: Line, **style) -> None:
        axes.plot(samples.at, getattr(line, kind), solid_capstyle="round", **style)

    plot(samples.torch, color=REFERENCE, linewidth=6)
    plot(samples.ours, color=OURS, linewidth=1.6)


def _embedded(svg: str) -> str:
    """Return the drawing without what only a file of its own needs."""
    svg = svg[svg.index("<svg") :]
    for pattern, shorter in SHORTER.items():
        svg = re.sub(pattern, shorter, svg, flags=re.DOTALL)
    # The page has every identifier once: those that nothing refers to go.
    used = set(re.findall(r"(?:url\(#|href=\"#)([^)\"]+)", svg))
    svg = re.sub(r'\sid="([^"]*)"', lambda m: m[0] if m[1] in used else "", svg)
    for written, read in INK.items():
        svg = svg.replace(written, read)
    return svg
