"""Measure the errors of every loss and of its peers, in ulps.

    python -m parity.accuracy
    python -m parity.accuracy --loss huber_loss --json errors.json

The cases are those that `python -m benchmarks` times, at small shapes. What is right is
funloss in float64 of the same numbers, whose own errors `python -m parity` bounds.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track

from parity.accuracy.measure import cases, measured
from parity.accuracy.row import Row
from parity.accuracy.tables import more_exact, widest
from parity.files import write

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table, write the figures."""
    parser = argparse.ArgumentParser("python -m parity.accuracy", description=__doc__)
    parser.add_argument("--loss", action="append", default=[], help="only this one")
    parser.add_argument(
        "--json", type=Path, help="write the figures, or those of --loss"
    )
    options = parser.parse_args(arguments)
    known = {case.loss for case in cases()}
    for name in options.loss:
        if name not in known:
            parser.error(f"--loss: {name} is not among the timed losses")
    chosen, console = cases(options.loss), Console()
    every = track(chosen, "measuring", console=Console(stderr=True))
    rows = [row for case in every for row in measured(case)]
    console.print(widest(rows, "float32"), more_exact(rows))
    if options.json:
        write(options.json, _figures(rows, options))
    return 0


def _figures(rows: Sequence[Row], options: argparse.Namespace) -> str:
    new = [row.as_json() for row in rows]
    if options.loss and options.json.exists():
        old = json.loads(options.json.read_text(encoding="utf-8"))
        new += [row for row in old if row["loss"] not in options.loss]
        new.sort(key=lambda row: (row["loss"], row["options"]))
    return json.dumps(new, indent=0) + "\n"


if __name__ == "__main__":
    sys.exit(main())
