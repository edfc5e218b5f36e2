"""One thing to time: inputs, and the same computation in several libraries."""

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np

from benchmarks.sizes import MORE_ROWS, SIZES, USUAL, Growth

__all__ = ["BY_HAND", "OURS", "Call", "Case", "Maker", "in_words"]

OURS = "funloss"
# The same formula in lines of JAX or NumPy.
BY_HAND = "by hand"


def in_words(options: Mapping[str, Any]) -> str:
    """Return the options that can be written, as ``alpha=0.25 beta=2``."""
    return " ".join(f"{k}={x}" for k, x in options.items() if not callable(x))


@dataclass(frozen=True)
class Call:
    """A computation that is ready to run."""

    run: Callable[[], Any]
    """Compute and wait for the result."""
    view: Callable[[Any], Any] = lambda result: result
    """Turn what `run` returns into what all candidates return."""
    prepare: Callable[[], None] | None = None
    """Undo what an earlier `run` may have left behind; not timed."""


Maker = Callable[[tuple[Any, ...]], Call]


@dataclass(frozen=True)
class Case:
    """A loss at one size, computed by `funloss` and by its peers."""

    group: str
    loss: str
    quantity: str
    """What is computed: ``"value"``, ``"gradient"`` (and value) or ``"compile"``."""
    inputs: Callable[..., tuple[Any, ...]]
    """Make NumPy arrays, of float32 and int32, from a generator and a shape."""
    shape: tuple[int, ...]
    tiny: tuple[int, ...]
    """A shape that is quick to compute: a test runs every case at it."""
    calls: Mapping[str, Maker]
    dtype: str = "float32"
    tolerance: float = 1e-4
    """Largest difference from a peer, of each array's largest magnitude."""
    options: str = ""
    """Arguments of the loss other than arrays, in words."""
    growth: Growth | None = MORE_ROWS
    """How `shape` becomes that of another size; None if no other size says more."""
    size: str = USUAL
    """Of `shape`: in the cache, as usual, or too large for any cache."""

    @property
    def name(self) -> str:
        """The case in words."""
        size = "x".join(map(str, self.shape))
        words = [self.loss, self.options, size, self.dtype, self.quantity]
        return " ".join(filter(None, words))

    def sized(self) -> Iterator["Case"]:
        """Yield the case in all of its sizes, the smallest first."""
        for size in SIZES:
            if size == USUAL:
                yield self
            elif self.growth and (shape := self.growth.shape(self.shape, size)):
                yield replace(self, shape=shape, size=size)

    def prepared(self) -> dict[str, Call]:
        """Return the candidates, ready to run on equal inputs."""
        # Equal in every run, whichever other cases run with it.
        rng = np.random.default_rng(zlib.crc32(self.name.encode()))
        arrays = self.inputs(rng, *self.shape)
        arrays = jax.tree.map(self._in_dtype, arrays)
        return {name: make(arrays) for name, make in self.calls.items()}

    def _in_dtype(self, x: np.ndarray) -> np.ndarray:
        return x.astype(self.dtype) if x.dtype == np.float32 else x
