"""What the scripts share: the file that they draw their figure into, if any."""

import argparse
from pathlib import Path

from matplotlib.figure import Figure

from funloss._command import output_file, whole

__all__ = ["figure_file", "save"]


def figure_file(description: str) -> Path | None:
    """Return the file that the command line names, before anything is computed."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--figure", type=_drawing, metavar="FILE.svg", help="where to draw"
    )
    return parser.parse_args().figure


def save(canvas: Figure, path: Path) -> None:
    """Write a figure, whole or not at all, in the format that its file names."""
    with whole(path) as new:
        canvas.savefig(new)


def _drawing(text: str) -> Path:
    known = sorted(Figure().canvas.get_supported_filetypes())
    path = output_file(text)
    if path.suffix.removeprefix(".") not in known:
        msg = f"must end with one of .{', .'.join(known)}, got {text!r}"
        raise argparse.ArgumentTypeError(msg)
    return path
