"""Draw the figure of one loss: python -m docs.figures huber_loss --png FILE."""

import argparse
import sys
from collections.abc import Sequence

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg

from docs.figures import FIGURES
from docs.figures.drawing import FULL, canvas, stacked
from docs.figures.palette import STYLE
from funloss._command import command, output_file, whole


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Write a picture of the figure, as a light page shows it."""
    parser = argparse.ArgumentParser(prog="python -m docs.figures")
    parser.add_argument("loss", choices=sorted(FIGURES), metavar="LOSS")
    parser.add_argument("--png", type=output_file, required=True, metavar="FILE")
    parser.add_argument("--narrow", action="store_true", help="as on a telephone")
    given = parser.parse_args(arguments)
    draw = FIGURES[given.loss].draw
    made = stacked(draw) if given.narrow else canvas(draw, FULL)
    with mpl.rc_context(STYLE):
        made.set_facecolor("white")
        with whole(given.png) as new:
            FigureCanvasAgg(made).print_png(new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
