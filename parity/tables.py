"""Write the tables of the documentation from the figures of a run.

    python -m parity --json docs/parity.json && python -m parity.tables

`README.md` and `docs/losses.md` hold them between markers; a test compares.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import funloss
from parity.case import DTYPES

__all__ = ["FIGURES", "PAGES", "filled"]

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "docs" / "parity.json"
PAGES = (ROOT / "README.md", ROOT / "docs" / "losses.md")

Rows = Iterable[Sequence[str]]


def filled(page: str, summary: Sequence[Mapping[str, Any]]) -> str:
    """Return `page` with its marked tables written anew from `summary`."""
    tables = {
        "parity-table": _table(["library", "checks", *DTYPES], _by(summary, "library")),
        "losses": _by_family(summary),
        "losses-by-library": _by_library(summary),
    }
    for name, table in tables.items():
        before, start, rest = page.partition(f"<!-- {name}:start -->\n")
        _, end, after = rest.partition(f"<!-- {name}:end -->")
        if start and end:
            page = before + start + table + end + after
    return page


def _by(summary: Sequence[Mapping[str, Any]], key: str) -> Rows:
    for name in dict.fromkeys(row[key] for row in summary):
        own = [row for row in summary if row[key] == name]
        yield [name, f"{sum(row['checks'] for row in own)}", *_errors(own)]


def _by_family(summary: Sequence[Mapping[str, Any]]) -> str:
    families: dict[str, list[list[str]]] = {}
    for name in sorted({row["loss"] for row in summary}):
        own = [row for row in summary if row["loss"] == name]
        loss = getattr(funloss, name)
        purpose = (loss.__doc__ or "").partition("\n")[0]
        family = loss.__module__.split(".")[1]
        cells = [f"`{name}`", purpose, *_errors(own)]
        families.setdefault(family, []).append(cells)
    head = ["loss", "what it does", *DTYPES]
    return "\n".join(
        f"### {family.capitalize()}\n\n{_table(head, rows)}"
        for family, rows in sorted(families.items())
    )


def _by_library(summary: Sequence[Mapping[str, Any]]) -> str:
    libraries = list(dict.fromkeys(row["library"] for row in summary))
    rows = []
    for name in sorted({row["loss"] for row in summary}):
        cells = [f"`{name}`"]
        for library in libraries:
            own = [r for r in summary if (r["loss"], r["library"]) == (name, library)]
            cells.append(f"{sum(row['checks'] for row in own)}")
        rows.append(cells)
    return _table(["loss", *libraries], rows)


def _errors(own: Sequence[Mapping[str, Any]]) -> list[str]:
    cells = []
    for dtype in DTYPES:
        errors = [row["ulps"] for row in own if row["dtype"] == dtype]
        cells.append(f"{max(errors):.1f}" if errors else "-")
    return cells


def _table(head: Sequence[str], rows: Rows) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def main() -> None:
    """Write the tables of all pages."""
    summary = json.loads(FIGURES.read_text())["summary"]
    for page in PAGES:
        page.write_text(filled(page.read_text(), summary))


if __name__ == "__main__":
    main()
