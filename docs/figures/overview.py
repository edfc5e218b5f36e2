"""The README's picture: python -m docs.figures.overview writes docs/overview.svg."""

import argparse
import io
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas

from docs.figures.drawing import canvas
from docs.figures.figure import STYLES
from docs.figures.palette import INK, RULE, SERIES, STYLE
from funloss._command import command, write
from parity.curves import CURVES

__all__ = ["PANELS", "main", "svg"]

FILE = Path(__file__).parents[1] / "overview.svg"
SIZE = (9.6, 3.8)
WIDTH = 3.0
# One file serves light and dark pages: these read on both.
GREY = {INK: "#7d838c", RULE: "#8a8f9855"}
PANELS = {
    "the error": ("mse_loss", "l1_loss", "huber_loss", "quantile_loss"),
    "the score, label +1": (
        "hinge_loss",
        "soft_margin_loss",
        "binary_sparsemax_loss",
    ),
    "the logit of the true class": (
        "cross_entropy",
        "softmax_focal_loss",
        "poly_loss",
        "generalized_cross_entropy",
    ),
}


def svg() -> str:
    """Return the loss of a number, in three panels."""
    with mpl.rc_context(STYLE | {"svg.hashsalt": "overview"}):
        file = io.StringIO()
        FigureCanvasSVG(canvas(_draw, SIZE)).print_svg(file, metadata={"Date": None})
    drawn = re.sub(r"(\d\.\d\d)\d+", r"\1", file.getvalue())
    for ink, grey in GREY.items():
        drawn = drawn.replace(ink, grey)
    return re.sub(r"[ \t]+$", "", drawn, flags=re.MULTILINE)


def _draw(picture: Canvas) -> None:
    panels = zip(picture.subplots(1, 3), PANELS.items(), strict=True)
    for axes, (title, names) in panels:
        for name, style, colour in zip(names, STYLES, SERIES, strict=False):
            at, line = CURVES[name].own
            shown = abs(at) <= WIDTH
            drawn = {"linestyle": style, "color": colour, "label": name, "linewidth": 2}
            axes.plot(at[shown], line.value[shown], **drawn)
        axes.set_title(f"loss over {title}", loc="left", fontsize=10)
        axes.margins(x=0.02, y=0.05)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), fontsize=8)


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Write the picture."""
    argparse.ArgumentParser("python -m docs.figures.overview").parse_args(arguments)
    write(FILE, svg())
    return 0


if __name__ == "__main__":
    sys.exit(main())
