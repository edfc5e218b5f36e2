"""The first command: run the cases, print the outcome, fail on any mismatch.

A call runs in float64 on NumPy and array-api-strict (values), torch and JAX (values,
gradients, Hessian-vector products; called without `jit`, gradients); in float32,
bfloat16 and float16 on NumPy, torch and JAX under `jit`, in float32 on array-api-strict
too. Under `jit` JAX's Hessian is forward over reverse, under `vmap` reverse over
reverse.

By default samples run: every loss and every case, on JAX a few calls of each loss in
each of its modes; elsewhere every call, in float64 or float32 and in both dtypes of 16
bits (see `parity.plan`). They differ from run to run; the seed that draws them is
printed, and `--seed` draws the same again. `--full` runs every call in every mode.
"""

import argparse
import importlib
import math
import sys
import time
from collections.abc import Sequence

from rich.console import Console

from funloss.testing import Report
from funloss.testing._terminal import console
from parity.arguments import parsed
from parity.files import figures, write
from parity.pool import run, settle
from parity.progress import Pace, Shown, shown
from parity.summary import show

__all__ = ["main"]

# How many seconds of work a process does before a new one takes its place.
_LIFE = 60


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, report, and return the exit status: 1 if anything differs."""
    begun = time.monotonic()
    options = parsed(arguments)
    notes = Console(stderr=True)
    try:
        settle()
        with shown(notes) as progress:
            report = _checked(options, progress)
            if options.json:
                write(options.json, figures(report, options))
            if options.html:
                progress.say("drawing the curves")
                page = importlib.import_module("parity.page")
                write(options.html, page.page(report))
    except KeyboardInterrupt:
        notes.print("Interrupted; no file was written.")
        return 130
    except RuntimeError as error:
        notes.print(f"python -m parity: error: {error}", markup=False)
        return 2
    return show(report, console(), options, time.monotonic() - begun)


def _checked(options: argparse.Namespace, progress: Shown) -> Report:
    """Run the chosen batches, show how far they are, and return their checks."""
    # Only now, when the progress is seen: this imports torch and JAX.
    plan = importlib.import_module("parity.plan")
    worker = importlib.import_module("parity.check")
    worker.prepare()
    tasks = sorted(plan.chosen(options).items(), key=plan.cost, reverse=True)
    costs = [plan.cost(task) / options.jobs for task in tasks]
    progress.begin(Pace(sum(costs)))
    found = {}
    lives = math.ceil(sum(costs) / _LIFE)
    for place, checks in run(worker.work, tasks, options.jobs, lives):
        found[place] = checks
        failed = sum(1 for check in checks if check.fault)
        loss = tasks[place][0].loss
        progress.add(len(checks) - failed, failed, costs[place], loss)
    checks = (check for place in range(len(tasks)) for check in found[place])
    return Report("funloss against PyTorch", checks)


if __name__ == "__main__":
    sys.exit(main())
