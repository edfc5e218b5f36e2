"""The main job: run the cases, print the table, fail on any mismatch.

Every call runs in float64 on NumPy and array-api-strict (values), torch (values,
slopes and curvature) and JAX under `jit` (values and slopes); in float32, bfloat16 and
float16 on NumPy and torch, in float32 on array-api-strict too. Compiling for JAX takes
nearly all the time, so the rest runs on samples, drawn once and for all from each case:
a third of the calls under `jit` with curvature (forward over reverse), another under
`vmap` with curvature (reverse over reverse), another under `jit` in float32; a sixth
under `jit` in bfloat16, another in float16, another without `jit`.
"""

import argparse
import importlib.util
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)

from funloss.testing._report import Report
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
    console, begun = Console(), time.monotonic()
    report = Report("funloss against PyTorch")
    if not console.is_terminal:
        console.width = 120
    progress = Progress(
        BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("{task.description}"), console=console, transient=True,
    )  # fmt: skip
    with progress:
        task = progress.add_task("", total=len(work))
        found = run(work, libraries, options.dtype or DTYPES, options.jobs)
        for batch, checks in found:
            report.add(checks)
            progress.update(task, advance=1, description=batch.loss)
    console.print(report.table("loss", libraries))
    if options.json:
        options.json.write_text(report.to_json())
    if options.html:
        from parity.page import page  # noqa: PLC0415 matplotlib is an extra

        options.html.write_text(page(report), encoding="utf-8")
    return _verdict(console, report, time.monotonic() - begun)


def _verdict(console: Console, report: Report, seconds: float) -> int:
    took = f"{len(report.checks)} checks in {seconds:.0f} s"
    worst = report.smallest_failure()
    if worst is None:
        # No check at all is no success.
        console.print(f"{took}: " + ("all agree" if report.checks else "nothing ran"))
        return 0 if report.checks else 1
    console.print(f"{took}: [red]{len(report.failures)} differ[/]. The smallest:")
    console.print(f"{worst.call}, {worst.library}, {worst.dtype}", markup=False)
    console.print(f"{worst.quantity}: {worst.fault}\n", markup=False)
    # Unwrapped and unstyled where it is piped, so that it can be pasted.
    console.print(worst.code, markup=False, highlight=False, soft_wrap=True)
    return 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m parity", description="Check every loss against PyTorch."
    )
    parser.add_argument(
        "--loss", action="append", choices=losses(), metavar="NAME",
        help="only this loss; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--library", action="append", choices=LIBRARIES,
        help="only this library or mode; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--dtype", action="append", choices=DTYPES, help="only this; may be repeated"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page")
    parser.add_argument(
        "--jobs", type=int, default=2, metavar="N", help="worker processes (2)"
    )
    options = parser.parse_args(arguments)
    if options.html and not importlib.util.find_spec("matplotlib"):
        parser.error('--html needs matplotlib: pip install "funloss[docs]"')
    return options


if __name__ == "__main__":
    sys.exit(main())
