"""Inputs to measure errors at: ordinary, small, large, mixed, and hostile ones.

Each kind keeps an array within the numbers that its loss may have: see `domain`.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from benchmarks.case import Case
from parity.accuracy.domain import Domain, domain

__all__ = ["DRAWS", "KINDS", "TIES", "Inputs", "inputs"]

DRAWS = 4
TIES = "ties"

Change = Callable[[np.ndarray, Domain, np.random.Generator, int], np.ndarray]


@dataclass(frozen=True)
class Inputs:
    """Arrays of float32 or bfloat16 numbers, and of integers."""

    kind: str
    dtype: str
    draw: int
    arrays: Any

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return sum(x.size for x in jax.tree.leaves(self.arrays))

    def exact(self) -> Any:
        """Return the same numbers in float64."""
        return jax.tree.map(
            lambda x: x if x.dtype.kind in "iub" else x.astype(np.float64), self.arrays
        )


def inputs(case: Case, dtype: str) -> Iterator[Inputs]:
    """Yield the inputs of a case, the same in every run."""
    draws = [_drawn(case, "domain", draw)[1] for draw in range(DRAWS)]
    domains = [domain(own) for own in zip(*map(jax.tree.leaves, draws), strict=True)]
    for kind, change in _CHANGES.items():
        for draw in range(DRAWS):
            rng, arrays = _drawn(case, kind, draw)
            leaves, tree = jax.tree.flatten(arrays)
            changed = [
                x if own is Domain.LABELS else np.asarray(change(x, own, rng, draw))
                for x, own in zip(leaves, domains, strict=True)
            ]
            cast = [x.astype(dtype) if x.dtype == np.float32 else x for x in changed]
            yield Inputs(kind, dtype, draw, jax.tree.unflatten(tree, cast))


def _drawn(case: Case, kind: str, draw: int) -> tuple[np.random.Generator, Any]:
    words = f"{case.loss} {case.options} {kind} {draw}"
    rng = np.random.default_rng(zlib.crc32(words.encode()))
    return rng, case.inputs(rng, *case.tiny)


def _scaled(*draws: tuple[float, ...]) -> Change:
    """Multiply each number by one of the factors; those of the draw, in turn."""

    def change(
        x: np.ndarray, own: Domain, rng: np.random.Generator, draw: int
    ) -> np.ndarray:
        if own is Domain.SHARES:
            return x
        factors = np.asarray(draws[draw % len(draws)], np.float32)
        if own is not Domain.REAL:
            factors = np.unique(np.abs(factors[factors != 0]))
        if own is Domain.UNIT:
            factors = np.minimum(factors, 1)
        if own is Domain.ORDERED:
            return x * factors[draw % len(factors)]
        return x * rng.choice(factors, x.shape)

    return change


def _tied(
    x: np.ndarray, own: Domain, rng: np.random.Generator, draw: int
) -> np.ndarray:
    """Round to a few numbers, so that many are equal, or at a corner."""
    if own in (Domain.SHARES, Domain.ORDERED):
        return x
    if own is Domain.UNIT:
        return np.round(4 * x) / 4
    rounded = np.round(2 * x) / 2
    return rounded if own is Domain.REAL else np.where(rounded == 0, x, rounded)


def _at_the_ends(
    x: np.ndarray, own: Domain, rng: np.random.Generator, draw: int
) -> np.ndarray:
    """Put probabilities at 0 and 1, and an infinite number in half of the draws."""
    chosen = rng.random(x.shape) < 0.5
    if own is Domain.UNIT:
        return np.where(chosen, np.round(x), x)
    if own is Domain.SHARES:
        sure = np.eye(x.shape[-1], dtype=x.dtype)[x.argmax(-1)]
        return np.where(chosen[..., :1], sure, x)
    changed = x.copy()
    if own is Domain.REAL and draw % 2:
        changed.flat[rng.integers(x.size)] = np.inf if draw == 1 else -np.inf
    return changed


KINDS: Mapping[str, str] = {
    "ordinary": "numbers of order 1, as the loss is used",
    "small": "all of them times a thousandth",
    "large": "all of them times 30",
    "mixed": "each times a millionth, a thousandth, 1, -1 or 100",
    TIES: "rounded to halves: equal numbers, zeros, and corners met exactly",
    "ends": "probabilities at 0 and 1; an infinite number in half of the draws",
    "huge": "some times 1e4, 1e9, 1e17 or 1e37, by draw",
    "tiny": "times 1e-20, 1e-36, 1e-39 or 1e-43, by draw: the last are subnormal",
}
_CHANGES: Mapping[str, Change] = {
    "ordinary": _scaled((1.0,)),
    "small": _scaled((1e-3,)),
    "large": _scaled((30.0,)),
    "mixed": _scaled((1e-6, 1e-3, 1.0, -1.0, 100.0)),
    TIES: _tied,
    "ends": _at_the_ends,
    "huge": _scaled(*((x, -x, 1.0) for x in (1e4, 1e9, 1e17, 1e37))),
    "tiny": _scaled(*((x, -x) for x in (1e-20, 1e-36, 1e-39, 1e-43))),
}
