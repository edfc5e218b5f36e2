"""Put small faults into the package, one at a time, and see which the tests miss.

    python -m tools.mutants --jobs 2

Each mutant stands in a copy of the repository. Its outcome is added to a file at once:
`--resume` goes on with what is missing there, and asks survivors again.
"""

import argparse
import contextlib
import itertools
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from funloss._command import command, output_file, write
from parity.arguments import whole_number
from tools.mutants.mutations import Mutant
from tools.mutants.report import HEAD, added, figures, known_equivalents, place, rows
from tools.mutants.running import Outcome, Tree, context
from tools.mutants.selection import Package, sample

__all__ = ["main"]

ROOT = Path(__file__).parents[2]
OUTPUT = ROOT / "build" / "mutants.jsonl"


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Run, and return 1 if a mutant survived that is not known to change nothing."""
    options = _parser().parse_args(arguments)
    package = Package(ROOT)
    unknown = sorted(set(options.file) - package.texts.keys())
    if unknown:
        _parser().error(f"--file: no file of the package: {', '.join(unknown)}")
    if options.output.exists() and not options.resume:
        _parser().error(f"{options.output} is there: add --resume, or name another")
    earlier = _earlier(options)
    every = package.mutants(options.file)
    drawn = sample(every, options.count, options.seed)
    known = _known(options.output)
    run(package, _waiting(package, drawn, known), known, options)
    results = {mutant: known[mutant] for mutant in drawn if mutant in known}
    found = figures(results, package.texts, known_equivalents(), len(every))
    found["seeds"] = [options.seed]
    show(found)
    if earlier:
        found = added(earlier, found)
    if options.json:
        write(options.json, json.dumps(found, indent=1) + "\n")
    return int(any(not row["why"] for row in found["left"]))


def _earlier(options: argparse.Namespace) -> dict[str, Any] | None:
    """Return the figures that a run is to be added to; None if it stands alone."""
    if not options.add:
        return None
    if not (options.json and options.json.exists()):
        _parser().error("--add needs figures of earlier runs in the file of --json")
    earlier = json.loads(options.json.read_text(encoding="utf-8"))
    if options.seed in earlier["seeds"]:
        reason = f"{options.json} has the mutants of --seed {options.seed}"
        _parser().error(f"--add: {reason}: take another")
    return earlier


def _waiting(
    package: Package, drawn: Sequence[Mutant], known: Mapping[Mutant, Outcome]
) -> list[Mutant]:
    """Return what is to be asked: survivors again, then what was not asked before.

    These come in any order, so that a part of a run stands for all of it.
    """
    reasons = known_equivalents()
    again = [
        mutant
        for mutant, outcome in known.items()
        if mutant in drawn
        and outcome.status == "survived"
        and place(mutant, package.texts[mutant.file]) not in reasons
    ]
    new = [mutant for mutant in drawn if mutant not in known]
    random.Random(len(drawn)).shuffle(new)
    return again + new


def run(
    package: Package,
    waiting: Sequence[Mutant],
    known: dict[Mutant, Outcome],
    options: argparse.Namespace,
) -> None:
    """Ask what waits, and add each outcome to what is known and to the file of it."""
    if not (waiting and options.jobs):
        return
    options.output.parent.mkdir(exist_ok=True)
    results = outcomes(package, waiting, options.jobs, options.checks)
    console = Console(stderr=True)
    for mutant, outcome in track(results, "mutants", len(waiting), console=console):
        known[mutant] = outcome
        lines = ({**a._asdict(), **b._asdict()} for a, b in known.items())
        write(options.output, "".join(json.dumps(row) + "\n" for row in lines))


def show(found: Mapping[str, Any]) -> None:
    """Print the table of a run, and the mutants that survived."""
    console = Console(markup=False, highlight=False)
    table = Table(*HEAD)
    for row in rows(found):
        table.add_row(*row)
    console.print(table)
    for row in found["left"]:
        at = f"{row['file']}:{row['line']}"
        why = row["why"] and f"  ({row['why']})"
        console.print(f"{at}\n- {row['before']}\n+ {row['after']}\n{why}")


def outcomes(
    package: Package, waiting: Sequence[Mutant], jobs: int, count: int | None
) -> Iterator[tuple[Mutant, Outcome]]:
    """Yield what becomes of mutants, in the order in which that is known."""
    free: SimpleQueue[Tree] = SimpleQueue()

    def one(mutant: Mutant) -> tuple[Mutant, Outcome]:
        tree = free.get()
        try:
            checks = itertools.islice(package.checks(mutant), count)
            return mutant, tree.run(mutant, checks)
        finally:
            free.put(tree)

    with contextlib.ExitStack() as stack:
        processes = context()
        for _ in range(jobs):
            free.put(stack.enter_context(Tree(package.root, processes)))
        _refuse_failures(package, waiting[0], free)
        pool = stack.enter_context(ThreadPoolExecutor(jobs))
        stack.callback(pool.shutdown, cancel_futures=True)
        futures = [pool.submit(one, mutant) for mutant in waiting]
        for future in as_completed(futures):
            yield future.result()


def _refuse_failures(package: Package, mutant: Mutant, free: SimpleQueue[Tree]) -> None:
    """Raise if the first check of a mutant fails without it."""
    tree = free.get()
    alone = tree.judge(itertools.islice(package.checks(mutant), 1))
    free.put(tree)
    if alone.status != "survived":
        msg = f"the tests fail without a mutant: {alone.by}"
        raise RuntimeError(msg)


def _known(path: Path) -> dict[Mutant, Outcome]:
    """Return what a file of results has, the newest of each mutant."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = map(json.loads, lines)
    return {
        Mutant(*(row[x] for x in Mutant._fields)): Outcome(row["status"], row["by"])
        for row in rows
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tools.mutants", description=__doc__)
    add = parser.add_argument
    add("--count", type=whole_number, default=400, help="how many mutants (400)")
    add("--seed", type=whole_number, default=0, help="which ones (0)")
    add("--file", action="append", default=[], help="of this file alone; repeatable")
    jobs = "processes at a time; 0: show what is known"
    add("--jobs", type=whole_number, default=1, help=jobs)
    add("--output", type=output_file, default=OUTPUT, metavar="FILE")
    add("--json", type=output_file, metavar="FILE", help="a file for the figures")
    add("--add", action="store_true", help="to the figures that are in it, not over")
    add(
        "--checks",
        type=whole_number,
        help="ask the first ones alone, survivors the rest later",
    )
    add("--resume", action="store_true", help="keep what the output has")
    return parser


if __name__ == "__main__":
    sys.exit(main())
