"""Write the tables of the page on mutants from the figures of a run.

    python -m tools.mutants --json docs/mutants.json && python -m tools.mutants.page

The page has them between markers; a test compares.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from funloss._command import command, write
from parity.tables import table
from tools.mutants.report import HEAD, rows

__all__ = ["FIGURES", "PAGE", "filled"]

DOCS = Path(__file__).parents[2] / "docs"
PAGE, FIGURES = DOCS / "mutation.md", DOCS / "mutants.json"


def filled(text: str, found: Mapping[str, Any]) -> str:
    """Return the text of the page with its marked tables replaced."""
    *_, total = rows(found)
    tables = {
        "count": f"{total[1]} of {found['of']:,} mutants of the package were tried.\n",
        "mutants": table(HEAD, rows(found)),
        "seen-by": table(
            ["seen by", "mutants"], ([k, f"{v}"] for k, v in found["seen by"].items())
        ),
        "left": table(["where", "before", "after", "why"], _left(found["left"])),
    }
    for name, made in tables.items():
        before, start, rest = text.partition(f"<!-- {name}:start -->\n")
        _, end, after = rest.partition(f"<!-- {name}:end -->")
        text = before + start + made + end + after
    return text


def _left(left: Sequence[Mapping[str, Any]]) -> Iterator[list[str]]:
    for row in left:
        code = [f"`{row[x]}`".replace("|", "\\|") for x in ("before", "after")]
        at = f"{row['file'].removeprefix('funloss/')}:{row['line']}"
        yield [at, *code, row["why"] or "not known: it survives"]


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page from the figures."""
    argparse.ArgumentParser("python -m tools.mutants.page").parse_args(arguments)
    found = json.loads(FIGURES.read_text(encoding="utf-8"))
    write(PAGE, filled(PAGE.read_text(encoding="utf-8"), found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
