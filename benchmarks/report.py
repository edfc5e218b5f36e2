r"""Write the page of figures from those of a run.

    python -m benchmarks --size cache --size usual --size large \
        --json docs/performance.json --plots docs
    python -m benchmarks.report

Tests compare `docs/performance.md`, and `docs/performance-gpu.md` of a run of
`python -m benchmarks.accelerator`, with what the figures give.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.accelerator import page as accelerator
from benchmarks.exact import ExactRow
from benchmarks.plots import GROWTH, RATIOS, draw
from benchmarks.result import Row
from benchmarks.sharing_page import sharing_page
from benchmarks.sizes import ELEMENTS, SIZES
from benchmarks.summary import summary_table
from benchmarks.table import Table
from benchmarks.tables import (
    beyond_table,
    exact_table,
    goal_table,
    noise_table,
    row_tables,
)
from funloss._command import command, write

__all__ = ["FIGURES", "PAGE", "SHARING_PAGE", "page"]

DOCS = Path(__file__).parents[1] / "docs"
FIGURES = DOCS / "performance.json"
PAGE = DOCS / "performance.md"
SHARING_PAGE = DOCS / "sharing.md"
WORDS = "A bar for each loss and peer: the ratio of their times, the least first"
GROWN = "Times of funloss and its peers over the size, for four losses"

OPENING = """\
# Performance

<!-- Written by `python -m benchmarks.report` from its figures: do not edit. -->

How long a loss and its gradient take with funloss, over the time that another library
takes for the same numbers: at 0.5 funloss is twice as quick, at 2 it takes twice as
long. On one core of a CPU; what is written in JAX is compiled by `jax.jit`, torch runs
eagerly. There is a page on [GPUs](performance-gpu.md) as well.
"""

SUMMARY = """\
A loss is quicker or slower where it differs by more than a fifth, as noise alone may;
it counts once, by the geometric mean of its cases. A test holds what the compiler
counts, below, so that times do not rise unseen.
"""

HOW = """\
All candidates of a case run in turns in one process of one thread, for {rounds} rounds;
a ratio is the median over the rounds of the processor time of funloss over that of the
peer. Values and gradients are compared before anything is timed: in float32 they agree
to 1e-4 of the largest magnitude (1e-2 in ctc_loss), in bfloat16 to 2e-2.

A case has up to three sizes, by the elements of its largest array: {cache:,} in the
cache, about a million as usual, {large:,} too large for any cache; or what powers of
two along one axis make of the usual shape. The figures are of: {sizes}.
"""

AGAIN = """\
Measure again, or write the page and draw its plots from the figures that are there:

```bash
python -m benchmarks --size cache --size usual --size large \\
    --json docs/performance.json --plots docs
python -m benchmarks.report
```
"""

NOISE = """\
The process keeps the memory that it frees, and turns go in reverse every other round.
Time is the processor's, of the process: others on the machine do not add to it, but
share its caches. The column A/A is funloss against itself: what it differs from 1 by
is noise, and so is as much in its row.
"""

GOALS = """\
What funloss wants to reach, and what it does not reach. A gradient is always computed
together with the value. A mean is geometric, over all sizes, and has each loss once.
"""

BEYOND = """\
The rows that are slower than the goal of every row, the worst first: value and gradient
beside the fastest peer on JAX, and beside torch. The last column has the times of the
same formula with the same checks, written in JAX by hand, where it was timed: peers
check no range, and the difference is what that takes.
"""

EXACT = """\
Exact, and the same on any machine at these versions; a test holds them. Bytes are
those accessed by value and gradient, in multiples of reading the inputs and writing
the gradients once. Temporaries are megabytes, or multiples of those of optax.
"""


def page(figures: Mapping[str, Any]) -> str:
    """Return the page that belongs to the figures of a run."""
    rows = [Row.from_json(row) for row in figures["rows"]]
    exact = [ExactRow.from_json(row) for row in figures["exact"]]
    parts = [
        OPENING,
        f"![{WORDS}]({RATIOS})\n",
        summary_table(rows).markdown(),
        SUMMARY,
    ]
    sizes = ", ".join(size for size in SIZES if size in {row.size for row in rows})
    how = HOW.format(rounds=figures["rounds"], sizes=sizes, **ELEMENTS)
    parts += ["## How it is measured\n", how]
    parts += [_machine(figures["machine"]), AGAIN, NOISE, noise_table(rows).markdown()]
    parts += ["## Growth with size\n", f"![{GROWN}]({GROWTH})\n"]
    parts += ["## Goals\n", GOALS, goal_table(rows).markdown()]
    parts += ["### Rows beyond their goal\n", BEYOND, beyond_table(rows).markdown()]
    parts += ["## What the compiler counts\n", EXACT, exact_table(exact).markdown()]
    parts += ["## Times\n"]
    for table in row_tables(rows):
        parts += [f"### {table.title[0].upper()}{table.title[1:]}\n", table.markdown()]
    return "\n".join(parts)


def _machine(machine: Mapping[str, str]) -> str:
    lines = list(machine.items())
    return Table("machine", ["what", "which"], lines).markdown()


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page and that of an accelerator, and draw the plots."""
    argparse.ArgumentParser("python -m benchmarks.report").parse_args(arguments)
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    write(PAGE, page(figures))
    rows = [Row.from_json(row) for row in figures["rows"]]
    exact = [ExactRow.from_json(row) for row in figures["exact"]]
    write(SHARING_PAGE, sharing_page(rows, exact))
    accelerator.write()
    draw(rows, DOCS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
