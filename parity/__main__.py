"""The main job: run the cases, print the table, fail on any mismatch.

A call runs in float64 on NumPy and array-api-strict (values), torch and JAX (values,
slopes and curvature; called without `jit`, slopes); in float32, bfloat16 and float16 on
NumPy, torch and JAX under `jit`, in float32 on array-api-strict too. Under `jit` JAX's
curvature is forward over reverse, under `vmap` reverse over reverse.

By default samples run: on JAX a few calls of each loss in each of its modes; elsewhere
every call, in float64 or float32 and in both dtypes of 16 bits (see `parity.plan`).
They differ from run to run; the seed that draws them is printed, and `--seed` draws the
same again. `--full` runs every call in every mode.
"""

import argparse
import importlib.util
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)

from funloss.testing import Report
from funloss.testing._terminal import console, show
from parity.case import DTYPES
from parity.collection import Batch, batches, losses
from parity.libraries import LIBRARIES
from parity.plan import Plan, everything, samples
from parity.pool import run

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, report, and return the exit status: 1 if anything differs."""
    options = _options(arguments)
    libraries = options.library or list(LIBRARIES)
    screen, begun = console(), time.monotonic()
    plans = _plans(options)
    if not options.full:
        screen.print(f"samples of the seed {options.seed}; --seed draws them again")
    report = Report("funloss against PyTorch")
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    doing = TextColumn("{task.description}")
    with Progress(*columns, doing, console=screen, transient=True) as progress:
        task = progress.add_task("", total=len(plans))
        for batch, checks in run(plans, options.jobs):
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


def _plans(options: argparse.Namespace) -> Mapping[Batch, Plan]:
    """Return the plan of each batch of the chosen losses."""
    chosen = list(batches(options.loss))
    if options.full:
        plans = {batch: everything(batch.calls()) for batch in chosen}
    else:
        plans = samples(chosen, options.seed)
    libraries, dtypes = options.library or LIBRARIES, options.dtype or DTYPES
    kept = {
        batch: {
            (library, dtype): places
            for (library, dtype), places in plan.items()
            if library in libraries and dtype in dtypes
        }
        for batch, plan in plans.items()
    }
    return {batch: plan for batch, plan in kept.items() if plan}


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m parity", description="Check every loss against PyTorch."
    )
    add = parser.add_argument
    several = {"action": "append", "help": "only this; may be repeated"}
    add("--loss", choices=losses(), metavar="NAME", **several)
    add("--library", choices=LIBRARIES, **several)
    add("--dtype", choices=DTYPES, **several)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--full", action="store_true", help="all calls in every mode")
    which.add_argument(
        "--seed",
        type=int,
        default=secrets.randbelow(10**6),
        metavar="N",
        help="draw the samples that it drew before",
    )
    add("--json", type=Path, metavar="FILE", help="keep the figures")
    add("--html", type=Path, metavar="FILE", help="write a page")
    add("--jobs", type=int, default=2, metavar="N", help="worker processes (2)")
    options = parser.parse_args(arguments)
    if options.html and not importlib.util.find_spec("matplotlib"):
        parser.error("--html needs matplotlib: pip install '.[docs]'")
    return options


if __name__ == "__main__":
    sys.exit(main())
