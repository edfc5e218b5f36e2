"""Measure the errors of every loss and of its peers, in ulps.

    python -m parity.accuracy
    python -m parity.accuracy --loss huber_loss
    python -m parity.accuracy --page

Inputs are those of `python -m benchmarks` at small shapes, as they are and hostile; of
the losses that are not timed, those of `python -m parity`. What is right is computed in
fifty digits. Figures, page and picture are written into docs/, or beside --json.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.progress import track

from benchmarks.machine import description
from funloss._command import command, output_file
from parity.accuracy.cases import cases
from parity.accuracy.compare import behind
from parity.accuracy.explained import unexplained
from parity.accuracy.inputs import KINDS
from parity.accuracy.measure import measured
from parity.accuracy.page import FIGURES, page
from parity.accuracy.picture import picture
from parity.accuracy.platforms import platforms
from parity.accuracy.row import Row, from_lines, in_lines
from parity.accuracy.tables import behind_table, losses_table
from parity.files import no_figures, write

__all__ = ["main"]

_WIDTH = 200


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print tables, write figures, page and picture.

    Returns 1 where a peer is more exact and nobody says why.
    """
    options = _parsed(arguments)
    # A narrower terminal wraps the lines of twelve columns.
    chosen, console = cases(options.loss), Console(width=_WIDTH)
    if options.page:
        figures = json.loads(options.json.read_text(encoding="utf-8"))
    else:
        every = track(chosen, "measuring", console=Console(stderr=True))
        new = [row for case in every for row in measured(case)]
        console.print(losses_table(new, "float32"), behind_table(new))
        figures = _figures(new, options)
    rows = list(from_lines(figures["rows"], figures["kinds"]))
    write(options.json, _written(figures))
    write(options.json.with_suffix(".md"), page(figures))
    write(options.json.with_suffix(".svg"), picture(rows))
    missing = unexplained(behind(rows))
    for one in missing:
        console.print(f"no reason: {one.own.name}, {one.own.dtype}, {one.own.kind}")
    return int(bool(missing))


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m parity.accuracy", description=__doc__)
    parser.add_argument("--loss", action="append", default=[], help="only this one")
    parser.add_argument("--page", action="store_true", help="measure nothing")
    parser.add_argument(
        "--json",
        type=output_file,
        metavar="FILE",
        default=FIGURES,
        help="the figures, written; or read, with --page",
    )
    options = parser.parse_args(arguments)
    known = {case.loss for case in cases()}
    for name in options.loss:
        if name not in known:
            parser.error(f"--loss: there is no loss {name!r}")
    if options.page and options.loss:
        parser.error("--page measures nothing, --loss says what: give one of them")
    if options.page and not options.json.exists():
        parser.error(
            f"--page writes the page of figures, and {options.json} is not there"
        )
    reads = options.page or options.loss
    if reads and (reason := no_figures(options.json, "kinds", "rows")):
        parser.error(reason)
    return options


def _figures(rows: Sequence[Row], options: argparse.Namespace) -> dict[str, Any]:
    """Return the figures; of a part of the losses, within those that are there."""
    kept: list[Row] = []
    if options.loss and options.json.exists():
        old = json.loads(options.json.read_text(encoding="utf-8"))
        kept = [
            row
            for row in from_lines(old["rows"], old["kinds"])
            if row.loss not in options.loss
        ]
    order = {case.loss: place for place, case in enumerate(cases())}
    every = sorted([*kept, *rows], key=lambda row: order[row.loss])
    return {
        "machine": description(),
        "kinds": list(KINDS),
        "platforms": platforms(),
        "rows": in_lines(every, list(KINDS)),
    }


def _written(figures: Mapping[str, Any]) -> str:
    """Return figures in JSON, with a line for each row."""
    head = json.dumps({k: x for k, x in figures.items() if k != "rows"}, indent=1)
    rows = ",\n".join(map(json.dumps, figures["rows"]))
    return f'{head[:-2]},\n "rows": [\n{rows}\n ]\n}}\n'


if __name__ == "__main__":
    sys.exit(main())
