"""The file of figures: what a run of some cases replaces, and what it leaves."""

import json
from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path
from typing import Any

from funloss._command import write

__all__ = ["is_of_another_machine", "keep"]

# What tells one case from another.
_KEY = ("group", "loss", "quantity", "dtype", "shape", "options", "size")


def keep(figures: Mapping[str, Any], file: Path, cases: Iterable[Any]) -> None:
    """Write the figures beside those that `file` has of others of the `cases`.

    Counts are the same on any machine: without times they leave the machine.
    """
    order = {_key(vars(case)): place for place, case in enumerate(cases)}
    old = json.loads(file.read_text()) if file.exists() else {"rows": [], "exact": []}
    kept = {_key(row): row for row in old["rows"] if _key(row) in order}
    rows = kept | {_key(row): row for row in figures["rows"]}
    # Cases of a tiny run have other shapes: they stay as they ran.
    places = sorted(rows, key=lambda key: order.get(key, len(order)))
    machine = figures if figures["rows"] else {}
    joined = {
        **figures,
        **old,
        **machine,
        "rows": [rows[key] for key in places],
        "exact": figures["exact"] or old["exact"],
    }
    write(file, json.dumps(joined, indent=1) + "\n")


def is_of_another_machine(
    file: Path, machine: Mapping[str, str], tiny: bool, timed: Iterable[Any]
) -> bool:
    """Tell whether times of `file` stay beside those of `timed`, but do not compare."""
    if not file.exists():
        return False
    old = json.loads(file.read_text())
    new = {_key(vars(case)) for case in timed}
    if not new or all(_key(row) in new for row in old["rows"]):
        return False
    same = {**old["machine"], "day": machine["day"]} == machine
    return not (same and old["tiny"] == tiny)


def _key(fields: Mapping[str, Any]) -> Hashable:
    values = (fields[name] for name in _KEY)
    return tuple(tuple(x) if isinstance(x, list) else x for x in values)
