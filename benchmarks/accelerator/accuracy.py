"""Values and gradients of every loss on the accelerator, against float64 on the CPU.

The inputs are the rows of `parity.losses`, rounded to bfloat16 so that every dtype
holds them; the tolerances are those of `python -m parity`.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from funloss.testing.harness import (
    Check,
    Expectation,
    Outcome,
    Problem,
    checks,
    mode,
    with_cotangents,
)
from parity.losses import BY_FAMILY
from parity.row import Row

__all__ = ["DTYPES", "checked"]

DTYPES = ("float32", "bfloat16")
ROUNDED = "bfloat16"
# Rows in one program: compiled together they take far less time than one by one.
BATCH = 12


@dataclass(frozen=True)
class _Labelled:
    """A row, and its number among those of the loss."""

    row: Row
    number: int

    @property
    def label(self) -> str:
        """Its name in a report."""
        return f"{self.row.loss.__name__}-{self.number}"


def checked(
    losses: Collection[str], dtypes: Sequence[str], say: Callable[[str], None]
) -> list[Check]:
    """Check the losses of these names, or all, and return every comparison.

    Matrix products are asked for in full precision: by default a GPU rounds what it
    multiplies to 10 bits, whatever the loss.
    """
    chosen = [
        _Labelled(row, number)
        for info in BY_FAMILY
        if not losses or info.name in losses
        for number, row in enumerate(info.rows)
    ]
    found = []
    with jax.default_matmul_precision("highest"):
        for start in range(0, len(chosen), BATCH):
            batch = chosen[start : start + BATCH]
            found += _check(batch, dtypes)
            say(f"accuracy: {batch[0].label} to {batch[-1].label}")
    return found


def _check(batch: Sequence[_Labelled], dtypes: Sequence[str]) -> list[Check]:
    jitted = mode("jax", "jit")
    with jax.default_device(jax.devices("cpu")[0]):
        exact = [_problem(each) for each in batch]
        expected = jitted.evaluate(exact)
    found = []
    for dtype in dtypes:
        expectations = [
            Expectation(
                each.row.loss.__name__,
                each.label,
                dtype,
                _in_dtype(problem, dtype),
                outcome,
            )
            for each, problem, outcome in zip(batch, exact, expected, strict=True)
        ]
        found += checks(jitted, [([each], 1) for each in expectations])
    return found


def _problem(labelled: _Labelled) -> Problem:
    """Return the row as a problem in float64, of numbers that bfloat16 holds."""
    row = labelled.row
    options = {"reduction": "none"} if row.has("reduction") else {}
    names = list(row.arrays)
    wrt = tuple(names[k] for k in row.trained())
    function, inputs = row.with_options(**options), row.values()
    problem = Problem(function, tuple(names), inputs, {}, wrt, orders=1)
    problem = _in_dtype(_in_dtype(problem, ROUNDED), "float64")
    with jax.enable_x64(True):
        shapes = jax.eval_shape(lambda arrays: problem.call(arrays, "jax"), inputs)
    first = Outcome([np.zeros(x.shape) for x in shapes], [], [])
    problem = with_cotangents(problem, first, labelled.label, ROUNDED)
    return _in_dtype(problem, "float64")


def _in_dtype(problem: Problem, dtype: str) -> Problem:
    """Return the problem with all floating arrays of it in a dtype."""

    def leaf(x: np.ndarray) -> np.ndarray:
        return x if x.dtype.kind in "biu" else x.astype(jnp.dtype(dtype))

    def leaves(tree: Any) -> Any:
        return jax.tree.map(leaf, tree)

    return replace(
        problem,
        inputs=leaves(dict(problem.inputs)),
        cotangents=leaves(problem.cotangents),
        directions=leaves(problem.directions),
    )
