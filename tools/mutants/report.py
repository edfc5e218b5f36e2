"""What came of a run: how many mutants were seen, where, and by what."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tools.mutants.mutations import Mutant, changed
from tools.mutants.running import Outcome

__all__ = ["HEAD", "Place", "added", "figures", "known_equivalents", "rows"]

EQUIVALENT = Path(__file__).with_name("equivalent.toml")
STATUSES = ("killed", "timeout", "equivalent", "survived")
HEAD = ["where", "mutants", *STATUSES, "score"]
_FOLDERS = {"_array": "the array layer", "_core": "the core"}
_FOLDERS |= {"_algorithms": "long algorithms"}


class Place(NamedTuple):
    """A mutant as a reader sees it: the lines without and with it."""

    file: str
    before: str
    after: str


def place(mutant: Mutant, text: str) -> Place:
    """Return where a mutant is, and its lines."""
    raw = text.encode()
    start = raw.rfind(b"\n", 0, mutant.start) + 1
    end = raw.find(b"\n", mutant.end)
    before = raw[start:end].decode()
    rest = len(raw) - end
    after = changed(text, mutant).encode()[start:-rest].decode()
    return Place(mutant.file, " ".join(before.split()), " ".join(after.split()))


def known_equivalents() -> dict[Place, str]:
    """Return why which mutants change nothing that can be seen."""
    rows = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))["mutant"]
    return {Place(x["file"], x["before"], x["after"]): x["reason"] for x in rows}


def figures(
    results: Mapping[Mutant, Outcome],
    texts: Mapping[str, str],
    known: Mapping[Place, str],
    of: int,
) -> dict[str, Any]:
    """Return what a run found of so many mutants, by folder and by what saw them."""
    counts: dict[str, Counter[str]] = {}
    seen_by: Counter[str] = Counter()
    left = []
    for mutant, outcome in sorted(results.items()):
        at, status = place(mutant, texts[mutant.file]), outcome.status
        if status == "survived":
            status = "equivalent" if at in known else status
            left.append({"line": mutant.line, **at._asdict(), "why": known.get(at, "")})
        else:
            seen_by[_seen_by(outcome)] += 1
        folder = mutant.file.split("/")[1]
        counts.setdefault(folder, Counter())[status] += 1
    return {
        "of": of,
        "folders": {k: {x: v[x] for x in STATUSES} for k, v in counts.items()},
        "seen by": dict(seen_by.most_common()),
        "left": left,
    }


def added(earlier: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of two runs, of other mutants, as those of one."""
    both = earlier, found
    counts = {k: Counter[str]() for run in both for k in run["folders"]}
    seen_by: Counter[str] = Counter()
    for run in both:
        seen_by.update(run["seen by"])
        for folder, own in run["folders"].items():
            counts[folder].update(own)
    left = [row for run in both for row in run["left"]]
    return {
        "of": found["of"],
        "folders": {k: {x: counts[k][x] for x in STATUSES} for k in sorted(counts)},
        "seen by": dict(seen_by.most_common()),
        "left": sorted(left, key=lambda row: (row["file"], row["line"])),
        "seeds": [seed for run in both for seed in run["seeds"]],
    }


def _seen_by(outcome: Outcome) -> str:
    if outcome.status == "timeout":
        return "the limit of time"
    if outcome.by.startswith("parity"):
        return "parity"
    of_every = " tests/test_" in outcome.by
    return "tests of every loss" if of_every else "tests of the module or of a loss"


def rows(found: Mapping[str, Any]) -> Iterator[list[str]]:
    """Yield the rows of the table by folder, and their sum."""
    total: Counter[str] = Counter()
    for folder, counts in sorted(found["folders"].items()):
        total.update(counts)
        yield [f"{_FOLDERS.get(folder, folder)}", *_cells(counts)]
    yield ["all", *_cells(total)]


def _cells(counts: Mapping[str, int]) -> list[str]:
    """Return the counts of a row, and of those that can be seen how many were."""
    seen = counts["killed"] + counts["timeout"]
    share = seen / max(seen + counts["survived"], 1)
    return [
        f"{sum(counts.values())}",
        *(f"{counts[status]}" for status in STATUSES),
        f"{100 * share:.1f} %",
    ]
