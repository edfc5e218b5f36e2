"""Check what the command line asks for, in processes, and show how far it is."""

import argparse
import math

from funloss.testing import Report
from parity.check import prepare, work
from parity.plan import chosen, cost
from parity.pool import run
from parity.progress import Pace, Shown

__all__ = ["checked"]

# About how many seconds of work a process does, in which it grows to 1.2 GB.
_LIFE = 30


def checked(options: argparse.Namespace, progress: Shown) -> Report:
    """Run the chosen batches, the longest first, and return their checks in order."""
    prepare()
    plans = chosen(options)
    tasks = sorted(plans.items(), key=cost, reverse=True)
    costs = [cost(task) / options.jobs for task in tasks]
    progress.begin(Pace(sum(costs)))
    found = {}
    for place, checks in run(work, tasks, options.jobs, math.ceil(sum(costs) / _LIFE)):
        batch, _ = tasks[place]
        found[batch] = checks
        failed = sum(1 for check in checks if check.fault)
        progress.add(len(checks) - failed, failed, costs[place], batch.loss)
    checks = (check for batch in plans for check in found[batch])
    other = "packages of PyTorch losses" if options.packages else "PyTorch"
    return Report(f"funloss against {other}", checks)
