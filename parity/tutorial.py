"""The printed examples of a public PyTorch tutorial, as cases of their own.

The tutorial prints inputs and results to four decimals, so a result can be met only to
the rounding of both: each example carries its own first-order bound.

Its `kl_div` example has negative targets. The number it prints follows a rule that
torch has given up, by which a target of zero or less contributes nothing; torch 2.13
returns nan, and so does funloss. The old number is still met if `where` drops such
targets from the sum.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import log_softmax

import funloss as fl
from funloss.testing.harness import Problem, mode

__all__ = ["EXAMPLES", "LIBRARIES", "Example"]

LIBRARIES = ("numpy", "jax")


@dataclass(frozen=True)
class Example:
    """One example of the tutorial.

    Attributes:
        loss: Name of the loss.
        arrays: Its arrays, in order.
        options: Its options.
        printed: The number that the tutorial prints.
        bound: How far the rounding of the printed numbers can move it.
    """

    loss: str
    arrays: tuple[np.ndarray, ...]
    options: dict[str, Any]
    printed: float
    bound: float

    def value(self, library: str, **options: Any) -> float:
        """Return the loss of the printed inputs, in float64 on `library`."""
        given = self.options | options
        arrays = {f"array_{i}": array for i, array in enumerate(self.arrays)}
        more = {name: x for name, x in given.items() if isinstance(x, np.ndarray)}
        problem = Problem(
            getattr(fl, self.loss),
            positional=tuple(arrays),
            inputs=arrays | more,
            options={name: x for name, x in given.items() if name not in more},
        )
        (outcome,) = mode(library).evaluate([problem])
        return float(outcome.values[0])


def _example(entry: dict[str, Any]) -> Example:
    arrays = [np.asarray(x) for x in (*entry["inputs"].values(), entry["target"])]
    if entry["pre"]:  # the one preparation there is: log_softmax(dim=1) of the input
        arrays[0] = log_softmax(arrays[0], axis=1)
    return Example(
        entry["loss"],
        tuple(arrays),
        entry["kwargs"],
        entry["printed_output"],
        entry["rounding_bound_first_order"],
    )


_FILE = Path(__file__).with_name("tutorial_examples.json")

EXAMPLES = {
    entry["loss"]: _example(entry)
    for entry in json.loads(_FILE.read_text())["examples"]
}
