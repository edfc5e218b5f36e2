"""The page of the errors: words, and what the figures say."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.table import Table
from parity.accuracy.measure import IN_FLOAT64
from parity.accuracy.platforms import LIBRARIES
from parity.accuracy.row import MOVED, Row, from_lines
from parity.accuracy.tables import (
    behind_table,
    float64_table,
    kinds_table,
    libraries_table,
    losses_table,
    peers_table,
)

__all__ = ["FIGURES", "PICTURE", "page"]

FIGURES = Path(__file__).parents[2] / "docs" / "accuracy.json"
PICTURE = "accuracy.svg"
_WORDS = "A bar for each loss and peer: by how many bits funloss is more exact"

_OPENING = """\
# Accuracy

<!-- Written by `python -m parity.accuracy` from its figures: do not edit. -->

How many of the bits of a value and its gradients are right, in funloss and in other
libraries, for the same inputs: all losses, in float32 and bfloat16, on NumPy, JAX and
torch. What is right is computed in fifty digits. [Numerics](numerics.md) shows what
is behind it, with examples.
"""

_HOW = """\
## How it is measured

An error is counted in ulps: the distance between two neighbouring numbers of the dtype,
at the number that is right, rounded. An array has the error of its worst entry, where
an entry that is less than a millionth (2**-20) of the largest one counts as so large.
A loss has the larger error of its value and its gradients, and the largest of the
inputs of a kind: of four draws, those whose result the dtype has; {inputs:,} inputs of
{losses} losses, {names} with their options. An error of up to one
ulp loses no bit, one of 2**k ulps k bits, and infinity or nan all: 24 in float32, 8
in bfloat16. A figure is the mean over the kinds of inputs.

A peer computes with one library, and funloss is compared with it on the same: with
torch on torch, with all others on JAX, in `jax.jit`. Inputs stay within what a loss is
made for: probabilities between 0 and 1, variances positive, boxes in order. Where
inputs are tied, only the values of peers count: at a corner there is more than one
subgradient.
"""

_RIGHT = """\
## What is right

The program that JAX makes of the loss and its gradients in float64 is computed by
mpmath in fifty digits, step by step, from the same inputs: exponentials, sums and all.
That has no rounding, and shows no error of the formula: whether that is the right one,
`python -m parity` tells, beside formulas written apart from it in another library.
Where inputs have more than 2000 numbers, fifty digits are computed of one draw of each
kind, and float64 of the others; of {in_float64}, float64 of all.
In float64 the same program differs from the fifty digits by less than a sixteenth of an
ulp of the dtype, but for:
"""

_BEHIND = """\
## Where a peer is more exact

Everywhere that a peer errs by less than half as much, and funloss by more than 4 ulps:
value / gradient. *Inputs an ulp off* are moved by an ulp of float32, each up or down,
and the result is computed in float64: what it then differs by is the condition of
the problem, and an error of up to twice as much is one that the inputs may have had
before the loss saw them.
"""

_PLATFORMS = """\
## Where platforms differ

The same operations, as each library computes them on this processor. XLA, with which
JAX computes, takes subnormal numbers for 0, and its functions err by a few ulps; NumPy
rounds sums of 16 bits at each step, which is why funloss computes in float32 and
rounds once, at the end.
"""

_IN_FUNLOSS = """\
In funloss that makes the difference between its libraries: the bits that values lose in
float32, in the mean over all losses.
"""

_AGAIN = """\
## Again

Measure again, measure one loss again, or write page and picture from the figures that
are there:

```bash
python -m parity.accuracy
python -m parity.accuracy --loss huber_loss
python -m parity.accuracy --page
```
"""


def page(figures: Mapping[str, Any]) -> str:
    """Return the page that belongs to figures."""
    rows = list(from_lines(figures["rows"], figures["kinds"]))
    machine = Table("machine", ["what", "which"], list(figures["machine"].items()))
    platforms = [[words, *found] for words, found in figures["platforms"].items()]
    parts = [
        _OPENING,
        f"![{_WORDS}]({PICTURE})\n",
        peers_table(rows, "float32").markdown(),
        _how(rows),
        kinds_table(rows, "float32").markdown(),
        machine.markdown(),
        _right(),
        float64_table(rows).markdown(),
        _BEHIND,
        behind_table(rows).markdown(),
        _PLATFORMS,
        Table("platforms", ["what", *LIBRARIES], platforms).markdown(),
        _IN_FUNLOSS,
        libraries_table(rows, "float32").markdown(),
        _AGAIN,
    ]
    for dtype in ("float32", "bfloat16"):
        parts += [f"## Losses in {dtype}\n", losses_table(rows, dtype).markdown()]
    return "\n".join(parts)


def _how(rows: Iterable[Row]) -> str:
    own = [row for row in rows if row.candidate == MOVED]
    names, losses = {row.name for row in own}, {row.loss for row in own}
    inputs = sum(row.inputs for row in own)
    return _HOW.format(losses=len(losses), names=len(names), inputs=inputs)


def _right() -> str:
    return _RIGHT.format(in_float64=" and ".join(f"`{name}`" for name in IN_FLOAT64))
