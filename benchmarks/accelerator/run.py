"""Check and time the losses on the device that JAX computes on by default."""

import argparse
import importlib.metadata
import json
import platform
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import jax
from rich.console import Console

from benchmarks.accelerator.accuracy import DTYPES, checked
from benchmarks.accelerator.programs import PROGRAMS
from benchmarks.accelerator.tables import accuracy_table, fault_table, time_tables
from benchmarks.accelerator.timing import Timed, timed
from funloss._command import command, write
from funloss.testing.harness import Check
from parity.arguments import count, loss_name, output_file

__all__ = ["main"]

_DESCRIPTION = """\
Check the values and gradients of every loss on an accelerator against float64 on the
CPU, and time the losses there beside JAX written by hand, and optax if it is installed.

exit status: 0 nothing is wrong, 1 something is, 2 it could not be run
"""


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Run, report, and return the exit status."""
    options = _parsed(arguments)
    console, begun = Console(), time.monotonic()
    if not console.is_terminal:
        console.width = 120
    say = _Progress(console)
    checks, times = [], []
    if options.only != "times":
        checks = checked(options.loss, options.dtype, say)
    if options.only != "accuracy":
        times = _times(options, say)
    for table in (accuracy_table(checks), *time_tables(times)):
        if table.lines:
            console.print(table)
    if options.json:
        figures = {
            "machine": _machine(),
            "tiny": options.tiny,
            "rounds": options.rounds,
            "accuracy": [_as_json(check) for check in checks],
            "times": [each.as_json() for each in times],
        }
        write(options.json, json.dumps(figures, indent=1) + "\n")
    faults = fault_table(checks, times)
    took = f"{len(checks)} comparisons and {len(times)} programs"
    took += f" in {time.monotonic() - begun:.0f} s on {_machine()['device']}"
    if faults.lines:
        console.print(faults)
        console.print(f"{took}: [red]{len(faults.lines)} failed[/]")
        return 1
    console.print(f"{took}: nothing is wrong")
    return 0


class _Progress:
    """Prints a line for each step that is done, with the seconds it took."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.since = time.monotonic()

    def __call__(self, words: str) -> None:
        now = time.monotonic()
        self.console.print(f"[dim]{words}, {now - self.since:.1f} s")
        self.since = now


def _times(options: argparse.Namespace, say: _Progress) -> list[Timed]:
    chosen = [p for p in PROGRAMS if not options.loss or p.loss in options.loss]
    if options.tiny:
        # Programs that differed in nothing but the shape have become the same.
        chosen = list({program.loss: program for program in chosen}.values())
    found = []
    for k, program in enumerate(chosen, 1):
        each = timed(program, options.rounds, tiny=options.tiny)
        size = "x".join(map(str, each.shape))
        say(f"{k}/{len(chosen)} times: {each.loss} {size} {each.dtype}")
        found.append(each)
    return found


def _as_json(check: Check) -> dict[str, str | float]:
    names = ("loss", "call", "dtype", "quantity", "fault")
    # An error that is not finite has no number in JSON.
    return {name: getattr(check, name) for name in names} | {"ulps": str(check.ulps)}


def _machine() -> dict[str, str]:
    device = jax.devices()[0]
    return {
        "device": device.device_kind,
        "platform": device.platform,
        "driver": device.client.platform_version.replace("\n", " "),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in ("jax", "jaxlib")},
        "day": f"{datetime.now(UTC):%Y-%m-%d}",
    }


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options; exit with status 2 if they make no sense."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accelerator",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    several = {"action": "append", "default": []}
    add(
        "--loss", type=loss_name, metavar="NAME", help="one loss; repeatable", **several
    )
    add("--dtype", choices=DTYPES, help="one dtype of the accuracy", **several)
    add("--only", choices=("accuracy", "times"), help="one of the two parts")
    add("--rounds", type=count, default=7, metavar="N", help="turns of each call (7)")
    add("--tiny", action="store_true", help="sizes that test the command, on a CPU too")
    add("--json", type=output_file, metavar="FILE", help="keep the figures")
    options = parser.parse_args(arguments)
    options.dtype = options.dtype or list(DTYPES)
    if jax.default_backend() == "cpu" and not options.tiny:
        parser.error("JAX sees no accelerator here; --tiny tests the command on a CPU")
    return options
