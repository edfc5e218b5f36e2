"""Call every loss from many threads or processes at once, with changing options.

    python -m tools.load --threads 8
    python -m tools.load --processes 8

The calls differ in real options, reductions, masks, weights, flags and dtypes, on
NumPy, JAX and torch; threads make all of them, a process half. A result that differs
from that of the same call alone is wrong. The minutes begin after the first round of
all calls, when the caches are filled: from then on memory may vary by a tenth, and no
cache of the losses may have more entries than its bound (`tools.caches`).

exit status: 0 nothing is wrong, 1 something is, 2 it could not be run, 130 interrupted
"""

import argparse
import importlib
import sys
from collections.abc import Sequence

from rich.console import Console

from funloss._command import command
from parity.arguments import count, positive
from parity.pool import run, settle

__all__ = ["main"]

# How much of the memory after the first round there may be later on.
GROWTH = 1.1


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print what was found, and return 1 if that is not as it should be."""
    options = _parsed(arguments)
    settle()
    # Only now, when settings are made: these import NumPy, torch and JAX.
    calls = importlib.import_module("tools.calls")
    seconds = 60 * options.minutes
    if options.threads:
        outcomes = calls.in_threads(options.threads, seconds)
    else:
        tasks = [(seed, seconds) for seed in range(options.processes)]
        outcomes = [found for _, found in run(calls.alone, tasks, len(tasks))]
    return _shown(outcomes)


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--threads", type=count, metavar="N", help="of one process")
    which.add_argument("--processes", type=count, metavar="N", help="with one thread")
    parser.add_argument(
        "--minutes", type=positive, default=5.0, metavar="X", help="how long (5)"
    )
    return parser.parse_args(arguments)


def _shown(outcomes: Sequence) -> int:
    """Print what threads or processes found, and return the exit status."""
    print_ = Console(markup=False, highlight=False, soft_wrap=True).print
    wrong = sorted({name for found in outcomes for name in found.wrong})
    beyond = sorted({name for found in outcomes for name in found.beyond})
    grown = max(found.after / found.before for found in outcomes)
    digests = {each for found in outcomes for each in found.digests.items()}
    agree = len(digests) == len(dict(digests))
    made, rounds = (sum(found[k] for found in outcomes) for k in (0, 1))
    print_(f"{made} calls in {rounds} rounds; wrong: {', '.join(wrong) or 'none'}")
    print_(f"results alone: {'the same everywhere' if agree else 'not the same'}")
    print_(
        f"memory: {max(found.after for found in outcomes) / 1e6:.0f} MB at most, "
        f"{grown:.3f} of that after the first round"
    )
    print_(f"caches beyond their bounds: {', '.join(beyond) or 'none'}")
    return int(bool(wrong or beyond) or not agree or grown > GROWTH)


if __name__ == "__main__":
    sys.exit(main())
