"""What a run checks: every call on every library, or samples of them."""

import argparse
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from funloss.testing.harness import seeded
from parity.case import DTYPES, Call
from parity.collection import Batch, batches
from parity.libraries import LIBRARIES

__all__ = ["Plan", "chosen", "cost", "everything", "samples"]

# A library and a dtype; and the places in a batch of the calls that run in them.
Kind = tuple[str, str]
Plan = Mapping[Kind, Sequence[int]]

# Dtypes that share calls: what does not run in one runs in the other. Not so those
# of 16 bits, in which a single call may be all that shows a sum in a narrow dtype.
_SHARING = ("float64", "float32")
# How many batches of a loss there are to one that runs on JAX, where two modes run
# once anyhow: compiling takes most of the time.
_COMPILED_ONE_IN = 6

# Where a loss runs beside a package: its own reference has compared all libraries.
_BESIDE_PACKAGES = ("numpy", "torch", "jax-jit")

# About how many seconds of an idle core a call takes: the reference in a dtype, funloss
# on a library; on JAX nearly all of them compile.
_REFERENCE = 0.005
_SECONDS = {
    "numpy": 0.001,
    "array-api-strict": 0.002,
    "torch": 0.002,
    "jax-eager": 0.25,
    "jax-jit": 0.22,
    "jax-vmap": 0.41,
}


def chosen(options: argparse.Namespace) -> dict[Batch, Plan]:
    """Return the plan of each batch that the command line asks for."""
    own = list(batches(options.loss or None, packages=options.packages))
    if options.packages:
        plans = {
            batch: everything(batch.calls(), _BESIDE_PACKAGES, ("float64",))
            for batch in own
        }
    elif options.full:
        plans = {batch: everything(batch.calls()) for batch in own}
    else:
        plans = samples(own, options.seed)
    libraries, dtypes = options.library or LIBRARIES, options.dtype or DTYPES
    kept = {
        batch: {
            (library, dtype): places
            for (library, dtype), places in plan.items()
            if library in libraries and dtype in dtypes
        }
        for batch, plan in plans.items()
    }
    return {batch: plan for batch, plan in kept.items() if plan}


def cost(task: tuple[Batch, Plan]) -> float:
    """Return about how many seconds of an idle core a batch takes.

    The ratios count: they tell what is left of a run, and which batches go first.
    """
    _, plan = task
    calls = {(dtype, place) for (_, dtype), places in plan.items() for place in places}
    seconds = len(calls) * _REFERENCE
    for (name, _), places in plan.items():
        # Six calls in one program compile in about twice the time of one.
        several = 0.8 + 0.2 * len(places) if _compiles((name, "")) else len(places)
        seconds += _SECONDS[name] * several
    return seconds


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
    dtypes of 16 bits. A loss runs once in two of JAX's three modes: one call of a
    batch, in one of its dtypes. Where it has many batches, every sixth runs once at
    least.
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
    names = sorted(
        {kind[0] for plan in whole.values() for kind in plan if _compiles(kind)}
    )
    left_out = _one(names, random)
    modes: dict[Batch, dict[str, list[Kind]]] = {}
    for batch, plan in whole.items():
        modes[batch] = defaultdict(list)
        for name, dtype in filter(_compiles, plan):
            if name != left_out:
                modes[batch][name].append((name, dtype))
    compiled = _dealt(modes, random, -(-len(batches) // _COMPILED_ONE_IN))
    plans = {}
    for batch, calls in batches.items():
        drawn = _shared(len(calls), calls[0].case.dtypes, random)
        chosen = {_one(modes[batch][mode], random) for mode in compiled[batch]}
        plans[batch] = {
            kind: [_one(drawn[kind[1]], random)] if _compiles(kind) else drawn[kind[1]]
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
        # Neither is the one that more often gets the more calls.
        one, other = random.permutation(_SHARING)
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
