"""What a run checks: every call on every library, or samples of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from funloss.testing.harness import seeded
from parity.case import DTYPES, Call
from parity.collection import Batch
from parity.libraries import LIBRARIES

__all__ = ["Plan", "everything", "samples"]

# A library and a dtype; and the places in a batch of the calls that run in them.
Kind = tuple[str, str]
Plan = Mapping[Kind, Sequence[int]]

# Dtypes that share calls: what does not run in one runs in the other. Not so those
# of 16 bits, in which a single call may be all that shows a sum in a narrow dtype.
_SHARING = ("float64", "float32")
# How many calls in a dtype there are to one that runs on JAX: compiling takes
# nearly all the time.
_COMPILED_ONE_IN = 3


def everything(
    calls: Sequence[Call],
    libraries: Collection[str] = tuple(LIBRARIES),
    dtypes: Collection[str] = DTYPES,
) -> Plan:
    """Return a plan of all calls on each library in each dtype."""
    case = calls[0].case
    return {
        (name, dtype): range(len(calls))
        for name in libraries
        for dtype in dtypes
        if case.runs_on(LIBRARIES[name], dtype)
    }


def samples(batches: Sequence[Batch], seed: int) -> dict[Batch, Plan]:
    """Return plans of samples that `seed` draws, some of every batch.

    Libraries that compile nothing run every call, in float64 or float32 and in both
    dtypes of 16 bits. A loss runs on one batch in each mode of JAX, in one of its
    dtypes; of more batches, every third runs in one mode.
    """
    plans: dict[Batch, Plan] = {}
    for loss in dict.fromkeys(batch.loss for batch in batches):
        own = {batch: batch.calls() for batch in batches if batch.loss == loss}
        plans |= _samples(own, seeded(f"{loss}/{seed}"))
    return plans


def _samples(
    batches: Mapping[Batch, Sequence[Call]], random: np.random.Generator
) -> dict[Batch, Plan]:
    """Return the plans of one loss."""
    whole = {batch: everything(calls) for batch, calls in batches.items()}
    modes: dict[Batch, dict[str, list[Kind]]] = {}
    for batch, plan in whole.items():
        modes[batch] = defaultdict(list)
        for name, dtype in filter(_compiles, plan):
            modes[batch][name].append((name, dtype))
    compiled = _dealt(modes, random, -(-len(batches) // 3))
    plans = {}
    for batch, calls in batches.items():
        drawn = _shared(len(calls), calls[0].case.dtypes, random)
        chosen = {_one(modes[batch][mode], random) for mode in compiled[batch]}
        plans[batch] = {
            kind: _drawn(drawn[kind[1]], _COMPILED_ONE_IN, random)
            if _compiles(kind)
            else drawn[kind[1]]
            for kind in whole[batch]
            if kind in chosen or not _compiles(kind)
        }
    return plans


def _dealt(
    able: Mapping[Batch, Collection[Any]], random: np.random.Generator, least: int
) -> dict[Batch, list[Any]]:
    """Give each kind to a batch that takes it, and at least so many batches a kind."""
    order = [list(able)[k] for k in random.permutation(len(able))]
    dealt: dict[Batch, list[Any]] = {batch: [] for batch in able}
    for kind in sorted({kind for kinds in able.values() for kind in kinds}):
        takers = [batch for batch in order if kind in able[batch]]
        dealt[min(takers, key=lambda batch: len(dealt[batch]))].append(kind)
    for batch in order:
        if able[batch] and not dealt[batch] and sum(map(bool, dealt.values())) < least:
            dealt[batch].append(_one(sorted(able[batch]), random))
    return dealt


def _shared(
    count: int, dtypes: Collection[str], random: np.random.Generator
) -> dict[str, list[int]]:
    """Return all places for each dtype, but half of them where two dtypes share."""
    shared = {dtype: list(range(count)) for dtype in dtypes}
    if shared.keys() >= {*_SHARING}:
        one, other = _SHARING
        shared[one] = _drawn(range(count), 2, random)
        last = {count - 1} if count % 2 else set()
        shared[other] = sorted({*range(count)} - {*shared[one]} | last)
    return shared


def _drawn(
    places: Sequence[int], one_in: int, random: np.random.Generator
) -> list[int]:
    """Return one of each so many places, in turn."""
    starts = range(0, len(places), one_in)
    return [_one(places[start : start + one_in], random) for start in starts]


def _one(choices: Sequence[Any], random: np.random.Generator) -> Any:
    return choices[random.integers(len(choices))]


def _compiles(kind: Kind) -> bool:
    return LIBRARIES[kind[0]].mode.library == "jax"
