"""Inputs to measure errors at: ordinary, small, large, and of mixed sizes."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from benchmarks.case import Case

__all__ = ["DRAWS", "KINDS", "Inputs", "inputs"]

DRAWS = 4
# Factors on numbers of order 1, of which a kind takes one for each number.
KINDS = {
    "ordinary": (1.0,),
    "small": (1e-3,),
    "large": (30.0,),
    "mixed": (0.0, 1e-6, 1.0, -1.0, 100.0),
}


@dataclass(frozen=True)
class Inputs:
    """Arrays of float32 or bfloat16 numbers, and of integers."""

    kind: str
    dtype: str
    arrays: Any

    def exact(self) -> Any:
        """Return the same numbers in float64."""
        return jax.tree.map(
            lambda x: x if x.dtype.kind in "iub" else x.astype(np.float64), self.arrays
        )


def inputs(case: Case, dtype: str) -> Iterator[Inputs]:
    """Yield the inputs of a case, the same in every run."""
    for kind, factors in KINDS.items():
        for draw in range(DRAWS):
            words = f"{case.loss} {case.options} {kind} {draw}"
            rng = np.random.default_rng(zlib.crc32(words.encode()))
            arrays = case.inputs(rng, *case.tiny)

            def scaled(x: np.ndarray, rng: Any = rng, factors: Any = factors) -> Any:
                if x.dtype != np.float32:
                    return x
                return (x * rng.choice(np.float32(factors), x.shape)).astype(dtype)

            yield Inputs(kind, dtype, jax.tree.map(scaled, arrays))
