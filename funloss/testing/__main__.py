"""Compare two losses from the command line: `python -m funloss.testing --help`."""

import sys
from collections.abc import Sequence

from funloss._command import command, write
from funloss.testing._command import arguments as arguments_of
from funloss.testing._command import parser
from funloss.testing._parity import check_parity
from funloss.testing._terminal import console, show

__all__ = ["main"]


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, print the report, and return the exit status."""
    known = parser()
    given = known.parse_args(arguments)
    try:
        report = check_parity(**arguments_of(given))
    except (ValueError, RuntimeError) as error:
        known.error(str(error))
    if given.json:
        write(given.json, report.to_json())
    if given.html:
        write(given.html, report.to_html())
    screen = console()
    status = show(report, screen, row="call")
    if any(check.fault.startswith("shape") for check in report.failures):
        screen.print("One of the two reduces: --bind reference:reduction=none, say.")
    return status


if __name__ == "__main__":
    sys.exit(main())
