"""Compare two losses from the command line: `python -m funloss.testing --help`."""

import sys
from collections.abc import Sequence

from rich.console import Console

from funloss.testing._command import arguments, parser
from funloss.testing._parity import check_parity
from funloss.testing._terminal import console, show

__all__ = ["main"]


def main(words: Sequence[str] | None = None) -> int:
    """Compare, print the report, and return the exit status."""
    try:
        return _compared(words)
    except KeyboardInterrupt:
        Console(stderr=True).print("Interrupted")
        return 130


def _compared(words: Sequence[str] | None) -> int:
    known = parser()
    given = known.parse_args(words)
    try:
        report = check_parity(**arguments(given))
    except (ValueError, RuntimeError) as error:
        known.error(str(error))
    if given.json:
        given.json.write_text(report.to_json())
    if given.html:
        given.html.write_text(report.to_html())
    screen = console()
    status = show(report, screen, row="call")
    if any(check.fault.startswith("shape") for check in report.failures):
        screen.print("One of the two reduces: --bind reference:reduction=none, say.")
    return status


if __name__ == "__main__":
    sys.exit(main())
