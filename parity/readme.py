"""What the README says in figures, and its families of losses.

`python -m parity.tables` writes both, from the files that own them.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.goals import geometric_mean
from benchmarks.result import Row
from benchmarks.summary import ratios_by_peer
from docs.making.pages import FAMILIES, LOSSES

__all__ = ["families", "reasons"]

# How many losses of a family the README names.
SHOWN = 5
DOCS = Path(__file__).parents[1] / "docs"
SCORES = (16384, 262144)
SHARDED = "| `cross_entropy` | f32[2048,131072] | 1 x 8 | 2 all-reduce "


def families() -> str:
    """Return a line for each family: how many losses it has, and the most used."""
    lines = []
    for family, names in FAMILIES.items():
        shown = ", ".join(f"`{name}`" for name in names[:SHOWN])
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        lines.append(f"- **{family.capitalize()}** ({len(names)}): {shown}{more}\n")
    return "".join(lines)


def reasons(summary: Sequence[Mapping[str, Any]]) -> str:
    """Return five lines, each with figures and the command that they come from."""
    figures = json.loads((DOCS / "performance.json").read_text(encoding="utf-8"))
    lines = [
        _parity(summary),
        _differences(),
        _times(map(Row.from_json, figures["rows"])),
        _memory(figures["exact"]),
        _exchanged(),
    ]
    return "".join(f"- {line}\n" for line in lines)


def _parity(summary: Sequence[Mapping[str, Any]]) -> str:
    checks = sum(row["checks"] for row in summary)
    most = {
        dtype: max(row["ulps"] for row in summary if row["dtype"] == dtype)
        for dtype in ("float64", "float32")
    }
    return (
        f"**Checked:** {checks} values, gradients and Hessian-vector products of "
        f"{len(LOSSES)} losses against PyTorch's own, or against the published formula "
        "in its operations; largest error "
        f"{most['float32']:.0f} ulp in float32, {most['float64']:.0f} in float64 "
        "(`python -m parity --full`)."
    )


def _differences() -> str:
    page = (DOCS / "coming-from.md").read_text(encoding="utf-8")
    counts = {}
    for library in ("optax", "Keras"):
        section = page.split(f"\n## {library}\n")[1].split("\n## ")[0]
        _, _, rows = section.partition("| where they differ |")
        counts[library] = len(re.findall(r"^\| `", rows, re.MULTILINE))
    return (
        f"**Edge cases:** {counts['optax']} calls of optax and {counts['Keras']} of "
        "Keras give another number, such as 1.386 for a label of -1 where funloss "
        "gives nan, each with its reason: [Coming from](docs/coming-from.md) "
        "(`pytest tests/test_coming_from.py`)."
    )


def _times(rows: Iterable[Row]) -> str:
    by_peer, words = ratios_by_peer(rows), []
    for peer in ("optax", "torch"):
        ratios = by_peer[peer]
        slowest = list(ratios)[-1]
        words.append(
            f"{geometric_mean(ratios.values()):.2f} times {peer}'s "
            f"({len(ratios)} losses; `cross_entropy` {ratios['cross_entropy']:.2f}; "
            f"the slowest, `{slowest}`, {ratios[slowest]:.2f})"
        )
    return (
        "**Time:** value and gradient on JAX, one CPU core, geometric mean: "
        f"{' and '.join(words)} (`python -m benchmarks`)."
    )


def _memory(exact: Sequence[Mapping[str, Any]]) -> str:
    rows, classes = SCORES
    (megabytes,) = (
        row["counts"]["temporaries"]
        for row in exact
        if row["name"].startswith(f"linear_cross_entropy f32[{rows},")
        and f" f32[{classes}," in row["name"]
    )
    return (
        f"**Memory:** `linear_cross_entropy` of {rows} tokens and {classes} classes "
        f"needs {megabytes:.0f} MB of temporaries for value and gradient; the logits "
        f"alone would be {4e-6 * rows * classes:.0f} MB "
        "(`python -m benchmarks --group exact`)."
    )


def _exchanged() -> str:
    page = (DOCS / "scaling.md").read_text(encoding="utf-8")
    (megabytes,) = re.findall(re.escape(SHARDED) + r"([\d.]+) \|", page)
    return (
        f"**Devices:** `cross_entropy` with 131072 classes split over eight virtual "
        f"CPU devices exchanges {float(megabytes):g} MB for 2048 tokens, never the "
        "scores (`python -m benchmarks.scaling`)."
    )
