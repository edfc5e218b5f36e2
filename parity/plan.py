"""What a run asks: every library about every call, or about samples of them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from funloss.testing._harness.question import seeded
from parity.case import DTYPES, Call
from parity.collection import Batch
from parity.libraries import LIBRARIES

__all__ = ["Plan", "everything", "samples"]

# A library and a dtype; and the places in a batch of the calls asked about in them.
Kind = tuple[str, str]
Plan = Mapping[Kind, Sequence[int]]

# How many calls there are to one that is sampled.
ONE_IN = 6


def everything(
    calls: Sequence[Call],
    libraries: Collection[str] = tuple(LIBRARIES),
    dtypes: Collection[str] = DTYPES,
) -> Plan:
    """Ask libraries about all calls in each dtype."""
    case = calls[0].case
    return {
        (name, dtype): range(len(calls))
        for name in libraries
        for dtype in dtypes
        if case.runs_on(LIBRARIES[name], dtype)
    }


def samples(batches: Sequence[Batch], seed: int) -> dict[Batch, Plan]:
    """Ask about samples that `seed` draws, some of every batch.

    One call in `ONE_IN` of a batch, one at least, is asked about in float64, and one in
    a narrower dtype. Compiling for JAX takes nearly all the time: a loss is asked about
    on one batch in each of its modes, and under `jit` in a narrower dtype; where there
    are more batches, every second is asked about in one of these.
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
    narrow = {
        batch: {dtype for _, dtype in plan} - {"float64"}
        for batch, plan in whole.items()
    }
    dtypes = {
        batch: ["float64", *dealt]
        for batch, dealt in _dealt(narrow, random, len(batches)).items()
    }
    asked = {
        batch: [kind for kind in plan if kind[1] in dtypes[batch]]
        for batch, plan in whole.items()
    }
    modes = {
        batch: {_mode(kind) for kind in kinds if _compiles(kind)}
        for batch, kinds in asked.items()
    }
    compiled = _dealt(modes, random, (len(batches) + 1) // 2)
    plans = {}
    for batch, kinds in asked.items():
        drawn = {dtype: _drawn(len(batches[batch]), random) for dtype in dtypes[batch]}
        plans[batch] = {
            kind: drawn[kind[1]]
            for kind in kinds
            if not _compiles(kind) or _mode(kind) in compiled[batch]
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
            kinds = sorted(able[batch])
            dealt[batch].append(kinds[random.integers(len(kinds))])
    return dealt


def _drawn(count: int, random: np.random.Generator) -> list[int]:
    """Return one place in each `ONE_IN`."""
    starts = range(0, count, ONE_IN)
    return [int(random.integers(k, min(k + ONE_IN, count))) for k in starts]


def _mode(kind: Kind) -> tuple[str, bool]:
    """Return the mode, and whether its dtype is a narrow one."""
    return kind[0], kind[1] != "float64"


def _compiles(kind: Kind) -> bool:
    return LIBRARIES[kind[0]].mode.library == "jax"
