"""The main job: run the cases, print the table, fail on any mismatch.

Every call runs in float64 on NumPy and array-api-strict (values) and torch (values,
slopes and curvature); in float32, bfloat16 and float16 on NumPy and torch, in float32
on array-api-strict too. Compiling for JAX takes nearly all the time, so there samples
run, drawn once and for all from each case, at least one call of each: half of the calls
under `jit` with curvature (forward over reverse), a sixth under `vmap` with curvature
(reverse over reverse), another under `jit` in float32; a twelfth under `jit` in
bfloat16, another in float16, another without `jit`. `--full` takes all of them.
"""

import argparse
import importlib.util
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)

from funloss.testing._report import Report
from funloss.testing._terminal import console, show
from parity.case import DTYPES
from parity.collection import batches, losses
from parity.libraries import LIBRARIES
from parity.pool import run

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, report, and return the exit status: 1 if anything differs."""
    options = _options(arguments)
    chosen = [loss for loss in losses() if not options.loss or loss in options.loss]
    libraries = options.library or list(LIBRARIES)
    work = list(batches(chosen))
    screen, begun = console(), time.monotonic()
    report = Report("funloss against PyTorch")
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    doing = TextColumn("{task.description}")
    with Progress(*columns, doing, console=screen, transient=True) as progress:
        task = progress.add_task("", total=len(work))
        found = run(
            work, libraries, options.dtype or DTYPES, options.jobs, full=options.full
        )
        for batch, checks in found:
            report.add(checks)
            progress.update(task, advance=1, description=batch.loss)
    if options.json:
        options.json.write_text(report.to_json())
    if options.html:
        from parity.page import page  # noqa: PLC0415 - matplotlib is an extra

        options.html.write_text(page(report), encoding="utf-8")
    status = show(report, screen, row="loss", columns=libraries)
    screen.print(f"{time.monotonic() - begun:.0f} s")
    return status


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m parity", description="Check every loss against PyTorch."
    )
    add = parser.add_argument
    several = {"action": "append", "help": "only this; may be repeated"}
    add("--loss", choices=losses(), metavar="NAME", **several)
    add("--library", choices=LIBRARIES, **several)
    add("--dtype", choices=DTYPES, **several)
    add("--full", action="store_true", help="no samples: all calls in every mode")
    add("--json", type=Path, metavar="FILE", help="keep the figures")
    add("--html", type=Path, metavar="FILE", help="write a page")
    add("--jobs", type=int, default=2, metavar="N", help="worker processes (2)")
    options = parser.parse_args(arguments)
    if options.html and not importlib.util.find_spec("matplotlib"):
        parser.error("--html needs matplotlib: pip install '.[docs]'")
    return options


if __name__ == "__main__":
    sys.exit(main())
