"""Write the page of figures from those of a run.

    python -m benchmarks --json docs/performance.json --plots docs
    python -m benchmarks.report

A test compares `docs/performance.md` with what the figures give.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.exact import ExactRow
from benchmarks.result import Row
from benchmarks.tables import Table, exact_table, goal_table, noise_table, row_tables

__all__ = ["FIGURES", "GROWTH", "PAGE", "RATIOS", "keep", "page"]

DOCS = Path(__file__).parents[1] / "docs"
FIGURES = DOCS / "performance.json"
PAGE = DOCS / "performance.md"
RATIOS, GROWTH = "performance-ratios.svg", "performance-growth.svg"

OPENING = """\
# Performance

Written by `python -m benchmarks.report` from the figures of a run; do not edit.

```bash
python -m benchmarks --json docs/performance.json --plots docs
python -m benchmarks.report
```
"""

HOW = """\
All candidates of a case run in turns in one process, which has one thread and keeps
the memory that it frees, for {rounds} rounds, in reverse every other round. Time is the
processor's, of the process: others on the machine do not add to it, but share its
caches. A ratio is the median over the rounds of the time of funloss over that of the
peer; below 1, funloss is quicker.
In a goal each loss counts once, by the geometric mean of its cases. A slope is always
computed together with the value. Both were compared before anything was timed: in
float32 they agree to 1e-4 of the largest magnitude (1e-2 in ctc_loss), in bfloat16 to
2e-2. The column A/A is funloss against itself: what it differs from 1 by is noise, and
so is as much in its row.
"""

EXACT = """\
Exact, and the same on any machine at these versions; a test holds them. Bytes are
those accessed by value and gradient, in multiples of reading the inputs and writing
the gradients once. Temporaries are megabytes, or multiples of those of optax.
"""


def keep(figures: Mapping[str, Any], file: Path) -> None:
    """Write the figures; counts alone, the same on any machine, leave the times."""
    if not figures["rows"] and file.exists():
        figures = json.loads(file.read_text()) | {"exact": figures["exact"]}
    file.write_text(json.dumps(figures, indent=1) + "\n")


def page(figures: Mapping[str, Any]) -> str:
    """Return the page that belongs to the figures of a run."""
    rows = [Row.from_json(row) for row in figures["rows"]]
    exact = [ExactRow.from_json(row) for row in figures["exact"]]
    parts = [OPENING, _machine(figures["machine"]), "## Goals\n"]
    parts += [goal_table(rows).markdown(), HOW.format(rounds=figures["rounds"])]
    parts += [noise_table(rows).markdown()]
    parts += [f"![Ratios by loss]({RATIOS})\n", f"![Growth with size]({GROWTH})\n"]
    parts += ["## What the compiler counts\n", EXACT, exact_table(exact).markdown()]
    parts += ["## Times\n"]
    for table in row_tables(rows):
        parts += [f"### {table.title[0].upper()}{table.title[1:]}\n", table.markdown()]
    return "\n".join(parts)


def _machine(machine: Mapping[str, str]) -> str:
    lines = list(machine.items())
    return Table("machine", ["what", "which"], lines).markdown()


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(json.loads(FIGURES.read_text())))


if __name__ == "__main__":
    main()
