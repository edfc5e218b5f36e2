"""The files that a run writes: whole or not at all, and never less than was there."""

import argparse
import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from funloss._command import write

__all__ = ["figures", "no_figures", "refusal", "write"]


def refusal(options: argparse.Namespace) -> str:
    """Return why the figures may not go into the file, or an empty string.

    Figures of a part of the losses, libraries or dtypes take the place of the same ones
    in a file that is there; but samples and all calls, or samples of two seeds, do not
    mix.
    """
    if not options.json or not options.json.exists():
        return ""
    if reason := no_figures(options.json, "seed", "summary", "failures"):
        return reason
    seed = _read(options.json)["seed"]
    if seed is None and not options.full:
        return (
            f"--json: {options.json} holds the figures of every call, which samples "
            "would replace: add --full, or name another file"
        )
    if _narrowed(options) and seed != _seed(options):
        return (
            f"--json: {options.json} holds the samples of seed {seed}, into which "
            f"these do not fit: add --seed {seed}, or name another file"
        )
    return ""


def figures(report: str, options: argparse.Namespace) -> str:
    """Return a report in JSON, within that of the file if the run is a part."""
    new = json.loads(report) | {"seed": _seed(options)}
    if _narrowed(options) and options.json.exists():
        new = _merged(_read(options.json), new, options)
    return json.dumps(new, indent=1) + "\n"


def no_figures(path: Path | None, *keys: str) -> str:
    """Return why figures cannot go beside those of a file, or an empty string.

    They can where no file is, or one in JSON with an object of `keys`.
    """
    if path is None or not path.exists():
        return ""
    with contextlib.suppress(ValueError):
        found = _read(path)
        if isinstance(found, dict) and all(key in found for key in keys):
            return ""
    return f"--json: {path} is there and holds no figures of a run"


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def _seed(options: argparse.Namespace) -> int | None:
    return None if options.full else options.seed


def _merged(
    old: Mapping[str, Any], new: Mapping[str, Any], options: argparse.Namespace
) -> dict[str, Any]:
    """Return the old figures with those of what was checked now in their place."""

    def stays(row: Mapping[str, Any]) -> bool:
        return any(
            chosen and row[attribute] not in chosen
            for attribute, chosen in (
                ("loss", options.loss),
                ("library", options.library),
                ("dtype", options.dtype),
            )
        )

    summary = [*filter(stays, old["summary"]), *new["summary"]]
    failures = [*filter(stays, old["failures"]), *new["failures"]]
    return {
        **new,
        "passed": not failures and bool(summary),
        "summary": sorted(
            summary, key=lambda row: (row["loss"], row["library"], row["dtype"])
        ),
        "failures": failures,
    }


def _narrowed(options: argparse.Namespace) -> bool:
    """Tell whether a part of the losses, libraries or dtypes was asked for."""
    return bool(options.loss or options.library or options.dtype)
