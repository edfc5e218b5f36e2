"""Draw the figure of one loss: python -m docs.figures huber_loss --png FILE."""

import argparse
from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg

from docs.figures import FIGURES
from docs.figures.drawing import FULL, canvas, stacked
from docs.figures.palette import STYLE


def main() -> None:
    """Write a picture of the figure, as a light page shows it."""
    parser = argparse.ArgumentParser(prog="python -m docs.figures")
    parser.add_argument("loss", choices=sorted(FIGURES))
    parser.add_argument("--png", type=Path, required=True)
    parser.add_argument("--narrow", action="store_true", help="as on a telephone")
    given = parser.parse_args()
    draw = FIGURES[given.loss].draw
    made = stacked(draw) if given.narrow else canvas(draw, FULL)
    with mpl.rc_context(STYLE):
        made.set_facecolor("white")
        FigureCanvasAgg(made).print_png(given.png)


if __name__ == "__main__":
    main()
