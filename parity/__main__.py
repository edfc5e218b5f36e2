"""The first command: run the cases, print the outcome, fail on any mismatch.

A call runs in float64 on NumPy and array-api-strict (values), torch and JAX (values,
gradients, Hessian-vector products; called without `jit`, gradients); in float32,
bfloat16 and float16 on NumPy, torch and JAX under `jit`, in float32 on array-api-strict
too. Under `jit` JAX's Hessian is forward over reverse, under `vmap` reverse over
reverse.

By default samples run: every loss and every case, on JAX a few calls of each loss in
two of its three modes; elsewhere every call, in float64 or float32 and in both dtypes
of 16 bits (see `parity.plan`). They differ from run to run; the seed that draws them is
printed, and `--seed` draws the same again. `--full` runs every call in every mode.

`--packages` compares with packages that have a loss too (`Case.also`), and with nothing
else: values and gradients in float64, on NumPy, on torch and on JAX under `jit`.
"""

import importlib
import sys
import time
from collections.abc import Sequence

from rich.console import Console

from funloss._command import command
from parity.arguments import parsed
from parity.files import figures, write
from parity.pool import settle
from parity.progress import shown

__all__ = ["main"]


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Run, report, and return the exit status: 1 if anything differs."""
    begun = time.monotonic()
    options = parsed(arguments)
    notes = Console(stderr=True)
    settle()
    try:
        with shown(notes) as progress:
            # Only now, when settings are made and progress is seen: these import NumPy,
            # torch and JAX.
            running = importlib.import_module("parity.running")
            report = running.checked(options, progress)
            if options.json:
                write(options.json, figures(report.to_json(), options))
            if options.html:
                progress.say("drawing the curves")
                page = importlib.import_module("parity.page")
                write(options.html, page.page(report))
    except RuntimeError as error:
        notes.print(f"python -m parity: error: {error}", markup=False)
        return 2
    name = "parity.packages.summary" if options.packages else "parity.summary"
    summary = importlib.import_module(name)
    return summary.show(report, options, time.monotonic() - begun)


if __name__ == "__main__":
    sys.exit(main())
