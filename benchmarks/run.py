"""Time the losses beside other libraries, on one thread, by the processor's clock.

Values and gradients are compared first; a candidate that disagrees is an error. Times
judge nothing: the status is 1 if anything disagrees, else 0.
"""

import argparse
import dataclasses
import gc
import sys
import time
from collections.abc import Sequence

import torch
from rich.console import Console

from benchmarks.agreement import disagreements
from benchmarks.case import Case
from benchmarks.cases import CASES
from benchmarks.clock import interleaved
from benchmarks.exact import EXACT, ExactRow, exact_rows
from benchmarks.figures import is_of_another_machine, keep
from benchmarks.machine import description, give_memory_back
from benchmarks.plots import draw
from benchmarks.result import Row, measured
from benchmarks.sizes import SIZES, USUAL
from benchmarks.table import Table
from benchmarks.tables import (
    beyond_table,
    exact_table,
    goal_table,
    noise_table,
    row_tables,
)
from funloss._command import command
from parity.arguments import count, output_file, output_folder
from parity.files import no_figures

__all__ = ["main"]

GROUPS = (*dict.fromkeys(case.group for case in CASES), EXACT)


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Run, report, and return the exit status."""
    options = _parsed(arguments)
    chosen, machine, file = _chosen(options), description(), options.json
    torch.set_num_threads(1)
    # What the imports made stays; a collection before each case need not look there.
    gc.freeze()
    console, begun = Console(), time.monotonic()
    if not console.is_terminal:
        console.width = 120
    rows, faults = [], []
    for k, case in enumerate(chosen, 1):
        start = time.monotonic()
        row, found = _measure(case, options.tiny, options.rounds)
        give_memory_back()
        took = f"{time.monotonic() - start:.1f} s"
        console.print(f"[dim]{k}/{len(chosen)} {case.group}: {case.name}, {took}")
        rows.append(row)
        faults += [f"{case.name}: {name}: {fault}" for name, fault in found.items()]
    exact = exact_rows() if _takes_exact(options) else []
    for table in _tables(rows, exact):
        console.print(table)
    if file:
        figures = {
            "machine": machine,
            "rounds": options.rounds,
            "tiny": options.tiny,
            "rows": [row.as_json() for row in rows],
            "exact": [row.as_json() for row in exact],
        }
        keep(figures, file, CASES)
    if options.plots:
        draw(rows, options.plots)
    return _verdict(console, faults, len(rows) + len(exact), time.monotonic() - begun)


def _measure(case: Case, tiny: bool, rounds: int) -> tuple[Row, dict[str, str]]:
    """Return the figures of those who agree, and the faults of the others."""
    calls = case.prepared()
    faults = disagreements(calls, case.tolerance)
    calls = {name: call for name, call in calls.items() if name not in faults}
    seconds = interleaved(calls, rounds, least=0.0 if tiny else 0.02)
    return measured(case, seconds), faults


def _chosen(options: argparse.Namespace) -> list[Case]:
    found = [
        case
        for case in CASES
        if case.size in (options.size or [USUAL])
        and (not options.group or case.group in options.group)
        and (not options.case or any(text in case.name for text in options.case))
    ]
    if not options.tiny:
        return found
    small = [dataclasses.replace(case, shape=case.tiny) for case in found]
    # Cases that differed in nothing but the shape have become the same.
    return list({(case.group, case.name): case for case in small}.values())


def _takes_exact(options: argparse.Namespace) -> bool:
    if options.group:
        return EXACT in options.group
    return not options.case and not options.tiny


def _tables(rows: Sequence[Row], exact: Sequence[ExactRow]) -> list[Table]:
    found = [exact_table(exact)] if exact else []
    if rows:
        found += [*row_tables(rows), noise_table(rows)]
        found += [goal_table(rows), beyond_table(rows)]
    return found


def _verdict(
    console: Console, faults: Sequence[str], count: int, seconds: float
) -> int:
    took = f"{count} cases in {seconds:.0f} s"
    if not faults:
        console.print(f"{took}: all agree")
        return 0
    console.print(f"{took}: [red]{len(faults)} disagree[/] and were not timed")
    for fault in faults:
        console.print(fault, markup=False, highlight=False)
    return 1


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options; exit with status 2 if they make no sense."""
    parser = _parser()
    options = parser.parse_args(arguments)
    chosen, file = _chosen(options), options.json
    if not (chosen or _takes_exact(options)):
        parser.error(f"--case: no case of these groups and sizes has {options.case}")
    if reason := no_figures(file, "machine", "tiny", "rows", "exact"):
        parser.error(reason)
    if file and is_of_another_machine(file, description(), options.tiny, chosen):
        parser.error(f"--json: {file} has times of another machine: measure all sizes")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Time every loss beside its peers."
    )
    parser.add_argument(
        "--case",
        action="append",
        metavar="TEXT",
        help="only cases whose name holds this; may be repeated",
    )
    parser.add_argument(
        "--group", action="append", choices=GROUPS, help="only this; may be repeated"
    )
    parser.add_argument(
        "--size",
        action="append",
        choices=SIZES,
        help="arrays that fit the cache, as usual (default), or that fit no cache; "
        "may be repeated",
    )
    parser.add_argument(
        "--rounds", type=count, default=9, metavar="N", help="turns of each call (9)"
    )
    parser.add_argument(
        "--tiny", action="store_true", help="shapes that test the benchmarks only"
    )
    parser.add_argument(
        "--json",
        type=output_file,
        metavar="FILE",
        help="keep the figures, beside those that FILE has of other cases",
    )
    parser.add_argument(
        "--plots", type=output_folder, metavar="DIR", help="draw the figures"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
