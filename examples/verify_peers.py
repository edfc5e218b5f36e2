"""Verify losses of other packages: where they are wrong, and by how much.

Without options, compare thirty losses of optax and Keras with torch's on numbers,
labels and sequences that one would try on any loss (`peers/optax_and_keras.py`): print
a table, and below it a program for each difference that shows it.

With `--page`, run the programs of all known defects (`parity/peers/defects/`), each
package in a process of its own, and write the page from what they print; with
`--check`, run them and compare. The packages of `parity/packages/requirements.txt` must
be there, unless `--package` names others.

Needs the extra `dev`: python examples/verify_peers.py
Exit status: 0, or 1 if the page is not what a run gives, or 2 if nothing could be run.
"""

import argparse
import runpy
import sys
from pathlib import Path

from parity.peers import command
from parity.peers.page import PAGE
from parity.peers.record import peers

HERE = Path(__file__).parent


def main() -> int:
    """Compare, write the page or check it; return the exit status."""
    parser = argparse.ArgumentParser(description="Verify losses of other packages.")
    options = parsed(parser)
    path = options.page or options.check
    if path is None:
        runpy.run_path(str(HERE / "peers" / "optax_and_keras.py"), run_name="__main__")
        return 0
    chosen = options.package or peers()
    if reason := command.refusal(path, chosen, check=bool(options.check)):
        parser.error(reason)
    try:
        wrong = (command.checked if options.check else command.written)(path, chosen)
    except RuntimeError as error:
        parser.error(str(error))
    print("\n".join(wrong) or f"{path} is what a run gives.")
    return 1 if wrong else 0


def parsed(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Return the options; exit with status 2 if they make no sense."""
    mode = parser.add_mutually_exclusive_group()
    files = {"nargs": "?", "type": Path, "const": HERE.parent / PAGE, "metavar": "FILE"}
    mode.add_argument("--page", **files, help=f"write the page, {PAGE} unless named")
    mode.add_argument("--check", **files, help="compare the page with another run")
    more = "only these packages; may be repeated"
    parser.add_argument("--package", action="append", default=[], help=more)
    options = parser.parse_args()
    if options.package and not (options.page or options.check):
        parser.error("--package goes with --page or --check")
    return options


if __name__ == "__main__":
    sys.exit(main())
