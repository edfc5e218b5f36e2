"""The page on what value and gradient share, with the figures of both forms."""

from collections.abc import Iterable, Sequence

from benchmarks.case import OURS
from benchmarks.exact import ExactRow
from benchmarks.result import Row
from benchmarks.tables import Table

__all__ = ["RECOMPUTED", "SHARING", "sharing_page"]

SHARING = "sharing"
RECOMPUTED = "recomputed"

OPENING = """\
# What value and gradient share

<!-- Written by `python -m benchmarks.report` from its figures: do not edit. -->

A loss and its gradient have parts in common: both need the softmax of a row, or the
exponential of a score. A program can keep such a part between the two, or compute it
again. funloss decides by what the part costs, and by where the program runs.

| part | on a CPU | elsewhere |
| --- | --- | --- |
| sums, products, comparisons, selections | computed again | computed again |
| exponentials, logarithms, powers | kept | computed again |
| one or a few numbers a row: the largest score, a sum, a norm | kept | kept |

**Arithmetic is computed again** everywhere. What is kept has to be written to memory
and read back, which takes longer than a few additions and products; and a loss that
keeps nothing needs no memory but that of its inputs and its gradient.

**Exponentials and logarithms are kept on a CPU**, where one takes as long as ten to
twenty products. In float32 the compiler often keeps them in the buffer of the gradient,
so that they take no memory of their own.

**Elsewhere they are computed again**: an accelerator has arithmetic to spare and waits
for its memory. Whether that is right for each loss, `python -m benchmarks.accelerator`
measures ([on a GPU](performance-gpu.md)).

The choice is made when a program is compiled, by the platform it is compiled for
(`jax.lax.platform_dependent`): nothing is asked while it runs, and a program exported
for several platforms has both forms. A loss that says nothing computes everything
again; one that shares says what, beside its formula:
`xp.custom_jvp(formula, partials, *arrays, shared=parts)`.

A few losses have another algorithm for a CPU as well, with the same numbers: sums over
the pairs of a list go one item at a time, so that many pairs are added up at once;
lengths are scaled against overflow only where a square could overflow.

## The two forms beside each other

Both on this CPU: the program for a CPU, and the one for an accelerator, compiled here.
Value and gradient in milliseconds, by the clock of the processor.
"""

MEMORY = """\
## What is kept

Megabytes that live during value and gradient beside inputs and gradients, or multiples
of optax's, where the two forms differ. The compiler's count, the same on any machine.
"""


def sharing_page(rows: Iterable[Row], exact: Iterable[ExactRow]) -> str:
    """Return the page."""
    head = ["loss", "size", "dtype", "CPU form", "other form", "ratio"]
    times = [_time(row) for row in rows if row.group == SHARING]
    parts = [OPENING, Table("times", head, times).markdown(), MEMORY]
    kept = [_kept(row) for row in exact if "cpu_temporaries" in row.counts]
    head = ["program", "elsewhere", "on a CPU"]
    return "\n".join([*parts, Table("memory", head, kept).markdown()])


def _time(row: Row) -> Sequence[str]:
    ratio, own = row.ratios[RECOMPUTED], row.milliseconds[OURS]
    shape = "x".join(map(str, row.shape))
    name = f"`{row.loss}` {row.options}".rstrip()
    return [name, shape, row.dtype, f"{own:.3g}", f"{own / ratio:.3g}", f"{ratio:.2f}"]


def _kept(row: ExactRow) -> Sequence[str]:
    found = row.counts["temporaries"], row.counts["cpu_temporaries"]
    return [f"`{row.name}`", *(f"{megabytes:g}" for megabytes in found)]
