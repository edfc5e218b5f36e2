"""Write the tables of the documentation from the figures of a run.

    python -m parity --full --json docs/parity.json && python -m parity.tables

The pages hold them between markers; a test compares.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import funloss
from funloss._command import command
from parity.case import DTYPES
from parity.files import write
from parity.readme import families, reasons

__all__ = ["FIGURES", "PAGES", "by", "filled", "table"]

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "docs" / "parity.json"
PAGES = tuple(
    ROOT / page for page in ("README.md", "docs/losses.md", "docs/libraries.md")
)

Rows = Iterable[Sequence[str]]


def filled(page: Path, summary: Sequence[Mapping[str, Any]]) -> str:
    """Return the text of a page with its marked tables written anew."""
    text = page.read_text(encoding="utf-8")
    folder = (ROOT / "docs" / "losses").relative_to(page.parent).as_posix()
    tables = {
        "reasons": reasons(summary),
        "families": families(),
        "parity-table": table(["library", "checks", *DTYPES], by(summary, "library")),
        "losses": _by_family(summary, folder),
        "losses-by-library": _by_library(summary, folder),
    }
    for name, made in tables.items():
        before, start, rest = text.partition(f"<!-- {name}:start -->\n")
        _, end, after = rest.partition(f"<!-- {name}:end -->")
        if start and end:
            text = before + start + made + end + after
    return text


def by(summary: Sequence[Mapping[str, Any]], key: str) -> Rows:
    """Yield for each value of `key` how many checks there are, and the errors."""
    for name in dict.fromkeys(row[key] for row in summary):
        own = [row for row in summary if row[key] == name]
        yield [name, f"{sum(row['checks'] for row in own)}", *_errors(own)]


def _by_family(summary: Sequence[Mapping[str, Any]], folder: str) -> str:
    families: dict[str, list[list[str]]] = {}
    for name in sorted({row["loss"] for row in summary}):
        own = [row for row in summary if row["loss"] == name]
        loss = getattr(funloss, name)
        purpose = (loss.__doc__ or "").partition("\n")[0]
        family = loss.__module__.split(".")[1]
        cells = [_link(name, folder), purpose, *_errors(own)]
        families.setdefault(family, []).append(cells)
    head = ["loss", "what it does", *DTYPES]
    return "\n".join(
        f"### {family.capitalize()}\n\n{table(head, rows)}"
        for family, rows in sorted(families.items())
    )


def _by_library(summary: Sequence[Mapping[str, Any]], folder: str) -> str:
    libraries = list(dict.fromkeys(row["library"] for row in summary))
    rows = []
    for name in sorted({row["loss"] for row in summary}):
        cells = [_link(name, folder)]
        for library in libraries:
            own = [r for r in summary if (r["loss"], r["library"]) == (name, library)]
            cells.append(f"{sum(row['checks'] for row in own)}")
        rows.append(cells)
    return table(["loss", *libraries], rows)


def _link(name: str, folder: str) -> str:
    return f"[`{name}`]({folder}/{name}.md)"


def _errors(own: Sequence[Mapping[str, Any]]) -> list[str]:
    cells = []
    for dtype in DTYPES:
        errors = [row["ulps"] for row in own if row["dtype"] == dtype]
        cells.append(f"{max(errors):.1f}" if errors else "-")
    return cells


def table(head: Sequence[str], rows: Rows) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Write the tables of all pages."""
    argparse.ArgumentParser("python -m parity.tables").parse_args(arguments)
    summary = json.loads(FIGURES.read_text(encoding="utf-8"))["summary"]
    for page, text in {page: filled(page, summary) for page in PAGES}.items():
        write(page, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
