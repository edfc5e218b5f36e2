"""What the parity run found for a loss."""

import functools
import json
from pathlib import Path

__all__ = ["checks_of"]

_FIGURES = Path(__file__).parents[1] / "parity.json"
_DTYPES = ("float64", "float32", "bfloat16", "float16")


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
        f"| library | {' | '.join(_DTYPES)} |",
        "| --- | " + "--- | " * len(_DTYPES),
    ]
    for library in dict.fromkeys(row["library"] for row in own):
        found = {r["dtype"]: r["ulps"] for r in own if r["library"] == library}
        cells = [f"{found[d]:.1f}" if d in found else "-" for d in _DTYPES]
        lines.append(f"| {library} | {' | '.join(cells)} |")
    return "\n".join(lines)
