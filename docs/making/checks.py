"""What the parity run asks of each library, and what it found for a loss."""

import functools
import json
from pathlib import Path

from parity.case import DTYPES
from parity.libraries import LIBRARIES

__all__ = ["checks_of", "matrix"]

_FIGURES = Path(__file__).parents[1] / "parity.json"


@functools.cache
def _summary() -> list[dict]:
    return json.loads(_FIGURES.read_text(encoding="utf-8"))["summary"]


def checks_of(name: str) -> str:
    """Return the largest error by library and dtype."""
    own = [row for row in _summary() if row["loss"] == name]
    total = sum(row["checks"] for row in own)
    lines = [
        f"`python -m parity --loss {name}` makes {total} checks.",
        "The largest errors of values, slopes and second derivatives, in ulps:",
        "",
        f"| library | {' | '.join(DTYPES)} |",
        "| --- | " + "--- | " * len(DTYPES),
    ]
    for library in dict.fromkeys(row["library"] for row in own):
        found = {r["dtype"]: r["ulps"] for r in own if r["library"] == library}
        cells = [f"{found[d]:.1f}" if d in found else "-" for d in DTYPES]
        lines.append(f"| {library} | {' | '.join(cells)} |")
    return "\n".join(lines)


def matrix() -> str:
    """Return what each library is asked for in a run."""
    lines = [
        "| library | dtypes | values | slopes | second derivatives |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, library in LIBRARIES.items():
        highest = max(orders.sampled for orders in library.orders.values())
        answers = ["yes" if order <= highest else "no" for order in range(3)]
        lines.append(
            f"| {name} | {', '.join(library.orders)} | {' | '.join(answers)} |"
        )
    return "\n".join(lines)
