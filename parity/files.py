"""The files that a run writes: whole or not at all, and never less than was there."""

import argparse
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["figures", "refusal", "write"]


def refusal(options: argparse.Namespace) -> str:
    """Return why the figures may not go into the file, or an empty string.

    Figures of a part of the losses, libraries or dtypes take the place of the same ones
    in a file that is there; but samples and all calls, or samples of two seeds, do not
    mix.
    """
    if not options.json or not options.json.exists():
        return ""
    try:
        seed = _read(options.json)["seed"]
    except (ValueError, KeyError, TypeError):
        return f"--json: {options.json} is there and holds no figures of a run"
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


def write(path: Path, text: str) -> None:
    """Write a file at once: who interrupts it leaves the old one."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as file:
        try:
            file.write(text)
            file.close()
            # A temporary file is its owner's alone; this one is as others are.
            mask = os.umask(0)
            os.umask(mask)
            Path(file.name).chmod(0o666 & ~mask)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


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
