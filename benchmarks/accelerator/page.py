"""Write the page of an accelerator from the figures of a run there, if any."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.accelerator.tables import accuracy_table, fault_table, time_tables
from benchmarks.accelerator.timing import Timed
from benchmarks.table import Table
from funloss import _command
from funloss.testing.harness import Check

__all__ = ["FIGURES", "PAGE", "page", "write"]

DOCS = Path(__file__).parents[2] / "docs"
FIGURES = DOCS / "performance-gpu.json"
PAGE = DOCS / "performance-gpu.md"

OPENING = """\
# Performance on a GPU

<!-- Written by `python -m benchmarks.report` from its figures: do not edit. -->
"""

NOTHING = """\
There are no figures yet: the command below has not been run on a GPU. What
[Performance](performance.md) says is of one core of a CPU.
"""

HOW = """\
## How to run it

One command checks the losses on the device that JAX computes on by default, times
them there, and ends with status 1 if anything is wrong. It needs JAX for that device
and the extra `testing`, and compares with optax where that is installed:

```bash
pip install -e '.[testing]' 'jax[cuda13]'
python -m benchmarks.accelerator --json docs/performance-gpu.json
python -m benchmarks.report
```

The last line writes this page from the figures; it needs `pip install -e '.[dev]'`, and
no accelerator. `--only accuracy`, `--only times` and `--loss NAME` do a part;
`--tiny` tests the command itself, on a CPU as well.
"""

ACCURACY = """\
## Accuracy

Values and gradients of every loss in each dtype, on small inputs that bfloat16 holds,
against float64 on the CPU. The tolerances are those of `python -m parity`: 16 ulps in
float32, 1 in bfloat16. Matrix products are asked for in full precision: by default a
GPU rounds the factors to 10 bits, whatever the loss.
"""

TIMES = """\
## Times

Value and gradient, compiled together, beside the same by hand in JAX. A turn is many
calls, of which the last is waited for; candidates take turns, for {rounds} rounds, and
a ratio is the median over the rounds of the time of funloss over that of the other.
A/A is funloss over itself: what it differs from 1 by is noise.
"""

MEMORY = """\
## Memory

In megabytes, besides the inputs. Temporaries are what the compiler sets aside for a
call. The peak is what a call adds to the memory in use, by the device's own count of
the process so far: a call that needs less than one before it has none ("-").
"""

FORMS = """\
## Two forms of a derivative

On a CPU some derivative rules share parts of the value, such as the exponentials of a
softmax, with the gradient; elsewhere they compute these again. Both on this device:
"""


def page(figures: Mapping[str, Any] | None) -> str:
    """Return the page that belongs to the figures of a run; None if there was none."""
    if figures is None:
        return "\n".join([OPENING, NOTHING, HOW])
    checks = [_check(check) for check in figures["accuracy"]]
    times = [Timed.from_json(each) for each in figures["times"]]
    in_time, in_memory, by_form = time_tables(times)
    machine = Table("machine", ["what", "which"], list(figures["machine"].items()))
    parts = [OPENING, machine.markdown(), ACCURACY, accuracy_table(checks).markdown()]
    faults = fault_table(checks, times)
    if faults.lines:
        parts += ["## What is wrong\n", faults.markdown()]
    parts += [TIMES.format(rounds=figures["rounds"]), in_time.markdown()]
    parts += [MEMORY, in_memory.markdown()]
    if by_form.lines:
        parts += [FORMS, by_form.markdown()]
    return "\n".join([*parts, HOW])


def _check(figures: Mapping[str, Any]) -> Check:
    # An error that is not finite is written as a word.
    own = {**figures, "ulps": float(figures["ulps"])}
    return Check(**own, library="", size=0, code="")


def write() -> None:
    """Write the page."""
    figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else None
    if figures and figures["tiny"]:
        msg = f"{FIGURES} is of a run with --tiny, which tests the command alone"
        raise ValueError(msg)
    _command.write(PAGE, page(figures))
